import ByteIO

/// A version 6 file: everything in one fixed order, pages last (trace-cmd.dat.v6(5)).
///
/// The command lines, the options and the table of CPUs stand before the pages and are known only
/// after them: the pages leave room.
struct Version6Plan: FilePlan {
  let text: MetadataText
  let layouts: [BufferLayout]

  init(_ metadata: TraceMetadata, _ layouts: [BufferLayout]) {
    text = MetadataText(metadata: metadata)
    self.layouts = layouts
  }

  private var order: ByteOrder { text.metadata.byteOrder }

  func early() -> ByteSink {
    var sink = ByteSink(capacity: text.metadata.kallsyms.count + (1 << 16))
    text.appendMagic(version: 6, to: &sink)
    text.appendHeaders(to: &sink)
    text.appendFtraceFormats(to: &sink)
    text.appendEventFormats(to: &sink)
    text.appendKallsyms(to: &sink)
    text.appendPrintkFormats(to: &sink)
    return sink
  }

  func progress(_ layout: TraceOption, at offset: Int64) -> ByteSink {
    rest(LateMetadata(options: [layout]), nil, at: offset)
  }

  func lateSize(_ late: LateMetadata) -> Int64 { Int64(rest(late, nil, at: 0).count) }

  var headerSize: Int64 { 0 }

  func finish(
    _ file: OutputFile, _ pages: PlacedPages, _ late: LateMetadata
  ) throws(WritingError) {
    let start = pages.progress.lowerBound
    var sink = rest(late, pages, at: start)
    sink.append(repeating: 0, count: Int(pages.progress.upperBound - start) - sink.count)
    try file.write(sink, at: start)
    try file.setSize(max(pages.tail, start + Int64(sink.count)))
  }

  /// All that follows the printk formats, up to the first page.
  ///
  /// Its length does not depend on what the tables say.
  private func rest(_ late: LateMetadata, _ pages: PlacedPages?, at start: Int64) -> ByteSink {
    var tableOffsets = [Int64](repeating: 0, count: layouts.count)
    var sink = ByteSink()
    for _ in 0..<2 {
      sink.removeAll()
      text.appendCommandLines(late.commandLines, to: &sink)
      sink.append(number: UInt32(truncatingIfNeeded: text.metadata.cpuCount), order)
      sink.append(terminated: "options  ")
      for option in options(late, tableOffsets) { SectionList.append(option, order, to: &sink) }
      sink.append(number: TraceOption.ID.done.rawValue, order)
      let top = layouts.firstIndex { $0.name.isEmpty }
      appendTable(top.flatMap { pages?.buffers[$0] }, clock: topClock, to: &sink)
      for (index, layout) in layouts.enumerated() where !layout.name.isEmpty {
        tableOffsets[index] = start + Int64(sink.count)
        appendTable(pages?.buffers[index], clock: layout.clock, to: &sink)
      }
    }
    return sink
  }

  private func options(_ late: LateMetadata, _ tableOffsets: [Int64]) -> [TraceOption] {
    let instances = zip(layouts, tableOffsets).compactMap { layout, offset -> TraceOption? in
      guard !layout.name.isEmpty else { return nil }
      var sink = ByteSink()
      sink.append(number: offset, order)
      sink.append(terminated: layout.name)
      return TraceOption(.buffer, Array(sink.bytes))
    }
    return text.metadata.options + late.options
      + [.cpuCount(text.metadata.cpuCount, order)] + instances
  }

  private func appendTable(
    _ buffer: PlacedPages.Buffer?, clock: String, to sink: inout ByteSink
  ) {
    sink.append(terminated: "flyrecord")
    for cpu in 0..<text.metadata.cpuCount {
      let bytes = buffer?.cpus.first { $0.cpu == cpu }?.bytes
      sink.append(number: bytes?.lowerBound ?? 0, order)
      sink.append(number: bytes.map { Int64($0.count) } ?? 0, order)
    }
    // Not in the manual page: where a file has the clock's option, the clock follows each table.
    if hasClock {
      let name = "[\(clock)]"
      sink.append(number: UInt64(name.utf8.count), order)
      sink.append(name)
    }
  }

  private var hasClock: Bool { text.metadata.options.contains { $0.id == .traceClock } }

  private var topClock: String {
    (layouts.first { $0.name.isEmpty } ?? layouts.first)?.clock ?? "local"
  }
}
