import ByteIO

/// Version 7: options name the sections, sections can stand anywhere.
extension TraceFileContents {
  mutating func readVersion7() {
    var seen: Set<Int> = []
    var next: Int? = head.firstOptions
    while let at = next, at != 0, !seen.contains(at) {
      next = readOptionsSection(at: at, &seen)
    }
    // Only the last list leads nowhere; a head that leads nowhere has none.
    let isWhole = next == 0 && head.firstOptions != 0
    let unlisted = isWhole ? [] : findUnlistedSections(&seen)
    if let header = sections.first(where: { $0.kind == .headerInfo }) {
      read("header_page", at: header.offset) { contents, _ in
        let bytes = try contents.content(of: header)
        try bytes.withBytes { data in
          var inner = ByteCursor(data.bytes, order: contents.head.order, base: bytes.offset)
          try contents.readHeaderPage(&inner)
        }
      }
    }
    for section in unlisted { readUnlisted(section) }
    if cpuCount == 0 {
      cpuCount = (buffers.flatMap(\.cpus).map(\.cpu).max() ?? -1) + 1
    }
  }

  /// Reads a section of options, or what the file has of it.
  ///
  /// - Parameter seen: the sections that were read, each to be read once.
  /// - Returns: the offset of the next options section, 0 at the last; nil where it is lost.
  mutating func readOptionsSection(at offset: Int, _ seen: inout Set<Int>) -> Int? {
    var next: Int?
    var isRead = false
    read("options section", at: offset) { contents, cursor in
      var section = try contents.sectionHeader(&cursor, expected: .options)
      isRead = true
      let isCut = !section.isPacked && section.size > cursor.remaining
      if isCut {
        contents.note(
          "options section", offset,
          .truncated(
            ByteCursorError(
              offset: section.offset, needed: section.size, available: cursor.remaining)))
        section.size = cursor.remaining
      }
      let bytes = try contents.content(of: section)
      next = try bytes.withBytes { data in
        var inner = ByteCursor(data.bytes, order: contents.head.order, base: bytes.offset)
        do {
          return try contents.readOptions(&inner, ofSectionAt: offset)
        } catch {
          // That the last of them is not whole was said.
          if isCut { return nil }
          throw error
        }
      }
    }
    if isRead { seen.insert(offset) }
    return next
  }

  /// Reads options up to the one that ends the section.
  ///
  /// - Returns: the offset of the next options section; 0 at the last, nil without an end.
  mutating func readOptions(
    _ cursor: inout ByteCursor, ofSectionAt offset: Int
  ) throws -> Int? {
    let first = options.count
    while !cursor.isAtEnd {
      let start = cursor.offset
      let id = TraceOption.ID(rawValue: try cursor.read(UInt16.self))
      let size = Int(try cursor.read(UInt32.self))
      var data = try cursor.slice(size)
      if id == .done {
        let next = size == 8 ? Int(clamping: try data.read(UInt64.self)) : 0
        optionLists.append(
          OptionList(offset: offset, first: first, count: options.count - first, next: next))
        return next
      }
      do {
        try keep(id, at: start, &data)
      } catch let error as ByteCursorError {
        note("option \(id.rawValue)", start, .truncated(error))
      } catch let error as TraceFileError {
        note(error)
      }
    }
    return nil
  }

  private mutating func keep(_ id: TraceOption.ID, at start: Int, _ data: inout ByteCursor) throws {
    var copy = data
    let bytes = try copy.take(copy.remaining)
    options.append(TraceOption(id, bytes.withUnsafeBytes { Array($0) }))
    switch id {
    case .buffer: try keepBuffer(&data)
    case .bufferText: try keepTextBuffer(&data)
    case .cpuCount: cpuCount = Int(try data.read(UInt32.self))
    case .headerInfo, .ftraceFormats, .eventFormats, .kallsyms, .printkFormats, .savedCommandLines:
      guard let kind = Section.Kind(rawValue: id.rawValue) else { return }
      let at = Int(clamping: try data.read(UInt64.self))
      read("\(kind) section", at: at) { contents, cursor in
        let section = try contents.sectionHeader(&cursor, expected: kind)
        // One is enough, however many options name it.
        if !contents.sections.contains(where: { $0.offset == section.offset }) {
          contents.sections.append(section)
        }
      }
    default: break
    }
  }

  private mutating func keepBuffer(_ data: inout ByteCursor) throws {
    let start = data.offset
    // Of its pages; the table below says where in it they are.
    listedSections.insert(Int(clamping: try data.read(UInt64.self)))
    let name = try data.readString()
    let clock = try data.readString()
    let pageSize = Int(try data.read(UInt32.self))
    let count = Int(try data.read(UInt32.self))
    guard count <= data.remaining / 20 else {
      throw ByteCursorError(offset: data.offset, needed: count * 20, available: data.remaining)
    }
    var cpus: [TraceBuffer.CPUData] = []
    cpus.reserveCapacity(count)
    var listed = TraceBuffer.Listed(cpus: count)
    for _ in 0..<count {
      let cpu = Int(try data.read(UInt32.self))
      let offset = Int(clamping: try data.read(UInt64.self))
      let size = Int(clamping: try data.read(UInt64.self))
      listed.bytes &+= UInt64(size)
      guard cpu < 1 << 16 else {
        note("buffer option", start, .invalid("CPU \(cpu) is not possible"))
        continue
      }
      cpus.append(.init(cpu: cpu, offset: offset, size: size))
    }
    let kept = clipped(cpus, of: name.isEmpty ? "" : "\(name) ")
    buffers.append(
      TraceBuffer(
        name: name, clock: clock, pageSize: pageSize, content: .pages(kept), listed: listed))
  }

  private mutating func keepTextBuffer(_ data: inout ByteCursor) throws {
    let at = Int(clamping: try data.read(UInt64.self))
    listedSections.insert(at)
    let name = try data.readString()
    let clock = data.isAtEnd ? "" : try data.readString()
    read("text section", at: at) { contents, cursor in
      var section = try contents.sectionHeader(&cursor, expected: .text)
      if section.size > cursor.remaining {
        contents.note(
          "text section", at,
          .truncated(
            ByteCursorError(
              offset: section.offset, needed: section.size, available: cursor.remaining)))
        section.size = cursor.remaining
      }
      contents.sections.append(section)
      contents.buffers.append(
        TraceBuffer(
          name: name, clock: clock, pageSize: contents.head.pageSize,
          content: .text(.init(section: section))))
    }
  }

  /// Reads a section's header; its content begins where the cursor then stands.
  private func sectionHeader(
    _ cursor: inout ByteCursor, expected: Section.Kind
  ) throws -> Section {
    let start = cursor.offset
    let id = try cursor.read(UInt16.self)
    let flags = try cursor.read(UInt16.self)
    _ = try cursor.read(UInt32.self)  // the index of a description
    let size = Int(clamping: try cursor.read(UInt64.self))
    guard id == expected.rawValue else {
      throw TraceFileError(
        path: mapped.path, part: "\(expected) section", offset: start,
        .invalid("a section of id \(expected.rawValue) was expected, \(id) is there"))
    }
    return Section(
      kind: expected, offset: cursor.offset, size: size, isPacked: flags & 1 != 0)
  }
}
