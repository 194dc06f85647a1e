import ByteIO

/// `bitesize`: how large requests to disks are, as a histogram.
package final class BiteSize: KernelTool {
  package static let about = ToolDescription(
    name: "bitesize",
    abstract: "How large requests to disks are, as a histogram.",
    discussion: """
      Counted are requests when they are given to a device; a row is from its first number up to, but
      not including, the next row's.
      """,
    arguments: "[SECONDS]",
    options: [
      ToolOption("b", "buckets", "\"KB …\"", "Where rows begin; 1 8 64 128 otherwise."),
      ToolOption("D", "device", "MAJOR,MINOR", "Only this device: 259,0."),
    ],
    examples: [
      ("kscope bitesize", "until Ctrl-C"), ("kscope bitesize -b '8 16 24 32' 10", "ten seconds"),
    ],
    common: ToolOption.commonOfSums)

  private enum Issue: Int, EventFields { case dev, nr_sector, bytes, comm }

  package let options: ToolOptions
  private let filter: BlockFilter
  /// In KB, rising: a row begins at each, and one stands before the first.
  private let bounds: [Int]
  private var counts: [Int]

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    if let seconds = options.arguments.first {
      options.duration = try ToolOptions.seconds(seconds, "SECONDS")
    }
    try options.expectArguments(1, "SECONDS")
    let text = options.own["buckets"] ?? "1 8 64 128"
    bounds = text.split(separator: " ").compactMap { Int($0) }
    guard !bounds.isEmpty, bounds.count == text.split(separator: " ").count,
      bounds.allSatisfy({ (1...1 << 40).contains($0) }),
      zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw .badValue(option: "-b", value: text, expected: "rising numbers of KB: \"8 16 32\"")
    }
    counts = [Int](repeating: 0, count: bounds.count + 1)
    filter = try BlockFilter(options)
    self.options = options
  }

  package var events: [WantedEvent] {
    [WantedEvent("block:block_rq_issue", Issue.self, filter: filter.forKernel)]
  }

  package var banner: String {
    let end = options.duration.map { "for \(Double($0) / 1e9) seconds" } ?? "until Ctrl-C"
    return "Tracing block I/O size (bytes), \(end)..."
  }

  /// Of JSON and CSV: a row a bucket, sizes in KB.
  package var columns: [Column] {
    options.format == .text
      ? [] : [Column("", "from_kb"), Column("", "to_kb"), Column("", "count")]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    if let device = filter.device, event[Issue.dev] != device { return }
    guard context.isWanted(event.thread, source: event.source, name: event.text(Issue.comm)) else {
      return
    }
    let sectors = event[Issue.nr_sector]
    let size = sectors > 0 ? sectors * 512 : event[Issue.bytes]
    counts[bounds.firstIndex { size < $0 * 1024 } ?? bounds.count] += 1
  }

  package func finish(_ context: ToolContext, _ rows: inout RowWriter) {
    let most = counts.max() ?? 0
    rows.say("            Kbytes         : I/O      Distribution")
    for (place, count) in counts.enumerated() {
      let from = place == 0 ? nil : bounds[place - 1]
      let to = place == bounds.count ? nil : bounds[place]
      guard options.format == .text else {
        rows.add(bounds: from ?? 0, to)
        rows.add(count)
        rows.endRow()
        continue
      }
      // A tenth less than the next row's begin, as perf-tools writes "less than".
      let range =
        (from.map { "\($0).0" } ?? "").leftPadded(to: 13) + " -> "
        + (to.map { "\($0 - 1).9" } ?? "").padded(to: 9)
      rows.say(
        "\(range) : \(String(count).padded(to: 8)) "
          + "|\(PowerHistogram.bar(count, most: most, width: 38))|")
    }
  }
}
