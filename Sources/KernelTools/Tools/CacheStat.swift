import ByteIO
import Tracefs

/// `cachestat`: how often files' pages are found in memory.
///
/// perf-tools' cachestat counts functions that kernels have renamed since, and needs the function
/// profiler.
package final class CacheStat: CountingTool, IntervalTool {
  package static let about = ToolDescription(
    name: "cachestat",
    abstract: "How often what is read and written of files is found in the page cache.",
    discussion: """
      Hits are accesses (folio_mark_accessed, less mark_buffer_dirty) that made no page come in
      (mm_filemap_add_to_page_cache, less writeback_dirty_folio). An access of a folio is one, however
      large it is. The sizes are from /proc/meminfo.
      """,
    arguments: "[INTERVAL [COUNT]]",
    options: [
      ToolOption("D", "debug", "The counts that it is worked out from."),
      ToolOption("t", "time", "The time of day."),
    ],
    examples: [
      ("kscope cachestat", "every second, until Ctrl-C"),
      ("kscope cachestat -t 5 12", "a minute, with times"),
    ],
    common: ToolOption.commonOfLists)

  private enum Nothing: Int, EventFields { case none }

  package let options: ToolOptions
  /// Accesses, dirty buffers, pages that came in, dirty pages.
  private var counts = [0, 0, 0, 0]

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.readInterval()
    if options.interval == nil, options.input == nil { options.interval = 1_000_000_000 }
    if options.has("time") { options.times = .wall }
    self.options = options
  }

  private static let functions = ["folio_mark_accessed", "mark_buffer_dirty"]
  private static let tracepoints = [
    "filemap:mm_filemap_add_to_page_cache", "writeback:writeback_dirty_folio",
  ]

  package var events: [WantedEvent] {
    Self.functions.map { WantedEvent(probeOf: $0, Nothing.self, values: []) }
      + Self.tracepoints.map { WantedEvent($0, Nothing.self) }
  }

  package var banner: String {
    "Counting cache functions..." + (options.interval.map(Self.every) ?? "")
  }
  private static func every(_ interval: UInt64) -> String {
    let seconds =
      interval % 1_000_000_000 == 0
      ? "\(interval / 1_000_000_000)" : "\(Double(interval) / 1e9)"
    return " Output every \(seconds) seconds."
  }

  package var columns: [Column] {
    Column.time(options, "TIME", width: 8) + [
      Column("HITS", "hits", width: 8, isLeft: false),
      Column("MISSES", "misses", width: 8, isLeft: false),
      Column("DIRTIES", "dirties", width: 8, isLeft: false),
      Column("RATIO", "ratio_percent", width: 8, isLeft: false),
      Column("BUFFERS_MB", "buffers_mb", width: 12, isLeft: false),
      Column("CACHE_MB", "cache_mb", width: 10, isLeft: false),
    ] + (options.has("debug") ? [Column("DEBUG", "debug")] : [])
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard context.isWanted(event.thread, source: event.source) else { return }
    counts[event.number] += 1
  }

  package func counting(_ counting: KernelCounting) -> KernelCounting? {
    guard options.takesAllTasks else { return nil }
    var counting = counting
    // The sum over the processors is what counts.
    let trigger = HistogramTrigger(keys: [HistogramExpression(field: "common_cpu")])
    for (number, function) in Self.functions.enumerated() {
      counting.add(counting.probe(function, [function]), trigger, table: number)
    }
    for (number, title) in Self.tracepoints.enumerated() {
      let parts = title.split(separator: ":")
      counting.add(
        EventName(system: String(parts[0]), name: String(parts[1])), trigger,
        table: Self.functions.count + number)
    }
    return counting
  }

  package func take(_ row: CountedRow, table: Int, _ context: ToolContext) {
    counts[table] += row.count
  }

  package func show(_ context: ToolContext, _ rows: inout RowWriter) {
    let (accessed, buffers, added, dirtied) = (counts[0], counts[1], counts[2], counts[3])
    let total = max(0, accessed - buffers)
    let misses = min(max(0, added - dirtied), total)
    let hits = total - misses
    context.addTableTime(to: &rows)
    rows.add(hits)
    rows.add(misses)
    rows.add(buffers)
    // Of nothing there is no part.
    if total == 0 {
      rows.addNothing("-")
    } else {
      let tenths = (1000 * hits + total / 2) / total
      rows.add(decimal: tenths, digits: 1, unit: "%")
    }
    if let memory = context.pageCache() {
      rows.add(memory.buffers)
      rows.add(memory.cached)
    } else {
      rows.addNothing("-")
      rows.addNothing("-")
    }
    if options.has("debug") { rows.add("(\(accessed) \(buffers) \(added) \(dirtied))") }
    rows.endRow()
    counts = [0, 0, 0, 0]
  }
}
