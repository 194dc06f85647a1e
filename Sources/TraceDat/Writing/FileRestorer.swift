import ByteIO

/// The pages of one CPU as a recorder leaves them that was killed, mostly in a file of their own.
package struct PagesFile: Sendable, Equatable {
  /// The instance's name; empty for the top-level buffer.
  package var buffer: String
  package var clock: String
  package var cpu: Int
  package var path: String
  /// The size of a sub-buffer in bytes.
  package var pageSize: Int

  /// Where in the file they are; nil for all of it.
  package var bytes: Range<Int>?

  package init(
    buffer: String, clock: String, cpu: Int, path: String, pageSize: Int, bytes: Range<Int>? = nil
  ) {
    self.bytes = bytes
    self.buffer = buffer
    self.clock = clock
    self.cpu = cpu
    self.path = path
    self.pageSize = pageSize
  }
}

/// Puts the pages that a killed recorder left in files of their own together to one recording.
package struct FileRestorer {
  private let stored: StoredMetadata

  /// - Parameter metadata: what is known of the kernel that was recorded.
  package init(_ metadata: StoredMetadata) { stored = metadata }

  /// Writes the recording. It gets its name only when it is whole; the files of pages stay.
  ///
  /// - Returns: how many bytes of pages were written.
  @discardableResult
  package func write(
    _ files: [PagesFile], to path: String, version: Int = 7, compression: Compression = .none
  ) throws -> Int64 {
    var opened: [MappedFile] = []
    for file in files { opened.append(try MappedFile(path: file.path)) }
    var metadata = stored.metadata
    metadata.cpuCount = max(metadata.cpuCount, (files.map(\.cpu).max() ?? -1) + 1)
    let order = metadata.byteOrder
    let buffers = Self.layouts(of: files)
    let output = NewFile(
      path: path, version: version, compression: compression, metadata: metadata,
      late: stored.late, buffers: buffers)
    return try output.write { (index, cpu, region) throws(WritingError) in
      var written: Int64 = 0
      for (file, mapped) in zip(files, opened)
      where file.buffer == buffers[index].name && file.cpu == cpu {
        let range = (file.bytes ?? 0..<mapped.count).clamped(to: 0..<mapped.count)
        let pages = UnsafeRawBufferPointer(rebasing: mapped.bytes[range])
        let run = PageRun(in: pages, pageSize: file.pageSize, order)
        for page in 0..<run.count {
          let start = PageIndex.place(of: page, among: run.count, run.first) * file.pageSize
          try region.write(
            UnsafeRawBufferPointer(rebasing: pages[start..<start + file.pageSize]),
            at: written, of: path)
          written += Int64(file.pageSize)
        }
      }
      return written
    }
  }

  /// A buffer for each name; the top-level one is there even where it has no pages.
  private static func layouts(of files: [PagesFile]) -> [BufferLayout] {
    let size = files.first?.pageSize ?? 4096
    var layouts = [BufferLayout(name: "", clock: "local", cpus: [], pageSize: size)]
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
