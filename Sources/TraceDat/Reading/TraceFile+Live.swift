import ByteIO

extension TraceFile {
  /// A buffer whose pages come in while they are read.
  package struct LiveBuffer: Sendable {
    /// What messages and lines call it; "" is the only one, or the top level.
    package var name: String
    package var clock: String
    /// Each CPU's pages, by rising number.
    package var cpus: [(cpu: Int, pages: PageWindow)]

    package init(name: String, clock: String, cpus: [(cpu: Int, pages: PageWindow)]) {
      self.name = name
      self.clock = clock
      self.cpus = cpus
    }
  }

  /// What stands for a file where there is none: the kernel's own description of its events, and
  /// pages in memory.
  ///
  /// - Parameter name: what messages call it.
  package convenience init(
    live metadata: TraceMetadata, buffers: [LiveBuffer], named name: String
  ) throws(TraceFileError) {
    var plan = Version7Plan(metadata, [], .none)
    let bytes: ByteSink
    do throws(CompressionError) {
      bytes = try plan.withoutBuffers()
    } catch {
      throw TraceFileError(path: name, part: "file", offset: 0, .compression(error))
    }
    try self.init(
      mapped: MappedFile(copying: bytes.bytes, named: name),
      live: buffers.map { buffer in
        TraceBuffer(
          name: buffer.name, clock: buffer.clock,
          pageSize: buffer.cpus.first?.pages.pageSize ?? metadata.pageSize,
          content: .pages(
            buffer.cpus.map { .init(cpu: $0.cpu, offset: 0, size: 0, window: $0.pages) }))
      })
  }
}
