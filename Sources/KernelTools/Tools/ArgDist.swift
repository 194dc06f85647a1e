import ByteIO
import Tracefs

/// `argdist`: what values events and functions come with, counted or as histograms.
package final class ArgDist: CountingTool, IntervalTool {
  package static let about = ToolDescription(
    name: "argdist",
    abstract: "What values events and functions come with, counted or as histograms.",
    discussion: """
      SPEC is SYSTEM:EVENT:FIELD[,FIELD …], or probe:FUNCTION(NAME=VALUE, …):NAME[,NAME …] in kscope's
      language (kscope record --help, PROBES), with "if FILTER" behind it where not all count. bcc's
      t:SYSTEM:EVENT():TYPE:args->FIELD[:FILTER] is understood as well. -C and -H may be given several
      times. The kernel counts up to three fields; more, and what -p and its kin choose, is counted here.
      """,
    options: [
      ToolOption("C", "count", "SPEC", "How often each value, or group of values, comes."),
      ToolOption("H", "histogram", "SPEC", "A histogram by powers of two; of a text's length."),
      ToolOption("i", "interval", "SECONDS", "Tables so often; 1 otherwise. A file: a recording."),
      ToolOption("n", "number", "COUNT", "So many times, then end."),
      ToolOption("T", "top", "COUNT", "Only so many values of a count, the most frequent."),
      ToolOption("c", "cumulative", "Go on counting at each interval."),
    ],
    examples: [
      ("kscope argdist -C 'syscalls:sys_enter_read:count'", "sizes that are read"),
      (
        "kscope argdist -H 'block:block_rq_issue:bytes if rwbs == \"R\"'", "sizes of reads of disks"
      ),
      ("kscope argdist -C 'probe:do_filp_open(name=pathname->name):name'", "names of files"),
    ],
    common: ToolOption.commonOfLists)

  package let options: ToolOptions
  private let specs: [ArgDistSpec]
  private let wishes: FieldWishes
  private let top: Int?
  private let isCumulative: Bool
  private var results: [ArgDistResult]
  /// Something was counted since the last tables.
  private var hasNews = true

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readIntervalOrInput("interval")
    try options.expectArguments(0, "")
    if options.interval == nil, options.input == nil { options.interval = 1_000_000_000 }
    options.count = try options.own["number"].map { (text) throws(ToolUsageError) in
      try ToolOptions.count(text, "-n")
    }
    top = try options.own["top"].map { (text) throws(ToolUsageError) in
      try ToolOptions.count(text, "-T")
    }
    var specs: [ArgDistSpec] = []
    for (long, value) in options.given where long == "count" || long == "histogram" {
      specs.append(try ArgDistSpec(value, isHistogram: long == "histogram"))
    }
    guard !specs.isEmpty else {
      throw .missingArgument("-C SPEC or -H SPEC", tool: Self.about.name)
    }
    self.specs = specs
    wishes = try FieldWishes(specs.map(\.wish), isLive: options.input == nil)
    results = specs.map { _ in ArgDistResult() }
    isCumulative = options.has("cumulative")
    self.options = options
  }

  package var events: [WantedEvent] { wishes.events }
  package var isAboutCurrentTask: Bool { true }
  package var banner: String { "Tracing \(specs.count) probes... Hit Ctrl-C to end." }

  /// Of JSON and CSV: a row a value or a bucket.
  package var columns: [Column] {
    options.format == .text
      ? []
      : ["spec", "value", "from", "to", "count"].map { Column("", $0) }
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard context.isWanted(event.thread, source: event.source) else { return }
    for (index, place) in wishes.places.enumerated()
    where place.event == event.number && context.holds(place.condition, event) {
      hasNews = true
      results[index].add(place.fields.map { FieldContent(event, $0) }, 1, specs[index])
    }
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    var counting = counting
    for (index, spec) in specs.enumerated() where firstAlike(index) == index {
      guard counting.add(spec.wish, size: 1 << 16, table: index) else { return nil }
    }
    return counting
  }

  /// A spec that counts the same; the kernel counts that once.
  private func firstAlike(_ index: Int) -> Int {
    specs.firstIndex { $0.wish == specs[index].wish } ?? index
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    hasNews = true
    for index in specs.indices where firstAlike(index) == table {
      let place = wishes.places[index]
      let values = place.fields.enumerated().map { key, field in
        FieldContent(row, key, context.place(of: field, in: place.event))
      }
      results[index].add(values, row.count, specs[index])
    }
  }

  package var leftOut: [String] {
    let dropped = results.reduce(0) { $0 + $1.values.dropped }
    return dropped == 0 ? [] : ["\(dropped) events were not counted: there were too many values"]
  }

  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    // The rest of an interval behind the last one has tables only where there is something to show.
    if context.isLastInterval, !hasNews { return }
    hasNews = false
    rows.say("[\(context.intervalText)]")
    for index in specs.indices {
      results[index].write(specs[index], top: top, to: &rows)
      if !isCumulative { results[index].removeAll() }
    }
  }
}
