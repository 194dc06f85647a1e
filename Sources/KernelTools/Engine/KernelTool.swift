/// A ready-made question to the kernel: which events it takes, how they belong together, which rows
/// come of them.
///
/// It is the same over a recording and over the running kernel. It keeps what it counts in memory
/// that is bounded, and reads nothing of the kernel but what it is handed.
package protocol KernelTool: AnyObject, SendableMetatype {
  static var about: ToolDescription { get }

  /// Throws `.badValue` for an option's value that makes no sense.
  init(_ options: ToolOptions) throws(ToolUsageError)

  /// What it was asked for, its own arguments understood.
  var options: ToolOptions { get }
  /// What it needs. An event's place here is the `number` of what comes.
  var events: [WantedEvent] { get }
  var columns: [Column] { get }
  /// Rows come as whole tables, each begun with `RowWriter.beginTable`: on a terminal, each takes the
  /// place of the one before.
  var showsTables: Bool { get }
  /// Its events come in interrupts: the task that runs then, be it the tool's own, has no part in it.
  var isAboutInterrupts: Bool { get }
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
  /// How many of those that had begun made room for others before they ended.
  var droppedPairs: Int { get }
}

extension KernelTool {
  package func forget(source: Int, cpu: Int) {}
  package func tick(_ context: ToolContext, _ rows: inout RowWriter) {}
  package func finish(_ context: ToolContext, _ rows: inout RowWriter) {}
  package var showsTables: Bool { false }
  package var isAboutInterrupts: Bool { false }
  package var droppedPairs: Int { 0 }
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
  /// Its own; those that all tools share are `ToolOption.common`.
  package var options: [ToolOption]
  /// A command and what it shows.
  package var examples: [(command: String, shows: String)]

  package init(
    name: String, abstract: String, discussion: String, arguments: String = "",
    options: [ToolOption] = [], examples: [(command: String, shows: String)] = []
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.arguments = arguments
    self.options = options
    self.examples = examples
  }
}
