import ByteIO
import Glibc

/// Writes a `trace.dat` file while it is being recorded.
///
/// Made before the first page, it writes what is known by then and says where each CPU's pages go;
/// the recorder writes them there, from as many threads as it likes; `finish` brings them together.
/// Until then the file is one without events, whose `recordingLayout` option says where the pages
/// are.
package final class TraceFileWriter {
  /// What is claimed at the start, in bytes, so that a full disk does not keep the end from being
  /// written.
  private static let reserve: Int64 = 256 << 10

  package let path: String
  /// How the pages will come together; never `automatic`.
  package let placement: Placement
  private let buffers: [BufferLayout]
  private let order: ByteOrder
  private let compression: Compression
  private let file: OutputFile
  private let collapseUnit: Int64?
  private let regions: RegionPlan
  private var plan: any FilePlan
  private let progress: Range<Int64>
  /// Holds the claimed blocks where the pages are in files of their own; has no name.
  private var reserveFile: OutputFile?
  private var isOpen = true

  /// Creates the file and writes the metadata.
  ///
  /// - Parameters:
  ///   - version: 6 or 7.
  ///   - compression: only for version 7.
  ///   - isNameless: the file is nowhere to be seen until `rename`.
  /// - Throws: `WritingError` where the file cannot be made or what is asked for cannot be put in
  ///   it; nothing is left behind then.
  package init(
    path: String, version: Int = 7, compression: Compression = .none, metadata: TraceMetadata,
    buffers: [BufferLayout], placement wanted: Placement = .automatic, isNameless: Bool = false
  ) throws(WritingError) {
    let request = WritingRequest(
      path: path, version: version, compression: compression, metadata: metadata, buffers: buffers)
    try request.check()
    self.path = path
    self.buffers = buffers
    self.compression = compression
    order = metadata.byteOrder
    file = try OutputFile(path: path, isNameless: isNameless)
    var parts: [OutputFile] = []
    do throws(WritingError) {
      let abilities = try FileSystemAbilities(probing: file)
      placement = try abilities.choose(wanted, isPacked: compression != .none, path: path)
      collapseUnit = abilities.collapseUnit
      var plan = request.makePlan()
      let early = try Self.packing(path) { () throws(CompressionError) in try plan.early() }
      let start = Int64(early.count)
      var regions = try request.layOut(file, start: start, placement, abilities)
      parts = regions.slots.map(\.file).filter { [file] in $0 !== file }
      let layout = { [file, order] (regions: RegionPlan) in
        regions.layoutOption(buffers: buffers, output: file, contents: nil, order: order)
      }
      // Its length does not depend on where the regions are.
      let room = try Self.packing(path) { () throws(CompressionError) in
        Int64(try plan.progress(layout(regions), at: start).count)
      }
      regions.leaveRoom(room)
      let progress = try Self.packing(path) { () throws(CompressionError) in
        try plan.progress(layout(regions), at: start)
      }
      try file.write(early, at: 0)
      try file.write(progress, at: start)
      try Self.claim(regions, in: file, after: start + room, version: version)
      if regions.reserveOffset == nil {
        let held = try OutputFile(path: path + ".reserve", isExclusive: true)
        held.unlink()
        try held.claim(0, Self.reserve)
        reserveFile = held
      }
      self.plan = plan
      self.regions = regions
      self.progress = start..<start + room
    } catch {
      for part in parts { part.unlink() }
      file.unlink()
      throw error
    }
  }

  /// Where the pages of a CPU go.
  ///
  /// - Parameters:
  ///   - buffer: the buffer's place in the list that the writer was made with.
  ///   - cpu: the CPU's number; one of the buffer's.
  package func region(buffer: Int, cpu: Int) throws(WritingError) -> Region {
    guard let slot = regions.slots.first(where: { $0.buffer == buffer && $0.cpu == cpu }) else {
      throw .unsupported(path: path, reason: "buffer \(buffer) has no CPU \(cpu)")
    }
    return Region(
      descriptor: slot.file.descriptor, offset: slot.offset, capacity: slot.capacity)
  }

  /// What the finished file holds beside the pages, in bytes, at most: metadata, the room for what
  /// is written at the end, and the gaps before each CPU's pages.
  package var sizeBesidePages: Int64 {
    progress.upperBound + Self.reserve
      + Int64(regions.slots.count + buffers.count) * regions.alignment
  }

  /// Brings all pages together and makes the file a whole one.
  ///
  /// - Parameter written: for each buffer, for each of its CPUs in order, what its region got.
  package func finish(
    written: [[RegionContent]], late: LateMetadata = LateMetadata()
  ) throws(WritingError) {
    guard isOpen else { throw .unsupported(path: path, reason: "it is finished already") }
    let contents = try check(written)
    try check(late)
    isOpen = false
    try noteContents(contents)
    if placement != .collapse, let reserve = regions.reserveOffset {
      file.punch(reserve, Self.reserve)
    }
    reserveFile = nil
    var pages: PlacedPages
    switch (compression, placement) {
    case (.none, .collapse):
      var placer = GapCloser(
        file: file, unit: collapseUnit ?? 4096, alignment: regions.alignment,
        reserveOffset: regions.reserveOffset ?? 0)
      pages = try place(contents, late, with: &placer)
    case (.none, _):
      var placer = RegionMover(file: file)
      pages = try place(contents, late, with: &placer)
    case (.zlib, _), (.zstd, _):
      var placer = ChunkPacker(file: file, order: order, compression: compression)
      pages = try place(contents, late, with: &placer)
    }
    try plan.finish(file, pages, late)
    removeParts()
  }

  /// Gives the finished file its name, in place of the file that has it.
  func rename(to place: ReplacedFile) throws(WritingError) {
    guard fsync(file.descriptor) == 0 else { throw file.fail("fsync") }
    try file.rename(to: place)
  }

  /// Removes everything that was created.
  package func abandon() {
    isOpen = false
    removeParts()
    file.unlink()
  }

  // MARK: The end

  private func place<P: PagePlacer>(
    _ contents: [RegionContent], _ late: LateMetadata, with placer: inout P
  ) throws(WritingError) -> PlacedPages {
    var pages = PlacedPages(progress: progress)
    var end = max(progress.upperBound, progress.lowerBound + plan.lateSize(late))
    for index in buffers.indices {
      // The first header stands where the progress is noted until the end.
      let headerOffset = index == 0 ? progress.lowerBound : end
      end = max(end, headerOffset + plan.headerSize)
      var buffer = PlacedPages.Buffer(headerOffset: headerOffset)
      for (slot, content) in zip(regions.slots, contents)
      where slot.buffer == index && content.bytes > 0 {
        let bytes = try placer.place(slot, content, after: end)
        buffer.cpus.append((slot.cpu, bytes))
        end = bytes.upperBound
      }
      pages.buffers.append(buffer)
    }
    pages.tail = try placer.placeTail(after: end)
    return pages
  }

  /// Notes how much every region holds, so that a file whose end was not written can be mended.
  private func noteContents(_ contents: [RegionContent]) throws(WritingError) {
    let layout = regions.layoutOption(
      buffers: buffers, output: file, contents: contents, order: order)
    let noted = try Self.packing(path) { () throws(CompressionError) in
      try plan.progress(layout, at: progress.lowerBound)
    }
    try file.write(noted, at: progress.lowerBound)
  }

  private func removeParts() {
    for slot in regions.slots where slot.file !== file { slot.file.unlink() }
  }

  private func check(_ written: [[RegionContent]]) throws(WritingError) -> [RegionContent] {
    guard written.map(\.count) == buffers.map(\.cpus.count) else {
      throw .unsupported(path: path, reason: "contents are given for other CPUs than there are")
    }
    let contents = Array(written.joined())
    for (slot, content) in zip(regions.slots, contents) {
      let ring = content.ringCapacity
      let fits =
        content.bytes >= 0
        && (ring.map { $0 > 0 && $0 % slot.pageSize == 0 && $0 <= slot.capacity / 2 }
          ?? (content.bytes <= slot.capacity))
      guard fits else {
        throw .unsupported(
          path: path, reason: "CPU \(slot.cpu) is said to have more than its region holds")
      }
    }
    return contents
  }

  private func check(_ late: LateMetadata) throws(WritingError) {
    guard late.options.allSatisfy({ UInt32(exactly: $0.data.count) != nil }) else {
      throw .unsupported(path: path, reason: "an option is larger than 4 GiB")
    }
  }

  // MARK: The beginning

  /// Claims what the end will need: room after the pages (version 7) or before them (version 6),
  /// and for the header of each further buffer's section.
  private static func claim(
    _ regions: RegionPlan, in file: OutputFile, after end: Int64, version: Int
  ) throws(WritingError) {
    guard let offset = regions.reserveOffset else { return }
    // A range can be taken out of a file only before its end.
    try file.setSize(offset + reserve)
    try file.claim(version == 6 ? end : offset, reserve)
    guard version == 7 else { return }
    for (index, slot) in regions.slots.enumerated()
    where index > 0 && regions.slots[index - 1].buffer != slot.buffer {
      try file.claim(slot.offset - regions.alignment, regions.alignment)
    }
  }

  private static func packing<T: ~Copyable>(
    _ path: String, _ body: () throws(CompressionError) -> T
  ) throws(WritingError) -> T {
    do throws(CompressionError) {
      return try body()
    } catch {
      throw .compress(path: path, cause: error)
    }
  }
}
