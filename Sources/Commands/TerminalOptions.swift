import ArgumentParser
import Glibc
import Terminal

/// How what is printed looks to a person; a program that reads it sees nothing of this.
struct TerminalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Colours: auto (on a terminal, unless NO_COLOR is set), always or never.", valueName: "when"))
  var color = Choice.auto

  @Flag(name: .customLong("no-pager"), help: "Print to the terminal without $PAGER.")
  var noPager = false

  enum Choice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

  /// Whether standard output gets colours.
  var wantsColour: Bool {
    switch color {
    case .auto: TerminalWindow(STDOUT_FILENO).wantsColour
    case .always: true
    case .never: false
    }
  }

  /// Whether somebody looks at standard output.
  var isSeen: Bool { isatty(STDOUT_FILENO) == 1 }
}
