package import EventFormats
package import Recording
package import Reports

/// A tool that shows the kernel's own lines of a tracer or of a probe, not rows of its own.
///
/// What comes is printed as `kscope stream` prints it; over a recording, as a report does.
package protocol StreamTool: NamedTool {
  /// Throws `.badValue` for an option's value that makes no sense.
  init(_ options: ToolOptions) throws(ToolUsageError)

  var options: ToolOptions { get }
  /// What is traced, as the banner has it, with perf-tools' dots: `kprobe open.`
  var subject: String { get }
  /// What is asked of the kernel, but for whom and how long; may look at the system.
  func buffer() throws -> BufferPlan
  /// What of a recording it would have shown.
  func selection() throws -> ReportOptions.Selection
  /// What of that which the kernel hands over is shown, where it is not all.
  var liveFilters: [FilterText] { get }
  /// Whether the event `task:task_rename` can be traced beside what it shows, and left out of that.
  var canHideNames: Bool { get }
  /// How lines are printed.
  var line: ReportOptions.LineOptions { get }
  /// What is above the text of the lines: `FIELDS`.
  var title: String { get }
  /// Whether that is printed.
  var showsHead: Bool { get }
  /// What is printed in place of tracing; nil where it is to trace.
  ///
  /// - Parameter commandLine: for whoever finds a journal of settings.
  func answer(_ commandLine: [String]) throws -> [UInt8]?
}

extension StreamTool {
  package var liveFilters: [FilterText] { [] }
  package var canHideNames: Bool { true }
  package var line: ReportOptions.LineOptions { ReportOptions.LineOptions() }
  package var title: String { "FIELDS" }
  package func answer(_ commandLine: [String]) throws -> [UInt8]? { nil }

  package var showsHead: Bool { options.has("header") }

  /// In perf-tools' words.
  package var banner: String {
    guard let duration = options.duration else { return "Tracing \(subject) Ctrl-C to end." }
    let seconds = Double(duration) / 1e9
    let number = seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    let dots = subject.hasSuffix("...") ? "..." : "."
    return "Tracing \(subject.dropLast(dots.count)) for \(number) seconds..."
  }

  /// Above the columns of the lines.
  package var head: String {
    "#           TASK-PID    CPU#     TIMESTAMP: EVENT                 \(title)"
  }

  /// All that is asked of the kernel.
  package func plan() throws -> RecordingPlan {
    var plan = RecordingPlan()
    plan.buffers[0] = try buffer()
    if needsNames {
      // What the kernel keeps of names it learns when a task leaves its processor, and many a program
      // ends before it does that.
      var request = EventRequest("task:task_rename")
      request.isOptional = true
      // As a setting of the buffer, a stack would stand behind this event, too.
      if let setting = plan.buffers[0].options.firstIndex(of: StreamWords.stackSetting) {
        plan.buffers[0].options.remove(at: setting)
        for index in plan.buffers[0].events.indices {
          plan.buffers[0].events[index].triggers.append(StreamWords.stackSetting)
        }
      }
      plan.buffers[0].events.append(request)
    }
    if let process = options.process {
      plan.buffers[0].pids = [process]
      plan.followsChildren = true
    } else if let thread = options.thread {
      plan.buffers[0].pids = [thread]
    }
    plan.duration = options.duration
    return plan
  }

  /// What is printed, and of what.
  package func reportOptions(ofRecording isRecording: Bool) throws -> ReportOptions {
    var report = ReportOptions()
    report.line = line
    report.printsHead = false
    if isRecording {
      report.selection = try selection()
      // Which threads a process has a recording does not tell.
      if let pid = options.process ?? options.thread {
        report.selection.filters.append(FilterText(".*: PID != \(pid)", isInverted: true))
      }
    } else {
      report.selection.filters = liveFilters
      if needsNames {
        report.selection.filters.append(FilterText("task/task_rename", isInverted: true))
      }
    }
    if let name = options.nameText {
      report.selection.filters.append(
        FilterText(".*: COMM !~ \(Self.quoted(name))", isInverted: true))
    }
    return report
  }

