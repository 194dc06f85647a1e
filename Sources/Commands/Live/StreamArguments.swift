import ArgumentParser
import EventFormats
import Recording
import Reports

/// What the command line of `stream` comes to.
struct StreamArguments {
  var plan: RecordingPlan
  var json = false
  var color = TerminalOptions.Choice.auto
  var nanoseconds = false
  var line = ReportOptions.LineOptions()

  /// Nil where the help is asked for.
  static func parse(_ arguments: [String]) throws -> StreamArguments? {
    let scanner = try OwnOptionScanner(arguments, own: options)
    guard case .plan(let plan) = try RecordArguments.parse(scanner.rest, for: .stream) else {
      return nil
    }
    var result = StreamArguments(plan: plan)
    for (option, value) in scanner.found { try result.apply(option, value) }
    return result
  }

  private mutating func apply(_ option: OwnOption, _ value: String) throws {
    switch option.long {
    case "json": json = true
    case "nanoseconds": nanoseconds = true
    case "raw": line.raw = true
    case "latency": line.isLatencyFormat = true
    case "compat":
      guard let version = TextGeneration(rawValue: value) else {
        throw RecordArgumentError.badValue(
          option: "--compat", value: value, expected: "3.1 or 3.3")
      }
      line.generation = version
    case "color":
      guard let choice = TerminalOptions.Choice(rawValue: value) else {
        throw RecordArgumentError.badValue(
          option: "--color", value: value, expected: "auto, always or never")
      }
      color = choice
    case "option": try line.handlers.set(value, for: line.generation)
    default: break
    }
  }

  static let options: [OwnOption] = [
    OwnOption(nil, "json", nil, "A JSON object a line, as report --json prints."),
    OwnOption("t", "nanoseconds", nil, "Times in nanoseconds instead of microseconds."),
    OwnOption(nil, "raw", nil, "Fields by name instead of each event's own text."),
    OwnOption(
      nil, "latency", nil, "The latency format: flags of interrupts and preemption."),
    OwnOption(
      nil, "compat", "VERSION", "The columns of trace-cmd 3.1, or of 3.3, which shows the flags."),
    OwnOption(
      nil, "option", "[PLUGIN:]OPTION[=VALUE]",
      "How handlers print, as report's -O: ftrace:parent, fgraph:tailprint …"),
    OwnOption(nil, "color", "WHEN", "Colours: auto, always or never."),
  ]
}
