import ByteIO
import RingBuffer

/// Version 7 without all of its options: they stand behind the pages, so a file that was cut off
/// has lost them, while the sections that they would name are there, one behind the other.
extension TraceFileContents {
  /// Takes what no option named that was read, as far as it stands in a row.
  ///
  /// - Parameter seen: the options sections that were read already.
  /// - Returns: sections of the pages or the text of a buffer that is not known.
  mutating func findUnlistedSections(_ seen: inout Set<Int>) -> [Section] {
    let held = walkSections(&seen)
    guard held.contains(where: isUnlisted) else { return [] }
    if let spare = held.compactMap(spareOptions).first {
      forgetOptions()
      _ = readOptionsSection(at: spare, &seen)
    }
    return held.filter(isUnlisted)
  }

  private func isUnlisted(_ section: Section) -> Bool {
    let bytes = section.offset..<section.offset + section.size
    return section.size > 0 && !listedSections.contains(section.offset - StoredSection.headerSize)
      && !buffers.contains { $0.cpus.contains { bytes.contains($0.offset) } }
  }

  /// Where the second copy of the options is that kscope writes in front of the first page
  /// (`Documentation/trace.dat-options.md`, option 0x4b06); nil where there is none.
  private func spareOptions(in section: Section) -> Int? {
    let first = section.offset + StoredSection.headerSize
    guard section.kind == .flyrecord, first + 14 <= section.offset + section.size,
      let bytes = mapped.bytes.baseAddress,
      (bytes + first).load(UInt16.self, at: 0, head.order) == TraceOption.ID.spareOptions.rawValue,
      (bytes + first).load(UInt32.self, at: 2, head.order) == 8,
      (bytes + first).load(UInt64.self, at: 6, head.order) == UInt64(section.offset)
    else { return nil }
    return section.offset
  }

  /// Takes the sections one behind the other.
  ///
  /// - Returns: those that hold the pages or the text of a buffer.
  private mutating func walkSections(_ seen: inout Set<Int>) -> [Section] {
    var held: [Section] = []
    var at = head.end
    while at <= mapped.count - StoredSection.headerSize {
      var next: Int?
      read("section", at: at) { contents, cursor in
        let id = try cursor.read(UInt16.self)
        let flags = try cursor.read(UInt16.self)
        let description = try cursor.read(UInt32.self)
        let size = Int(clamping: try cursor.read(UInt64.self))
        // Where pages were to come, zeros.
        if id == 0, flags == 0, description == 0, size == 0 { return }
        if size <= cursor.remaining { next = cursor.offset + size }
        guard let kind = Section.Kind(rawValue: id) else { return }
        let section = Section(
          kind: kind, offset: cursor.offset, size: min(size, cursor.remaining),
          isPacked: flags & 1 != 0)
        switch kind {
        case .options where seen.contains(at), .strings: break
        case .options: _ = contents.readOptionsSection(at: at, &seen)
        case .flyrecord, .text: held.append(section)
        default:
          guard !contents.sections.contains(where: { $0.offset == section.offset }) else { break }
          if next == nil {
            contents.note(
              "\(kind) section", at,
              .truncated(
                ByteCursorError(
                  offset: section.offset, needed: size, available: cursor.remaining)))
          }
          // Of plain text, what is there is whole up to its end.
          if next != nil || !section.isPacked { contents.sections.append(section) }
        }
      }
      guard let next else { break }
      at = next
    }
    return held
  }

  /// Reads the pages or the text of a buffer whose option is lost.
  mutating func readUnlisted(_ section: Section) {
    let clock = options.last { $0.id == .traceClock }.flatMap {
      String(decoding: $0.data, as: UTF8.self).selectedWord
    }
    if section.kind == .text {
      sections.append(section)
      buffers.append(
        TraceBuffer(
          name: Self.lostName, clock: clock, pageSize: head.pageSize,
          content: .text(.init(section: section))))
      return note("text section", section.offset, .invalid("the option that names it is lost"))
    }
    let pageSize = kernelPageSize ?? head.pageSize
    let regions =
      section.isPacked
      ? packedRegions(of: section) : plainRegions(of: section, pageSize: pageSize)
    // A CPU without pages has no region, and which CPU has none would be a guess.
    guard cpuCount > 0, regions.count == cpuCount, !section.isPacked || head.compression != .none
    else {
      return note(
        "pages section", section.offset,
        .invalid(
          "the options that say which CPU each of its pages is of are lost; these "
            + "\(section.size) bytes are left out"))
    }
    note(
      "pages section", section.offset,
      .invalid(
        cpuCount == 1
          ? "the option that describes it is lost; its pages are those of the only CPU"
          : "the option that describes it is lost; its pages fall into one run for each of the "
            + "\(cpuCount) CPUs, and are taken so"))
    let cpus = regions.enumerated().map { cpu, range in
      TraceBuffer.CPUData(
        cpu: cpu, offset: range.lowerBound, size: range.count, isRaw: !section.isPacked)
    }
    buffers.append(
      TraceBuffer(
        name: Self.lostName, clock: clock, pageSize: pageSize,
        content: .pages(clipped(cpus, of: "")), listed: .init(cpus)))
  }

  /// What stands for a buffer's name that is lost.
  private static let lostName = "?"

  /// The CPUs' pages in a section of plain pages.
  ///
  /// A CPU's pages are in the order of their times, so each step back begins another CPU's.
  private func plainRegions(of section: Section, pageSize: Int) -> [Range<Int>] {
    let end = section.offset + section.size
    guard pageSize > 16, let bytes = mapped.bytes.baseAddress else { return [] }
    var regions: [Range<Int>] = []
    var start = Self.rounded(section.offset, upTo: pageSize)
    var at = start
    var latest: UInt64 = 0
    while at + 16 <= end {
      let time = (bytes + at).load(UInt64.self, at: 0, head.order)
      // Pages that were never written.
      if time == 0 { break }
      if time < latest {
        regions.append(start..<at)
        start = at
      }
      latest = time
      at += pageSize
    }
    at = min(at, end)
    if at > start { regions.append(start..<at) }
    return regions
  }

  /// The CPUs' pages in a section of packed pages: each begins with the number of its chunks, and
  /// each chunk tells its size (trace-cmd.dat.v7(5), "FLYRECORD").
  private func packedRegions(of section: Section) -> [Range<Int>] {
    let end = section.offset + section.size
    guard head.pageSize >= 16, let bytes = mapped.bytes.baseAddress else { return [] }
    func number(_ at: Int) -> Int { Int((bytes + at).load(UInt32.self, at: 0, head.order)) }
    var regions: [Range<Int>] = []
    var at = Self.rounded(section.offset, upTo: head.pageSize)
    while at + 4 <= end {
      let count = number(at)
      if count == 0 {
        at += head.pageSize
        continue
      }
      var place = at + 4
      var left = count
      while left > 0, place + 8 <= end {
        let packed = number(place)
        guard packed > 0, number(place + 4) > 0 else { return [] }
        place += 8 + packed
        left -= 1
      }
      // The file ends in the last of them.
      guard left == 0, place <= end else {
        regions.append(at..<end)
        break
      }
      regions.append(at..<place)
      at = Self.rounded(place, upTo: head.pageSize)
    }
    return regions
  }

  private static func rounded(_ number: Int, upTo unit: Int) -> Int {
    (number + unit - 1) / unit * unit
  }
}
