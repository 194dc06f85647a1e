import ByteIO

/// Where the pages are in a file whose recording goes on, or was not brought to its end.
///
/// Source: `Documentation/trace.dat-options.md`, option 0x4b01.
struct RecordingLayout {
  var regions: [Region] = []

  struct Region {
    var cpu: Int
    var pageSize: Int
    /// Of the first page, in bytes from the start of the file.
    var offset: Int
    var capacity: Int
    /// How many bytes were ever written; nil while recording.
    var written: Int?
    /// How many bytes the pages take that overwrite one another; nil where none does.
    var ring: Int?
    var buffer: String
    var clock: String
    /// The file that holds the pages; empty for the recording itself.
    ///
    /// One in the recording's own folder is told by its name, any other by its whole path.
    var path: String
  }

  init(_ option: TraceOption, order: ByteOrder) throws(ByteCursorError) {
    let bytes = option.data.span.bytes
    var cursor = ByteCursor(bytes, order: order)
    guard try cursor.read(UInt32.self) == 1 else { return }
    for _ in 0..<(try cursor.read(UInt32.self)) {
      let cpu = Int(try cursor.read(UInt32.self))
      let pageSize = Int(try cursor.read(UInt32.self))
      let offset = Int(clamping: try cursor.read(UInt64.self))
      let capacity = Int(clamping: try cursor.read(UInt64.self))
      let written = try cursor.read(Int64.self)
      let ring = Int(clamping: try cursor.read(UInt64.self))
      regions.append(
        Region(
          cpu: cpu, pageSize: pageSize, offset: offset, capacity: capacity,
          written: written < 0 ? nil : Int(written), ring: ring > 0 ? ring : nil,
          buffer: try cursor.readString(), clock: try cursor.readString(),
          path: try cursor.readString()))
    }
  }
}

extension TraceFileContents {
  /// Takes the buffers from the layout of a recording that was not finished, where there is one.
  mutating func readRecordingLayout() {
    guard let option = options.last(where: { $0.id == .recordingLayout }) else { return }
    let layout: RecordingLayout
    do throws(ByteCursorError) {
      layout = try RecordingLayout(option, order: head.order)
    } catch {
      return note("option \(option.id.rawValue)", 0, .truncated(error))
    }
    isUnfinished = true
    isBeingFinished = layout.regions.contains { $0.written != nil }
    buffers = []
    note("recording", 0, .unfinished)
    let last = layout.regions.last { $0.path.isEmpty }
    if let last, let written = last.written, last.ring == nil,
      written > mapped.count - min(last.offset, mapped.count)
    {
      return note(
        "recording", last.offset,
        .invalid(
          "CPU \(last.cpu) is said to have \(written) bytes of pages here, and the file ends at "
            + "\(mapped.count): it ended while its pages were being moved together, or was cut off"
        ))
    }
    for region in layout.regions {
      guard region.isPossible, !region.path.isEmpty || isInside(region) else {
        note(region.title, region.offset, .invalid("these numbers are not possible"))
        continue
      }
      if region.path.isEmpty {
        takePages(of: region)
      } else {
        note(region.title, 0, .elsewhere(region.path))
        // A file of its own may be as long as it likes.
        var part = region.pagesFile(in: region.path, region.offset..<Int.max)
        if region.ring == nil { part.written = region.written }
        pagesFiles.append(part)
      }
    }
  }

  /// Takes the pages that stand in this file.
  private mutating func takePages(of region: RecordingLayout.Region) {
    let place = place(of: region.buffer, region.clock, region.pageSize)
    guard case .pages(var cpus) = buffers[place].content else { return }
    let room = room(for: region)
    if let data = clipped(found(region, in: room), part: region.title) { cpus.append(data) }
    var part = region.pagesFile(in: mapped.path, room)
    part.hasSpareRoom = region.written == nil || region.ring != nil
    pagesFiles.append(part)
    buffers[place].content = .pages(cpus)
    buffers[place].listed = .init(cpus)
  }

  private func isInside(_ region: RecordingLayout.Region) -> Bool {
    (head.end...max(head.end, mapped.count)).contains(region.offset)
  }

  private mutating func place(of name: String, _ clock: String, _ pageSize: Int) -> Int {
    if let known = buffers.firstIndex(where: { $0.name == name }) { return known }
    buffers.append(
      TraceBuffer(name: name, clock: clock, pageSize: pageSize, content: .pages([])))
    return buffers.count - 1
  }

  /// Where the pages of a region can be, as far as they are told to be.
  private func room(for region: RecordingLayout.Region) -> Range<Int> {
    var size = min(region.ring ?? region.capacity, mapped.count - region.offset)
    size = min(size, region.capacity)
    if let pages = region.writtenPages, region.ring == nil, pages < size / region.pageSize {
      size = pages * region.pageSize
    }
    return region.offset..<region.offset + max(0, size)
  }

  /// What a region holds by now.
  private func found(
    _ region: RecordingLayout.Region, in room: Range<Int>
  ) -> TraceBuffer.CPUData {
    var run = PageRun(
      in: UnsafeRawBufferPointer(rebasing: mapped.bytes[room]), pageSize: region.pageSize,
      head.order)
    if let pages = region.writtenPages { run.count = min(run.count, pages) }
    return TraceBuffer.CPUData(
      cpu: region.cpu, offset: region.offset, size: run.count * region.pageSize, isRaw: true,
      firstPage: run.first)
  }
}

extension RecordingLayout.Region {
  fileprivate var title: String { "pages of \(buffer.isEmpty ? "" : buffer + " ")CPU \(cpu)" }

  /// Whether a recorder can have written these numbers.
  fileprivate var isPossible: Bool {
    guard (1024...1 << 26).contains(pageSize), pageSize.nonzeroBitCount == 1 else { return false }
    let isRing = ring.map { $0 % pageSize == 0 && $0 <= capacity } ?? true
    // More than any disk holds: what is added to it must not overflow.
    return cpu < 1 << 16 && isRing && (written ?? 0) < 1 << 60
  }

  /// How many pages were ever written, where that is known.
  fileprivate var writtenPages: Int? { written.map { ($0 + pageSize - 1) / pageSize } }

  fileprivate func pagesFile(in path: String, _ bytes: Range<Int>) -> PagesFile {
    PagesFile(
      buffer: buffer, clock: clock, cpu: cpu, path: path, pageSize: pageSize, bytes: bytes)
  }
}
