package import ArgumentParser
import ByteIO
import Glibc
import KernelTools

/// The root of the command line: `kscope COMMAND …`.
package struct KscopeCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: ProgramName.current,
    abstract: "Shows what the Linux kernel is doing: records with ftrace, reads trace.dat.",
    version: "0.1.0",
    subcommands: [
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
    ],
    groupedSubcommands: [
      CommandGroup(
        name: "Kernel tool",
        subcommands: ToolList.all.map(command(for:)) + ToolList.streams.map(command(forStream:))
          + [ResetFtraceCommand.self])
    ]
  )

  package init() {}

  private static func command(for tool: any KernelTool.Type) -> any ParsableCommand.Type {
    func opened<Tool: KernelTool>(_: Tool.Type) -> any ParsableCommand.Type {
      ToolCommand<Tool>.self
    }
    return opened(tool)
  }

  private static func command(
    forStream tool: any StreamTool.Type
  ) -> any ParsableCommand.Type {
    func opened<Tool: StreamTool>(_: Tool.Type) -> any ParsableCommand.Type {
      StreamToolCommand<Tool>.self
    }
    return opened(tool)
  }

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
      var command = try parseAsRoot(
        ReportArgumentOrder.explicit(ListCommand.parted(arguments)))
      try command.run()
      Glibc.exit(0)
    } catch {
      Failure.exit(with: error, from: KscopeCommand.self)
    }
  }
}
