import ByteIO
import Glibc
import RingBuffer

/// Puts the pages that a killed recorder left, mostly in files of their own, together to one
/// recording.
package struct FileRestorer {
  private let stored: StoredMetadata
  /// What of the files is missing from what was written.
  package private(set) var problems: [LostPart] = []

  /// By path. One that is being recorded may be so large that only few mappings of it fit.
  private var mapped: [String: MappedFile] = [:]

  /// - Parameters:
  ///   - metadata: what is known of the kernel that was recorded.
  ///   - recording: what tells of the pages, and holds some of them.
  package init(_ metadata: StoredMetadata, of recording: TraceFile? = nil) {
    stored = metadata
    if let recording { mapped[recording.path] = recording.mapped }
  }

  /// Writes the recording. It gets its name only when it is whole; the files of pages stay.
  ///
  /// A file that cannot be read is left out, and becomes a problem.
  ///
  /// - Returns: how many bytes of pages were written.
  @discardableResult
  package mutating func write(
    _ files: [PagesFile], to path: String, version: Int = 7, compression: Compression = .none
  ) throws -> Int64 {
    var parts: [(file: PagesFile, mapped: MappedFile)] = []
    for file in files {
      do throws(SystemError) {
        let known = mapped[file.path]
        let opened = if let known { known } else { try MappedFile(path: file.path) }
        mapped[file.path] = opened
        parts.append((file, opened))
      } catch {
        problems.append(LostPart(path: file.path, title: file.title, cause: .unreadable(error)))
      }
    }
    if parts.isEmpty, let first = problems.first { throw first }
    if let twice = Self.readTwice(parts) { throw twice }
    var metadata = stored.metadata
    metadata.cpuCount = max(metadata.cpuCount, (files.map(\.cpu).max() ?? -1) + 1)
    let layout = try stored.layout()
    let sizes = noteSizes(of: parts, layout)
    let files = files.map { file in
      var file = file
      file.pageSize = sizes[file.buffer] ?? file.pageSize
      return file
    }
    // Version 6 has one size for all.
    let top = files.first { $0.buffer.isEmpty || version == 6 }
    let buffers = Self.layouts(of: files, topPageSize: top?.pageSize ?? layout.pageSize)
    let output = NewFile(
      path: path, version: version, compression: compression, metadata: metadata,
      late: stored.late, buffers: buffers)
    return try output.write { (index, cpu, region) throws(WritingError) in
      var written: Int64 = 0
      for part in parts where part.file.buffer == buffers[index].name && part.file.cpu == cpu {
        guard let layout = try? layout.with(pageSize: buffers[index].pageSize) else { continue }
        try copy(part.file, part.mapped, layout, to: region, behind: &written, path)
      }
      return written
    }
  }

  /// The sizes of sub-buffers, by buffer, as the first part with pages has them.
  private mutating func noteSizes(
    of parts: [(file: PagesFile, mapped: MappedFile)], _ layout: PageLayout
  ) -> [String: Int] {
    var sizes: [String: Int] = [:]
    // A recording by kscope tells them.
    for (file, mapped) in parts where file.bytes == nil && sizes[file.buffer] == nil {
      guard let expected = try? layout.with(pageSize: file.pageSize),
        let size = SubbufferSize.found(in: mapped, expected: expected)
      else { continue }
      sizes[file.buffer] = size
      guard size != file.pageSize else { continue }
      problems.append(
        LostPart(
          path: file.path, title: file.title, cause: .resized(from: file.pageSize, to: size)))
    }
    return sizes
  }

  private mutating func copy(
    _ file: PagesFile, _ mapped: MappedFile, _ layout: PageLayout, to region: Region,
    behind written: inout Int64, _ path: String
  ) throws(WritingError) {
    let range = file.bytes ?? 0..<mapped.count
    let scan = PageScan(mapped, in: range, layout: layout, hasSpareRoom: file.hasSpareRoom)
    func write(_ bytes: UnsafeRawBufferPointer) throws(WritingError) {
      try region.write(bytes, at: written, of: path)
      written += Int64(bytes.count)
    }
    for run in scan.runs {
      var place = run.lowerBound
      while place < run.upperBound {
        let end = min(place + Self.copiedAtOnce, run.upperBound)
        try write(UnsafeRawBufferPointer(rebasing: mapped.bytes[place..<end]))
        mapped.release(place..<end)
        place = end
      }
    }
    if let cut = scan.cutPage {
      var maker = PageCut(layout)
      let rest = UnsafeRawBufferPointer(rebasing: mapped.bytes[cut.bytes])
      if let page = maker.make(of: rest, from: 0, to: cut.end) { try write(page) }
    }
    problems += scan.lost.map {
      LostPart(
        path: file.path, title: file.title, cause: .bytes($0, pageSize: layout.pageSize))
    }
    let found = range.clamped(to: 0..<mapped.count).count
    if let expected = file.written, found < expected {
      problems.append(
        LostPart(
          path: file.path, title: file.title, cause: .short(expected: expected, found: found)))
    }
  }

  private static let copiedAtOnce = 1 << 22

  /// The same bytes in two of them, by whatever names.
  private static func readTwice(_ parts: [(file: PagesFile, mapped: MappedFile)]) -> ReadTwice? {
    var known: [(device: dev_t, inode: ino_t, bytes: Range<Int>, path: String)] = []
    for (file, mapped) in parts {
      var status = stat()
      guard stat(file.path, &status) == 0 else { continue }
      let bytes = (file.bytes ?? 0..<Int.max).clamped(to: 0..<max(mapped.count, 1))
      let same = known.first {
        $0.device == status.st_dev && $0.inode == status.st_ino && $0.bytes.overlaps(bytes)
      }
      if let same { return ReadTwice(path: file.path, other: same.path) }
      known.append((status.st_dev, status.st_ino, bytes, file.path))
    }
    return nil
  }

  /// A buffer for each name; the top-level one is there even where it has no pages.
  private static func layouts(of files: [PagesFile], topPageSize: Int) -> [BufferLayout] {
    var layouts = [BufferLayout(name: "", clock: "local", cpus: [], pageSize: topPageSize)]
    for file in files {
      let known = layouts.firstIndex { $0.name == file.buffer }
      let place = known ?? layouts.count
      if known == nil {
        layouts.append(
          BufferLayout(name: file.buffer, clock: file.clock, cpus: [], pageSize: file.pageSize))
      }
      layouts[place].clock = file.clock
      layouts[place].cpus = Set(layouts[place].cpus + [file.cpu]).sorted()
    }
    return layouts
  }
}

/// One part is named twice, so that its events would be in the recording twice.
package struct ReadTwice: ExplainedError, Equatable {
  var path: String
  var other: String
  package var message: String {
    path == other
      ? "\(path) is named twice: its events would be in the recording twice"
      : "\(path) and \(other) are one file: its events would be in the recording twice"
  }
}
