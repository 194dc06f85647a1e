import ByteIO
import RingBuffer

/// Writes what a file holds into another one, of another version or compression.
///
/// Texts, options and pages are copied byte for byte. Memory does not grow with the pages.
package struct FileRewriter {
  private let source: TraceFile
  private let stored: StoredMetadata
  /// What of the source could not be read, and is missing from what is written.
  package private(set) var problems: [TraceFileError]

  /// Reads the texts and options of a file.
  package init(_ source: TraceFile) {
    self.source = source
    stored = StoredMetadata(of: source)
    problems = stored.problems
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
    let file = NewFile(
      path: path, version: version, compression: compression, metadata: stored.metadata,
      late: stored.late, buffers: part.buffers.map { source.buffers[$0].layout })
    return try file.write { (index, cpu, region) throws(WritingError) in
      var bytes: Int64 = 0
      for place in part.streams.indices
      where part.streams[place].buffer == part.buffers[index] && part.streams[place].cpu == cpu {
        bytes = try copyPages(of: part, place, to: region, behind: bytes, path)
      }
      return bytes
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
}

extension TraceBuffer {
  fileprivate var layout: BufferLayout {
    BufferLayout(
      name: name, clock: clock ?? "local", cpus: Set(cpus.map(\.cpu)).sorted(), pageSize: pageSize)
  }
}
