import ByteIO

/// Times by stack, and how they are shown: as stacks with their sums, folded, or as a flame graph.
package struct StackTimes {
  static let options = [
    ToolOption("f", "folded", "A line a stack, as flamegraph.pl reads them."),
    ToolOption(nil, "svg", "FILE", "Write a flame graph."),
    ToolOption("m", "min", "MICROSECONDS", "Only times of at least so long; 1 otherwise."),
    ToolOption("M", "max", "MICROSECONDS", "Only times of at most so long."),
  ]

  /// In nanoseconds.
  private(set) var stacks = FoldedStacks()
  let svg: String?
  private let isFolded: Bool
  /// Of the times that count, in microseconds.
  let lengths: ClosedRange<UInt64>

  /// Takes `[SECONDS]` out of the options.
  init(_ options: inout ToolOptions) throws(ToolUsageError) {
    if let seconds = options.arguments.first {
      options.duration = try ToolOptions.seconds(seconds, "SECONDS")
    }
    try options.expectArguments(1, "SECONDS")
    svg = options.own["svg"]
    isFolded = options.has("folded")
    let least = try Self.microseconds(options.own["min"], "-m") ?? 1
    let most = try Self.microseconds(options.own["max"], "-M") ?? .max
    guard least <= most else {
      throw .badValue(option: "-M", value: "\(most)", expected: "\(least) or more, as -m has it")
    }
    lengths = least...most
  }

  private static func microseconds(
    _ text: String?, _ option: String
  ) throws(ToolUsageError) -> UInt64? {
    guard let text else { return nil }
    guard let number = UInt64(text) else {
      throw .badValue(option: option, value: text, expected: "a number of microseconds")
    }
    return number
  }

  func whose(_ options: ToolOptions) -> String {
    if let process = options.process { return "PID \(process)" }
    if let thread = options.thread { return "TID \(thread)" }
    return "all threads"
  }

  /// - Parameters:
  ///   - calls: the innermost first.
  ///   - above: what stands on top of them, in wakeuptime: who was woken.
  mutating func add(
    _ nanoseconds: UInt64, task: String, calls: [String], above: String? = nil
  ) {
    guard lengths.contains(nanoseconds / 1000) else { return }
    add(sum: nanoseconds, task: task, calls: calls, above: above)
  }

  /// The same of several times together, each of which counts.
  mutating func add(sum nanoseconds: UInt64, task: String, calls: [String], above: String? = nil) {
    stacks.add(
      [task] + calls.reversed() + (above.map { [$0] } ?? []), Int(clamping: nanoseconds))
  }

  /// In microseconds.
  var shown: FoldedStacks { stacks.divided(by: 1000) }

  static let columns = [Column("", "stack"), Column("", "total_us")]

  func show(_ rows: inout RowWriter) {
    let shown = shown
    for (frames, amount) in shown.sorted where !(isFolded && rows.format == .text) {
      guard rows.format == .text else {
        rows.add(FoldedStacks.folded(frames))
        rows.add(amount)
        rows.endRow()
        continue
      }
      rows.separate()
      for frame in frames.reversed().dropLast() { rows.say("    ", name: frame) }
      rows.say("    -                ", name: frames.first ?? "")
      rows.say("        \(amount)")
    }
    if isFolded, rows.format == .text { shown.lines.forEach { rows.say($0) } }
  }

  /// Whether only a program reads what is printed.
  var isForProgram: Bool { isFolded }
}

/// A tool whose result is a time for each stack.
///
/// `offcputime` and `wakeuptime` begin alike, as what is stored and how it is begun cannot be inherited
/// from a protocol; what they pair and whose stack it is differ.
package protocol StackTimeTool: KernelTool {
  var times: StackTimes { get set }
  static var graphTitle: String { get }
}

extension StackTimeTool {
  package var columns: [Column] { options.format == .text ? [] : StackTimes.columns }
  package var isQuiet: Bool { times.isForProgram }

  package func finish(_ context: ToolContext, _ rows: inout RowWriter) { times.show(&rows) }

  package var files: [ToolFile] {
    guard let path = times.svg else { return [] }
    let graph = FlameGraph(times.shown, title: Self.graphTitle, unit: "us")
    return [ToolFile(path: path, content: graph.svg)]
  }

  package var leftOut: [String] {
    times.stacks.left == 0
      ? [] : ["\(times.shown.left) us of further stacks were left out to keep memory bounded"]
  }
}
