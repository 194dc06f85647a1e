import ByteIO
import Glibc
import RingBuffer

/// Writes what a file holds into another one, of another version or compression.
///
/// Texts, options and pages are copied byte for byte. Memory does not grow with the pages.
package struct FileRewriter {
  private let source: TraceFile
  private let metadata: TraceMetadata
  private let late: LateMetadata
  /// What of the source could not be read, and is missing from what is written.
  package private(set) var problems: [TraceFileError]

  /// Reads the texts and options of a file.
  package init(_ source: TraceFile) {
    self.source = source
    let inventory = FileInventory(of: source)
    problems = source.problems + inventory.problems
    var metadata = TraceMetadata(
      pageSize: source.pageSize, cpuCount: source.cpuCount, headerPage: [], headerEvent: [])
    metadata.byteOrder = source.order
    metadata.longSize = source.longSize
    var late = LateMetadata()
    for entry in inventory.sections.joined() {
      let bytes = entry.bytes.withBytes { Array($0) }
      switch entry.part {
      case .headerPage: metadata.headerPage = bytes
      case .headerEvent: metadata.headerEvent = bytes
      case .kallsyms: metadata.kallsyms = bytes
      case .printkFormats: metadata.printkFormats = bytes
      case .savedCommandLines: late.commandLines = bytes
      case .ftraceFormats, .eventFormats: break
      }
    }
    source.eventFormats().forEach { system, text in
      if system == "ftrace" {
        metadata.ftraceFormats.append(Array(text))
      } else if metadata.eventSystems.last?.name == system {
        metadata.eventSystems[metadata.eventSystems.count - 1].formats.append(Array(text))
      } else {
        metadata.eventSystems.append(.init(name: system, formats: [Array(text)]))
      }
    }
    metadata.options = source.options.filter { !Self.isRewritten($0.id) }
    self.metadata = metadata
    self.late = late
  }

  /// Writes the file. It gets its name only when it is whole.
  ///
  /// - Throws: where it cannot be written, or the version has no place for what the file holds;
  ///   nothing is left behind then.
  package mutating func write(
    to path: String, version: Int, compression: Compression
  ) throws(WritingError) {
    guard !source.buffers.contains(where: \.isText) else {
      throw .unsupported(
        path: path, reason: "\(source.path) holds the text of a latency tracer, not pages")
    }
    let buffers = layouts
    var metadata = self.metadata
    // Version 6 has one size for all sub-buffers, and it is in the head.
    if version == 6, let size = buffers.first?.pageSize { metadata.pageSize = size }
    let temporary = "\(path).\(getpid()).part"
    let writer = try TraceFileWriter(
      path: temporary, version: version, compression: compression, metadata: metadata,
      buffers: buffers)
    do throws(WritingError) {
      var written: [[RegionContent]] = []
      for (index, layout) in buffers.enumerated() {
        var contents: [RegionContent] = []
        for cpu in layout.cpus {
          let region = try writer.region(buffer: index, cpu: cpu)
          let bytes = try copyPages(of: index, layout.name, cpu, to: region, path)
          contents.append(RegionContent(bytes: bytes))
        }
        written.append(contents)
      }
      try writer.finish(written: written, late: late)
      try writer.rename(to: path)
    } catch {
      writer.abandon()
      throw error
    }
  }

  private var layouts: [BufferLayout] {
    source.buffers.map { buffer in
      BufferLayout(
        name: buffer.name, clock: buffer.clock ?? "local", cpus: buffer.cpus.map(\.cpu).sorted(),
        pageSize: buffer.pageSize)
    }
  }

  /// - Returns: how many bytes were copied.
  private mutating func copyPages(
    of number: Int, _ name: String, _ cpu: Int, to region: Region, _ path: String
  ) throws(WritingError) -> Int64 {
    let buffer = source.buffers[number]
    var copied: Int64 = 0
    for data in buffer.cpus where data.cpu == cpu {
      let index: PageIndex
      do throws(TraceFileError) {
        index = try PageIndex(data, of: buffer, in: source)
      } catch {
        problems.append(error)
        continue
      }
      problems += index.problems
      let reader = PageReader(index)
      let size = index.layout.pageSize
      for number in 0..<index.count {
        guard let page = reader.page(at: number) else { continue }
        try region.write(page, at: copied, of: path)
        // A page that the source's end cuts off is filled up with zeros.
        if page.count < size {
          var rest = ByteSink(capacity: size)
          rest.append(repeating: 0, count: size - page.count)
          try region.write(rest.bytes, at: copied + Int64(page.count), of: path)
        }
        copied += Int64(size)
      }
      if let problem = reader.problem { problems.append(problem) }
    }
    return copied
  }

  /// Whether an option describes the file itself, so that the writer makes it anew.
  private static func isRewritten(_ id: TraceOption.ID) -> Bool {
    switch id {
    case .buffer, .bufferText, .cpuCount, .headerInfo, .ftraceFormats, .eventFormats, .kallsyms,
      .printkFormats, .savedCommandLines, .recordingLayout, .done:
      true
    default: false
    }
  }
}

extension Region {
  /// Writes bytes, `place` bytes behind the region's start.
  fileprivate func write(
    _ bytes: UnsafeRawBufferPointer, at place: Int64, of path: String
  ) throws(WritingError) {
    guard let start = bytes.baseAddress else { return }
    guard place + Int64(bytes.count) <= capacity else {
      throw .unsupported(path: path, reason: "one CPU has more pages than fit here")
    }
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, start + done, bytes.count - done, off_t(offset + place) + done)
      if count < 0 {
        if errno == EINTR { continue }
        throw .write(path: path, cause: SystemError("pwrite"))
      }
      done += count
    }
  }
}
