package import ArgumentParser
import ByteIO
import Glibc
import KernelTools

/// The root of the command line: `kscope COMMAND …`.
package struct KscopeCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: ProgramName.current,
    abstract: "Shows what the Linux kernel is doing: records with ftrace, reads trace.dat.",
    version: version,
    subcommands: commands,
    groupedSubcommands: [
      CommandGroup(
        name: "Kernel tool",
        subcommands: ToolList.all.map(DirectCommand.command(for:))
          + ToolList.streams.map(DirectCommand.command(forStream:))
          + [ResetFtraceCommand.self])
    ]
  )

  static let version = "0.1.0"

  /// All but the kernel tools, in the order of the help.
  static let commands: [any ParsableCommand.Type] = [
    RecordCommand.self,
    CostCommand.self,
    StartCommand.self,
    StopCommand.self,
    RestartCommand.self,
    SetCommand.self,
    ClearCommand.self,
    StreamCommand.self,
    ProfileCommand.self,
    ReportCommand.self,
    ViewCommand.self,
    HistCommand.self,
    SQLHistCommand.self,
    MemCommand.self,
    OptionsCommand.self,
    DumpCommand.self,
    ConvertCommand.self,
    SplitCommand.self,
    RestoreCommand.self,
    CheckEventsCommand.self,
    ListCommand.self,
    StatCommand.self,
    ShowCommand.self,
    SnapshotCommand.self,
    StackCommand.self,
    ExtractCommand.self,
    ResetCommand.self,
  ]

  package init() {}

  /// `help COMMAND` is `COMMAND --help`: commands that read their arguments themselves know more to say
  /// than the parser.
  static func askingForHelp(_ arguments: [String]) -> [String] {
    guard arguments.count == 2, arguments[0] == "help", !arguments[1].hasPrefix("-") else {
      return arguments
    }
    return [arguments[1], "--help"]
  }

  /// Parses the process's arguments, runs the command they name and ends the process.
  package static func runAndExit() -> Never {
    StandardStreams.fillGaps()
    do {
      // Called by a tool's name, it is that tool.
      let arguments = askingForHelp(
        (ProgramName.tool.map { [$0] } ?? []) + (try PlainArguments.read()))
      let explicit = ReportArgumentOrder.explicit(ListCommand.parted(arguments))
      var command = try DirectCommand.named(by: explicit) ?? parseAsRoot(explicit)
      try command.run()
      Glibc.exit(0)
    } catch {
      Failure.exit(with: error, from: KscopeCommand.self)
    }
  }
}