  /// Whether an event is asked for that tells tasks' names, and is not shown.
  private var needsNames: Bool { options.nameText != nil && canHideNames }

  private static func quoted(_ text: String) -> String {
    text.contains("\"") ? "'\(text)'" : "\"\(text)\""
  }

  /// What is asked of the kernel, in words.
  package func planText() throws -> [String] {
    let buffer = try buffer()
    return (buffer.tracer.map { ["tracer \($0)"] } ?? [])
      + buffer.functions.map { "function \($0)" }
      + buffer.graphFunctions.map { "calls below \($0)" }
      + (buffer.maximumGraphDepth.map { ["calls as deep as \($0)"] } ?? [])
      + buffer.options.map { "option \($0)" }
      + buffer.events.map { request in
        "event " + (request.definition.map { "\($0)" } ?? request.pattern)
          + (request.combinedFilter.map { " if \($0)" } ?? "")
      }
  }
}

/// What such tools share.
enum StreamWords {
  static let header = ToolOption("H", "header", "Print what the columns are.")
  static let stacks = ToolOption("s", "stacks", "Print the kernel's stack behind each line.")
  /// The tracer's option for that, and an event's trigger.
  static let stackSetting = "stacktrace"
  static let format = ToolOption("v", "view", "Print the format of the event, and do not trace.")

  /// Of the tools that are about the time in a function.
  static let all = ToolOption("a", "all", "All that can be shown: -H, -P and -t.")
  static let cpuTime = ToolOption(
    "C", "cpu-time", "Leave out the time that a task is not on a CPU.")
  static let lineParts = [
    ToolOption("P", "proc", "Show the task; lines have it always."),
    ToolOption("t", "abstime", "Show the time; lines have it always."),
  ]

  static let remarksOfGraph = """
    It works in an instance of its own where that has the tracer (Linux 6.11), else at the top level,
    if nobody else uses that. All settings are put back when it ends. Lines go to standard output,
    what was lost is said on standard error.
    """

  /// One event, in a tool's own instance.
  ///
  /// - Parameter stacks: the tracer's option that prints stacks; nil where nobody wants them.
  static func buffer(
    _ request: EventRequest, if filter: String?, stacks: String?
  ) -> BufferPlan {
    var buffer = BufferPlan(name: nil)
    var request = request
    if let filter { request.filters = [filter] }
    buffer.events = [request]
    if let stacks { buffer.options = [stacks] }
    return buffer
  }

  /// What may stand in the name of an event, made of any text.
  static func eventName(_ text: String) -> String {
    var name = ""
    for byte in text.utf8 {
      let isPart =
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_")
      name.append(isPart ? Character(UnicodeScalar(byte)) : "_")
    }
    if let first = name.first, first.isNumber { name = "_" + name }
    return String(name.prefix(63))
  }

  /// A glob of the kernel's as an expression that must match a whole name.
  static func regex(ofGlob glob: String) -> String {
    var text = ""
    for letter in glob {
      switch letter {
      case "*": text += ".*"
      case "?": text += "."
      case ".", "+", "^", "$", "(", ")", "{", "}", "|", "\\": text += "\\\(letter)"
      default: text.append(letter)
      }
    }
    return text
  }

  /// What a filter of reports says of functions that a glob names.
  static func condition(_ field: String, isFunction glob: String) -> String {
    "\(field) =~ \"^\(regex(ofGlob: glob))$\""
  }

  /// The events that globs name, where a condition holds.
  static func filter(_ system: String, _ event: String, _ condition: String?) -> FilterText {
    let names = (system == "*" ? "" : regex(ofGlob: system) + "/") + regex(ofGlob: event)
    return FilterText(names + (condition.map { ": \($0)" } ?? ""))
  }
}
