import ArgumentParser
import KernelTools

/// A command that reads its arguments itself: the parser only hands them over.
protocol PassthroughCommand: ParsableCommand {
  var arguments: [String] { get set }
}

/// The short way from the command line to a command.
///
/// The parser looks at a command's options by reflection, some times over, at those of the root and
/// at its own flags: half of what a tool over a small recording had to do, and with a first use of
/// each type, the slow half. Here only the command is made that the first argument names, and one
/// that reads its arguments itself without the parser. What is no plain call of a command (help,
/// versions, completions, mistakes) is the parser's, which has the whole tree and the words for it.
enum DirectCommand {
  /// The command that the arguments call; nil where the parser has to look.
  static func named(by arguments: [String]) -> (any ParsableCommand)? {
    guard let name = arguments.first else { return nil }
    let rest = Array(arguments.dropFirst())
    if let tool = tool(named: name) { return made(tool, rest) }
    guard let type = KscopeCommand.commands.first(where: { $0._commandName == name }) else {
      return nil
    }
    if let passthrough = type as? any PassthroughCommand.Type { return made(passthrough, rest) }
    return parsed(type, rest)
  }

  private static func made<Command: PassthroughCommand>(
    _: Command.Type, _ arguments: [String]
  ) -> any ParsableCommand {
    var command = Command()
    command.arguments = arguments
    return command
  }

  /// Mistakes are found once more by the whole parser; what it is asked is not the command.
  private static func parsed<Command: ParsableCommand>(
    _: Command.Type, _ arguments: [String]
  ) -> (any ParsableCommand)? {
    (try? Command.parseAsRoot(arguments)) as? Command
  }

  private static func tool(named name: String) -> (any PassthroughCommand.Type)? {
    if let tool = ToolList.tool(named: name) { return command(for: tool) }
    if let tool = ToolList.stream(named: name) { return command(forStream: tool) }
    return name == ResetFtraceCommand.about.name ? ResetFtraceCommand.self : nil
  }

  static func command(for tool: any KernelTool.Type) -> any PassthroughCommand.Type {
    func opened<Tool: KernelTool>(_: Tool.Type) -> any PassthroughCommand.Type {
      ToolCommand<Tool>.self
    }
    return opened(tool)
  }

  static func command(forStream tool: any StreamTool.Type) -> any PassthroughCommand.Type {
    func opened<Tool: StreamTool>(_: Tool.Type) -> any PassthroughCommand.Type {
      StreamToolCommand<Tool>.self
    }
    return opened(tool)
  }
}
