import ByteIO

/// A version 7 file: sections, and options that say where they are (trace-cmd.dat.v7(5)).
///
/// ```
/// head │ headers, formats, symbols │ pages of buffer, pages of buffer … │ command lines, options, names
/// ```
struct Version7Plan: FilePlan {
  let text: MetadataText
  let layouts: [BufferLayout]
  let compression: Compression
  private var names = SectionNames()
  /// The options that say where the early sections are.
  private var sections: [TraceOption] = []
  private var firstOptionsOffset: Int64 = 0

  init(_ metadata: TraceMetadata, _ layouts: [BufferLayout], _ compression: Compression) {
    text = MetadataText(metadata: metadata)
    self.layouts = layouts
    self.compression = compression
  }

  private var order: ByteOrder { text.metadata.byteOrder }

  mutating func early() throws(CompressionError) -> ByteSink {
    var sink = ByteSink(capacity: text.metadata.kallsyms.count + (1 << 16))
    text.appendMagic(version: 7, to: &sink)
    sink.append(terminated: compression.rawValue)
    sink.append(terminated: compression.libraryVersion)
    firstOptionsOffset = Int64(sink.count)
    let text = text
    var list = try SectionList(
      at: firstOptionsOffset + 8, order: order, compression: compression)
    try add(.headerInfo, .headerInfo, "headers", to: &list) { text.appendHeaders(to: &$0) }
    try add(.ftraceFormats, .ftraceFormats, "ftrace events", to: &list) {
      text.appendFtraceFormats(to: &$0)
    }
    try add(.eventFormats, .eventFormats, "events format", to: &list) {
      text.appendEventFormats(to: &$0)
    }
    if !text.metadata.kallsyms.isEmpty {
      try add(.kallsyms, .kallsyms, "kallsyms", to: &list) { text.appendKallsyms(to: &$0) }
    }
    if !text.metadata.printkFormats.isEmpty {
      try add(.printkFormats, .printkFormats, "printk", to: &list) {
        text.appendPrintkFormats(to: &$0)
      }
    }
    sink.append(number: list.end, order)
    sink.append(list.sink.bytes)
    return sink
  }

  mutating func progress(
    _ layout: TraceOption, at offset: Int64
  ) throws(CompressionError) -> ByteSink {
    var sink = ByteSink()
    // The size of the options does not depend on the offsets in them.
    var size: Int64 = 0
    for _ in 0..<2 {
      var list = try SectionList(at: offset, order: order, compression: .none)
      let buffers = layouts.map { bufferOption($0, headerOffset: offset + size, cpus: []) }
      _ = list.append(
        options: sections + [cpuCountOption] + text.metadata.options + [layout] + buffers, named: 0)
      size = list.end - offset
      list.appendPagesHeader(named: 0, size: 0)
      sink.removeAll()
      sink.append(list.sink.bytes)
    }
    return sink
  }

  /// A whole file without buffers, which only describes events.
  mutating func withoutBuffers() throws(CompressionError) -> ByteSink {
    var sink = try early()
    var list = try SectionList(at: Int64(sink.count), order: order, compression: .none)
    _ = list.append(options: sections + [cpuCountOption] + text.metadata.options, named: 0)
    sink.append(list.sink.bytes)
    return sink
  }

  func lateSize(_ late: LateMetadata) -> Int64 { SectionList.headerSize }

  var headerSize: Int64 { SectionList.headerSize }

  mutating func finish(
    _ file: OutputFile, _ pages: PlacedPages, _ late: LateMetadata
  ) throws(WritingError) {
    let tail: Tail
    do throws(CompressionError) {
      tail = try makeTail(pages, late)
    } catch {
      throw .compress(path: file.path, cause: error)
    }
    // The tail is in the file before the head points to it: until then the file is what it was.
    try file.write(tail.bytes, at: pages.tail)
    try file.setSize(pages.tail + Int64(tail.bytes.count))
    var pointer = ByteSink()
    pointer.append(number: tail.optionsOffset, order)
    try file.write(pointer, at: firstOptionsOffset)
    try writeHeaders(file, pages)
  }

