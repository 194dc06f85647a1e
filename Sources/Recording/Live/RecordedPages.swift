package import ByteIO
package import TraceDat

/// The pages of one CPU of a recording, as if they came from a kernel now.
package final class RecordedPages: PageSource {
  package let descriptor: Int32 = -1
  private let pages: PageCopier

  package init(_ index: PageIndex) { pages = PageCopier(index) }

  package func close() {}

  package func read(
    into room: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> PageArrival {
    pages.copyNext(to: room) ? .page : .end
  }
}

extension LiveStream {
  /// The pages of a recording, as if they came now.
  package convenience init(replaying file: TraceFile) throws(TraceFileError) {
    var buffers: [Buffer] = []
    for buffer in file.buffers {
      var cpus: [(cpu: Int, source: any PageSource)] = []
      for data in buffer.cpus {
        cpus.append((data.cpu, RecordedPages(try PageIndex(data, of: buffer, in: file))))
      }
      buffers.append(
        Buffer(
          name: buffer.name, clock: buffer.clock ?? "local", pageSize: buffer.pageSize, cpus: cpus))
    }
    try self.init(buffers, metadata: StoredMetadata(of: file).metadata, named: file.path)
  }
}
