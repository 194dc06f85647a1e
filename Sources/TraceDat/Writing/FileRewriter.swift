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
  /// - Parameter part: the buffers, CPUs and events of the source that are written; all without it.
  /// - Returns: how many bytes of pages were written.
  /// - Throws: where it cannot be written, or the version has no place for what the file holds;
  ///   nothing is left behind then.
  @discardableResult
  package mutating func write(
    to path: String, version: Int, compression: Compression, part wanted: FilePart? = nil
  ) throws(WritingError) -> Int64 {
    guard !source.buffers.contains(where: \.isText) else {
      throw .unsupported(
        path: path, reason: "\(source.path) holds the text of a latency tracer, not pages")
    }
    let part = wanted ?? FilePart(of: source)
    if wanted == nil { problems += part.problems }
    let buffers = part.buffers.map { source.buffers[$0].layout }
    var metadata = self.metadata
    // Version 6 has one size for all sub-buffers, and it is in the head.
    if version == 6, let size = buffers.first?.pageSize { metadata.pageSize = size }
    let temporary = "\(path).\(getpid()).part"
    let writer = try TraceFileWriter(
      path: temporary, version: version, compression: compression, metadata: metadata,
      buffers: buffers)
    do throws(WritingError) {
      var written: [[RegionContent]] = []
      for (index, number) in part.buffers.enumerated() {
        var contents: [RegionContent] = []
        for cpu in buffers[index].cpus {
          let region = try writer.region(buffer: index, cpu: cpu)
          var bytes: Int64 = 0
          for place in part.streams.indices
          where part.streams[place].buffer == number && part.streams[place].cpu == cpu {
            bytes = try copyPages(of: part, place, to: region, behind: bytes, path)
          }
          contents.append(RegionContent(bytes: bytes))
        }
        written.append(contents)
      }
      try writer.finish(written: written, late: late)
      try writer.rename(to: path)
      return written.joined().reduce(0) { $0 + $1.bytes }
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Copies the pages of one stream, cutting those that belong to the part by half.
  ///
  /// - Returns: where the pages end in the region.
  private mutating func copyPages(
    of part: FilePart, _ place: Int, to region: Region, behind start: Int64, _ path: String
  ) throws(WritingError) -> Int64 {
    let (from, to) = (part.range.from[place], part.range.to[place])
    let index = part.streams[place].pages
    let reader = PageReader(index)
    let size = index.layout.pageSize
    var cut = PageCut(index.layout)
    var copied = start
    for number in from.page..<max(from.page, min(index.count, to.page + (to.offset > 0 ? 1 : 0))) {
      guard let page = reader.page(at: number) else { continue }
      let first = number == from.page ? from.offset : 0
      let end = number == to.page ? to.offset : Int.max
      // A whole page is copied as it stands, whatever it holds.
      if first == 0, end == Int.max, page.count == size {
        try region.write(page, at: copied, of: path)
        copied += Int64(size)
      } else if let some = cut.make(of: page, from: first, to: end) {
        try region.write(some, at: copied, of: path)
        copied += Int64(size)
      }
    }
    if let problem = reader.problem { problems.append(problem) }
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

extension TraceBuffer {
  fileprivate var layout: BufferLayout {
    BufferLayout(
      name: name, clock: clock ?? "local", cpus: Set(cpus.map(\.cpu)).sorted(), pageSize: pageSize)
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
