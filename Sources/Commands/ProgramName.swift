import Glibc
import KernelTools

/// The name that the program was called by: a link named `trace-cmd` makes it act as that program.
enum ProgramName {
  static let own = "kscope"
  static let traceCmd = "trace-cmd"

  static let current = name(in: CommandLine.arguments.first ?? own)
  /// The tool that a link is named for.
  static var tool: String? {
    let name = (CommandLine.arguments.first ?? own).split(separator: "/").last.map(String.init)
    guard let name, name != own, isTool(name) else { return nil }
    return name
  }
  private static func isTool(_ name: String) -> Bool {
    ToolList.tool(named: name) != nil || ToolList.stream(named: name) != nil
      || name == ResetFtraceCommand.about.name
  }

  static var isTraceCmd: Bool { current == traceCmd }

  /// Any other name is the program's own under which it lies somewhere.
  static func name(in path: String) -> String {
    path.split(separator: "/").last == traceCmd[...] ? traceCmd : own
  }

  /// Advice that names commands of the program, by the name it was called by.
  static func calling(_ advice: String, as name: String = current) -> String {
    guard name != own else { return advice }
    return advice.split(separator: "\(own) ", omittingEmptySubsequences: false)
      .joined(separator: "\(name) ")
  }
}
