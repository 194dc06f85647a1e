import ByteIO
import Tracefs

/// `perf-stat-hist`: what numbers a field of an event holds, as a histogram.
package final class PerfStatHist: CountingTool {
  package static let about = ToolDescription(
    name: "perf-stat-hist",
    abstract: "What numbers a field of an event holds, as a histogram.",
    discussion: """
      The kernel counts each number of its own; rows are made of that. A row is from its first number
      to its second, both included (in JSON and CSV, to is the next row's from); the first row has what
      is less than the first bucket. TRACEPOINT is SYSTEM:EVENT, or a probe of kscope's language
      (kscope record --help, PROBES).
      """,
    arguments: "TRACEPOINT VARIABLE [SECONDS]",
    options: [
      ToolOption("b", "buckets", "\"N …\"", "Where rows begin."),
      ToolOption("P", "power", "POWER", "Rows begin at powers of this; 4 otherwise."),
      ToolOption("m", "max", "MAX", "No row begins above this; 1048576 otherwise."),
      ToolOption("f", "filter", "FILTER", "Only events that meet it, in the kernel's language."),
    ],
    examples: [
      ("kscope perf-stat-hist net:net_dev_xmit len 10", "sizes of packets, of ten seconds"),
      (
        "kscope perf-stat-hist -b '0 1 4096' syscalls:sys_exit_read ret",
        "errors, ends, small reads"
      ),
    ],
    common: ToolOption.commonOfSums)

  package let options: ToolOptions
  private let wish: FieldWish
  private let wishes: FieldWishes
  /// Rising: a row begins at each, and one stands before the first.
  private let bounds: [Int]
  private let scale: String
  private var counts: [Int]

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    let text = try options.argument(0, "TRACEPOINT")
    let variable = try options.argument(1, "VARIABLE")
    try options.expectArguments(3, "TRACEPOINT, VARIABLE and SECONDS")
    if options.arguments.count > 2 {
      options.duration = try ToolOptions.seconds(options.arguments[2], "SECONDS")
    }
    var scanner = NamedEventScanner(text)
    guard let event = scanner.takeEvent(), scanner.rest.isEmpty else {
      throw .badValue(
        option: "TRACEPOINT", value: text, expected: "SYSTEM:EVENT or probe:FUNCTION(NAME=VALUE)")
    }
    (bounds, scale) = try Self.readBounds(options)
    counts = [Int](repeating: 0, count: bounds.count + 1)
    wish = FieldWish(event: event, fields: [variable], filter: options.own["filter"])
    wishes = try FieldWishes([wish], isLive: options.input == nil)
    self.options = options
  }

  /// Where rows begin, and how the banner says that.
  private static func readBounds(
    _ options: ToolOptions
  ) throws(ToolUsageError) -> ([Int], String) {
    if let text = options.own["buckets"] {
      let words = text.split { $0 == " " || $0 == "," }
      let bounds = words.compactMap { Int($0) }
      guard !bounds.isEmpty, bounds.count == words.count,
        zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }), bounds[0] > .min
      else { throw .badValue(option: "-b", value: text, expected: "rising numbers: \"0 10 100\"") }
      return (bounds, "specified buckets")
    }
    let power = try ToolOptions.count(options.own["power"] ?? "4", "-P")
    guard power > 1 else { throw .badValue(option: "-P", value: "1", expected: "2 or more") }
    let most = try ToolOptions.count(options.own["max"] ?? "1048576", "-m")
    var bounds = [0]
    var bound = 1
    while bound <= most {
      bounds.append(bound)
      let (next, isOver) = bound.multipliedReportingOverflow(by: power)
      if isOver { break }
      bound = next
    }
    return (bounds, "power-of-\(power), max \(most)")
  }

  package var events: [WantedEvent] { wishes.events }
  package var isAboutCurrentTask: Bool { true }

  package var banner: String {
    let end =
      options.duration.map { duration in
        let seconds = Double(duration) / 1e9
        return "for \(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)") seconds"
      } ?? "until Ctrl-C"
    return "Tracing \(wish.event.title), \(scale), \(end)..."
  }

  /// Of JSON and CSV: a row a bucket.
  package var columns: [Column] {
    options.format == .text ? [] : [Column("", "from"), Column("", "to"), Column("", "count")]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let place = wishes.places[0]
    guard context.isWanted(event.thread, source: event.source),
      context.holds(place.condition, event)
    else { return }
    count(FieldContent(event, place.fields[0]), 1)
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    var counting = counting
    // The most that the kernel has.
    let isCounted = counting.add(wish, size: 1 << 17, table: 0)
    return options.takesAllTasks && isCounted ? counting : nil
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    let place = wishes.places[0]
    count(FieldContent(row, 0, context.place(of: place.fields[0], in: place.event)), row.count)
  }

  private var textCount = 0

  private func count(_ content: FieldContent, _ count: Int) {
    guard let number = content.number else { return textCount += count }
    counts[bounds.firstIndex { number < $0 } ?? bounds.count] += count
  }

  package var leftOut: [String] {
    textCount == 0 ? [] : ["\(wish.fields[0]) is a text, which no row has room for"]
  }

  package func finish(_ context: ToolContext, _ rows: inout RowWriter) {
    let most = counts.max() ?? 0
    rows.separate()
    rows.say("            Range          : Count    Distribution")
    for (place, count) in counts.enumerated() {
      let from = place == 0 ? nil : bounds[place - 1]
      let to = place == bounds.count ? nil : bounds[place]
      guard options.format == .text else {
        rows.add(bounds: from, to)
        rows.add(count)
        rows.endRow()
        continue
      }
      let range =
        (from.map { "\($0)" } ?? "").leftPadded(to: 13) + " -> "
        + (to.map { "\($0 - 1)" } ?? "").padded(to: 9)
      rows.say(
        "\(range) : \(String(count).padded(to: 8)) "
          + "|\(PowerHistogram.bar(count, most: most, width: 38))|")
    }
  }
}
