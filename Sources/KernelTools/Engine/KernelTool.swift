/// A ready-made question to the kernel: which events it takes, how they belong together, which rows
/// come of them.
///
/// It is the same over a recording and over the running kernel. It keeps what it counts in memory
/// that is bounded, and reads nothing of the kernel but what it is handed.
package protocol KernelTool: AnyObject, NamedTool {
  /// Throws `.badValue` for an option's value that makes no sense.
  init(_ options: ToolOptions) throws(ToolUsageError)

  /// What it was asked for, its own arguments understood.
  var options: ToolOptions { get }
  /// What it needs. An event's place here is the `number` of what comes.
  var events: [WantedEvent] { get }
  var columns: [Column] { get }
  /// A tracer of the kernel that makes its events, and what of it is wanted; nil for none.
  var tracer: WantedTracer? { get }
  /// A program to run and to look at, until it ends; empty for none.
  var command: [String] { get }
  /// All its events happen in the task that is asked for (`-p`): the kernel need not hand out others'.
  var isAboutCurrentTask: Bool { get }
  /// Rows come as whole tables, each begun with `RowWriter.beginTable`: on a terminal, each takes the
  /// place of the one before.
  var showsTables: Bool { get }
  /// Its events come in interrupts: the task that runs then, be it the tool's own, has no part in it.
  var isAboutInterrupts: Bool { get }
  /// What begins on a CPU ends there, and the CPU is part of its key: what other CPUs lose is nothing to
  /// it. `forget` is then told of losses of the CPU alone that had them.
  var pairsStayOnTheirCPU: Bool { get }
  /// Of which events rows show the calls (`--stacks`).
  var rowStacks: RowStackPlan { get }
  /// What stands above the table: what is traced, in perf-tools' words.
  var banner: String { get }

  /// An event that it wanted.
  func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter)
  /// Events of a CPU were lost: what has begun may have ended among them.
  func forget(source: Int, cpu: Int)
  /// An interval is over; only where `options.interval` is given or preset.
  func tick(_ context: ToolContext, _ rows: inout RowWriter)
  /// Nothing more will come.
  func finish(_ context: ToolContext, _ rows: inout RowWriter)
  /// Nothing but rows is printed: no banner, no last words.
  var isQuiet: Bool { get }
  /// Nothing more is to come: whoever traces may end.
  var isDone: Bool { get }
  /// Files that are written beside what is printed, when all has been looked at.
  var files: [ToolFile] { get }
  /// What the rows do not tell, in sentences.
  var leftOut: [String] { get }
  /// How many of those that had begun made room for others before they ended.
  var droppedPairs: Int { get }
}

extension KernelTool {
  package func forget(source: Int, cpu: Int) {}
  package func tick(_ context: ToolContext, _ rows: inout RowWriter) {}
  package func finish(_ context: ToolContext, _ rows: inout RowWriter) {}
  package var showsTables: Bool { false }
  package var rowStacks: RowStackPlan { .none }
  package var command: [String] { [] }
  package var isQuiet: Bool { false }
  package var isDone: Bool { false }
  package var files: [ToolFile] { [] }
  package var leftOut: [String] { [] }
  package var tracer: WantedTracer? { nil }
  package var isAboutCurrentTask: Bool { false }
  package var isAboutInterrupts: Bool { false }
  package var pairsStayOnTheirCPU: Bool { false }
  package var droppedPairs: Int { 0 }
}

/// A file that a tool makes.
package struct ToolFile {
  package var path: String
  package var content: String
}

/// A tracer of the kernel, for functions that globs name.
package struct WantedTracer: Sendable {
  var name: String
  var functions: [String]
}

/// What has its place among the tools: a name to be called by, and a page of help.
package protocol NamedTool: SendableMetatype {
  static var about: ToolDescription { get }
}

/// What a person is told of a tool, and what its command line may hold.
package struct ToolDescription: Sendable {
  package var name: String
  /// One line.
  package var abstract: String
  /// Some sentences: what is shown and where it comes from.
  package var discussion: String
  /// What follows the options: `[SECONDS]`.
  package var arguments: String
  /// What follows the options is a command, whose own options are none of the tool's.
  package var runsCommand: Bool
  /// Its own; those that tools share are `common`.
  package var options: [ToolOption]
  /// A command and what it shows.
  package var examples: [(command: String, shows: String)]
  /// Those that it shares with other tools.
  package var common: [ToolOption]
  /// What its help ends with.
  package var remarks: String

  package init(
    name: String, abstract: String, discussion: String, arguments: String = "",
    runsCommand: Bool = false, options: [ToolOption] = [],
    examples: [(command: String, shows: String)] = [],
    common: [ToolOption] = ToolOption.commonOfRows, remarks: String = Self.remarksOfAll
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.arguments = arguments
    self.runsCommand = runsCommand
    self.options = options
    self.examples = examples
    self.common = common
    self.remarks = remarks
  }

  /// Its own, and of the shared ones those that it gives no other meaning. A letter of its own is
  /// lacking there.
  package var allOptions: [ToolOption] {
    let letters = Set(options.compactMap(\.letter))
    let names = Set(options.map(\.long))
    return options
      + common.filter { !names.contains($0.long) }.map { option in
        var option = option
        if let letter = option.letter, letters.contains(letter) { option.letter = nil }
        return option
      }
  }

  package static let remarksOfAll = """
    It works in an instance of its own, so that nobody else's tracing is touched; the instance is
    gone when it ends. Rows go to standard output, what was lost is said on standard error.
    """
}