  private struct Tail: ~Copyable {
    var bytes: ByteSink
    var optionsOffset: Int64
  }

  private mutating func makeTail(
    _ pages: PlacedPages, _ late: LateMetadata
  ) throws(CompressionError) -> Tail {
    var list = try SectionList(at: pages.tail, order: order, compression: compression)
    let text = text
    try add(.savedCommandLines, .savedCommandLines, "command lines", to: &list) {
      text.appendCommandLines(late.commandLines, to: &$0)
    }
    let buffers = zip(layouts, pages.buffers).map {
      bufferOption($0, headerOffset: $1.headerOffset, cpus: $1.cpus)
    }
    let optionsOffset = list.append(
      options: sections + [cpuCountOption] + text.metadata.options + late.options + buffers,
      named: names.add("options"))
    // The names of the page sections' headers, which are written last, are needed here already.
    pageNames = layouts.map {
      names.add($0.name.isEmpty ? "buffer flyrecord" : "buffer flyrecord \($0.name)")
    }
    let name = names.add("strings")
    let bytes = names.text
    _ = try list.append(.strings, named: name) { $0.append(bytes: bytes) }
    var sink = ByteSink(capacity: list.sink.count)
    sink.append(list.sink.bytes)
    return Tail(bytes: sink, optionsOffset: optionsOffset)
  }

  private var pageNames: [UInt32] = []

  private func writeHeaders(_ file: OutputFile, _ pages: PlacedPages) throws(WritingError) {
    let firstPage = pages.buffers.lazy.compactMap(\.cpus.first?.bytes.lowerBound).first
    let cleared =
      min(pages.progress.upperBound, firstPage ?? pages.tail) - pages.progress.lowerBound
    var zeros = ByteSink()
    zeros.append(repeating: 0, count: Int(cleared))
    try file.write(zeros, at: pages.progress.lowerBound)
    for (index, buffer) in pages.buffers.enumerated() {
      let next =
        index + 1 < pages.buffers.count ? pages.buffers[index + 1].headerOffset : pages.tail
      let start = buffer.headerOffset + SectionList.headerSize
      var header = ByteSink()
      SectionList.appendHeader(
        .pages, isCompressed: compression != .none, named: pageNames[index], size: next - start,
        order, to: &header)
      try file.write(header, at: buffer.headerOffset)
    }
  }

  private mutating func add(
    _ id: SectionList.ID, _ option: TraceOption.ID, _ name: String, to list: inout SectionList,
    _ fill: (inout ByteSink) -> Void
  ) throws(CompressionError) {
    let offset = try list.append(id, named: names.add(name), fill)
    var sink = ByteSink()
    sink.append(number: offset, order)
    sections.append(TraceOption(option, Array(sink.bytes)))
  }

  private var cpuCountOption: TraceOption {
    .cpuCount(text.metadata.cpuCount, order)
  }

  private func bufferOption(
    _ layout: BufferLayout, headerOffset: Int64, cpus: [(cpu: Int, bytes: Range<Int64>)]
  ) -> TraceOption {
    var sink = ByteSink()
    sink.append(number: headerOffset, order)
    sink.append(terminated: layout.name)
    sink.append(terminated: layout.clock)
    sink.append(number: UInt32(truncatingIfNeeded: layout.pageSize), order)
    sink.append(number: UInt32(truncatingIfNeeded: cpus.count), order)
    for (cpu, bytes) in cpus {
      sink.append(number: UInt32(truncatingIfNeeded: cpu), order)
      sink.append(number: bytes.lowerBound, order)
      sink.append(number: Int64(bytes.count), order)
    }
    return TraceOption(.buffer, Array(sink.bytes))
  }
}

extension TraceOption {
  static func cpuCount(_ count: Int, _ order: ByteOrder) -> TraceOption {
    var sink = ByteSink()
    sink.append(number: UInt32(truncatingIfNeeded: count), order)
    return TraceOption(.cpuCount, Array(sink.bytes))
  }
}
