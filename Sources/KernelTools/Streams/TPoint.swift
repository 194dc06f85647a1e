package import Recording
package import Reports
import Tracefs

/// `tpoint`: an event of the kernel's own.
package struct TPoint: StreamTool {
  package static let about = ToolDescription(
    name: "tpoint",
    abstract: "Each time that an event of the kernel's own happens.",
    discussion: """
      EVENT is SYSTEM:NAME, as -l lists them; a glob takes several. FILTER is a condition of the
      kernel's filter language, over the fields that -v shows.
      """,
    arguments: "EVENT [FILTER] | -l",
    options: [
      StreamWords.header,
      ToolOption("l", "list", "List the events, and do not trace."),
      StreamWords.stacks, StreamWords.format,
    ],
    examples: [
      ("kscope tpoint block:block_rq_issue", "each request to a disk"),
      ("kscope tpoint -s block:block_rq_issue 'bytes > 65536'", "large ones, and whence"),
      ("kscope tpoint -l | grep open", "events that have to do with it"),
    ],
    common: ToolOption.commonOfLines)

  package let options: ToolOptions
  private let event: EventName?
  private let filter: String?

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    guard !options.has("list") else {
      try options.expectArguments(0, "")
      (event, filter) = (nil, nil)
      return
    }
    let text = try options.argument(0, "EVENT")
    guard let event = EventName(text) else {
      throw .badValue(option: "EVENT", value: text, expected: "SYSTEM:NAME (-l lists them)")
    }
    try options.expectArguments(2, "EVENT and FILTER")
    self.event = event
    filter = options.arguments.count > 1 ? options.arguments[1] : nil
  }

  private var pattern: String { event.map { "\($0)" } ?? "" }
  package var subject: String { "\(pattern)." }
  package var canHideNames: Bool {
    !pattern.hasPrefix("task:") && !pattern.contains { "*?[".contains($0) }
  }

  package func buffer() -> BufferPlan {
    StreamWords.buffer(
      EventRequest(pattern), if: filter,
      stacks: options.has("stacks") ? StreamWords.stackSetting : nil)
  }

  package func selection() -> ReportOptions.Selection {
    var selection = ReportOptions.Selection()
    if let event { selection.filters = [StreamWords.filter(event.system, event.name, filter)] }
    return selection
  }

  package func answer(_ commandLine: [String]) throws -> [UInt8]? {
    if options.has("list") {
      return try TracingDirectory.find().availableEvents().sorted().flatMap {
        Array("\($0)\n".utf8)
      }
    }
    guard options.has("view") else { return nil }
    return try EventPreview.formats(of: EventRequest(pattern), commandLine: commandLine)
      .flatMap { $0 }
  }
}
