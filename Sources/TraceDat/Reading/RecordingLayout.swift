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
      return note("recording", 0, .invalid("it ended while its pages were being moved together"))
    }
    defer { if layout.regions.allSatisfy(\.path.isEmpty) { pagesFiles = [] } }
    for region in layout.regions {
      let part = "pages of \(region.buffer.isEmpty ? "" : region.buffer + " ")CPU \(region.cpu)"
      guard region.path.isEmpty else {
        note(part, 0, .elsewhere(region.path))
        pagesFiles.append(
          PagesFile(
            buffer: region.buffer, clock: region.clock, cpu: region.cpu, path: region.path,
            pageSize: region.pageSize))
        continue
      }
      guard region.cpu < 1 << 16, (64...1 << 27).contains(region.pageSize),
        (head.end...max(head.end, mapped.count)).contains(region.offset)
      else {
        note(part, region.offset, .invalid("these numbers are not possible"))
        continue
      }
      let place = place(of: region.buffer, region.clock, region.pageSize)
      guard case .pages(var cpus) = buffers[place].content else { continue }
      if let data = clipped(found(region), part: part) {
        cpus.append(data)
        pagesFiles.append(
          PagesFile(
            buffer: region.buffer, clock: region.clock, cpu: region.cpu, path: mapped.path,
            pageSize: region.pageSize, bytes: data.offset..<data.offset + data.size))
      }
      buffers[place].content = .pages(cpus)
      buffers[place].listed = .init(cpus)
    }
  }

  private mutating func place(of name: String, _ clock: String, _ pageSize: Int) -> Int {
    if let known = buffers.firstIndex(where: { $0.name == name }) { return known }
    buffers.append(
      TraceBuffer(name: name, clock: clock, pageSize: pageSize, content: .pages([])))
    return buffers.count - 1
  }

  /// What a region holds by now.
  private func found(_ region: RecordingLayout.Region) -> TraceBuffer.CPUData {
    let room = min(region.ring ?? region.capacity, region.capacity, mapped.count - region.offset)
    var run = PageRun(
      in: UnsafeRawBufferPointer(rebasing: mapped.bytes[region.offset...].prefix(max(0, room))),
      pageSize: region.pageSize, head.order)
    if let written = region.written {
      run.count = min(run.count, (written + region.pageSize - 1) / region.pageSize)
    }
    return TraceBuffer.CPUData(
      cpu: region.cpu, offset: region.offset, size: run.count * region.pageSize, isRaw: true,
      firstPage: run.first)
  }
}
