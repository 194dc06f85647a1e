import ByteIO
import RingBuffer

/// Version 6: everything in one fixed order, without a table of contents.
///
/// Where a size is damaged, all behind it is out of step; the options and the table of pages are
/// then looked for by the words that stand before them.
extension TraceFileContents {
  private static let tagSize = 10
  private static let optionsTag = Array("options  \0".utf8)
  private static let flyrecordTag = Array("flyrecord\0".utf8)
  private static let latencyTag = Array("latency  \0".utf8)

  mutating func readVersion6() {
    var tail: Int?
    read("metadata", at: head.end) { contents, cursor in
      try contents.readMetadata(&cursor)
      contents.cpuCount = Int(try cursor.read(UInt32.self))
      tail = cursor.offset
    }
    if let start = tail, readTail(at: start) { return }
    let found = find(Self.optionsTag, from: head.end)
    if let found, found != tail {
      readCountOfCPUs(before: found, isWanted: tail == nil)
      options = []
      optionLists = []
      if readTail(at: found) { return }
    }
    // Whatever options there were, they are read; what is behind them may still make sense.
    guard
      let table = find(Self.flyrecordTag, from: head.end) ?? find(Self.latencyTag, from: head.end),
      table != tail, table != found
    else { return }
    if found == nil { readCountOfCPUs(before: table, isWanted: tail == nil) }
    readTail(at: table)
  }

  /// Reads the number that stands before the options, where it was not read or is none.
  private mutating func readCountOfCPUs(before offset: Int, isWanted: Bool) {
    guard isWanted || cpuCount == 0 || cpuCount > 1 << 16, offset >= 4 else { return }
    read("CPU count", at: offset - 4) { $0.cpuCount = Int(try $1.read(UInt32.self)) }
  }

  private mutating func readMetadata(_ cursor: inout ByteCursor) throws {
    func keep(_ kind: Section.Kind, from start: Int, to end: Int) {
      sections.append(Section(kind: kind, offset: start, size: end - start, isPacked: false))
    }
    var start = cursor.offset
    try readHeaderPage(&cursor)
    _ = try cursor.readString()  // "header_event"
    try cursor.skip(Int(clamping: try cursor.read(UInt64.self)))
    keep(.headerInfo, from: start, to: cursor.offset)

    start = cursor.offset
    for _ in 0..<Int(try cursor.read(UInt32.self)) {
      try cursor.skip(Int(clamping: try cursor.read(UInt64.self)))
    }
    keep(.ftraceFormats, from: start, to: cursor.offset)

    start = cursor.offset
    for _ in 0..<Int(try cursor.read(UInt32.self)) {
      _ = try cursor.takeString()
      for _ in 0..<Int(try cursor.read(UInt32.self)) {
        try cursor.skip(Int(clamping: try cursor.read(UInt64.self)))
      }
    }
    keep(.eventFormats, from: start, to: cursor.offset)

    start = cursor.offset
    try cursor.skip(Int(try cursor.read(UInt32.self)))
    keep(.kallsyms, from: start, to: cursor.offset)

    start = cursor.offset
    try cursor.skip(Int(try cursor.read(UInt32.self)))
    keep(.printkFormats, from: start, to: cursor.offset)

    start = cursor.offset
    try cursor.skip(Int(clamping: try cursor.read(UInt64.self)))
    keep(.savedCommandLines, from: start, to: cursor.offset)
  }

  /// Reads options, if they come first, and the table of pages, or the text.
  @discardableResult
  private mutating func readTail(at start: Int) -> Bool {
    read("table of pages", at: start) { contents, cursor in
      var tag = try contents.takeTag(&cursor)
      if tag == Self.optionsTag {
        contents.optionLists = [OptionList(offset: cursor.offset - Self.tagSize)]
        try contents.readOptions6(&cursor)
        contents.optionLists[0].count = contents.options.count
        tag = try contents.takeTag(&cursor)
      }
      if tag == Self.latencyTag {
        contents.buffers.append(
          TraceBuffer(
            name: "", clock: nil, pageSize: contents.head.pageSize,
            content: .text(
              .init(
                section: Section(
                  kind: .text, offset: cursor.offset, size: cursor.remaining, isPacked: false)))))
        return
      }
      guard tag == Self.flyrecordTag else {
        throw TraceFileError(
          path: contents.mapped.path, part: "table of pages", offset: cursor.offset - Self.tagSize,
          .invalid("expected \"flyrecord\" or \"latency\""))
      }
      let table = try contents.readTable(&cursor, cpus: contents.cpuCount)
      let clock = contents.readClock(&cursor, of: "the top-level buffer")
      contents.appendBuffer(name: "", clock: clock?.selectedWord, table)
      contents.readTables(behind: cursor.offset, first: PageTable(clock: clock, cpus: table))
      for option in contents.options where option.id == .buffer {
        contents.readInstance(option)
      }
    }
  }

  /// Reads the text that names a table's clock, up to a zero.
  ///
  /// Not in the manual page: where a file has the clock's option, size and text follow each table.
  private mutating func readClock(_ cursor: inout ByteCursor, of buffer: String) -> String? {
    guard options.contains(where: { $0.id == .traceClock }) else { return nil }
    let start = cursor.offset
    do throws(ByteCursorError) {
      let size = Int(clamping: try cursor.read(UInt64.self))
      let bytes = try cursor.take(size)
      return bytes.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    } catch {
      note("clock of \(buffer)", start, .truncated(error))
      return nil
    }
  }

  /// Reads the tables that stand one behind the other.
  private mutating func readTables(behind start: Int, first: PageTable) {
    var tables = [first]
    mapped.withBytes { bytes in
      var cursor = ByteCursor(bytes, order: head.order)
      do {
        try cursor.seek(to: start)
        while try takeTag(&cursor) == Self.flyrecordTag {
          let cpus = try readTable(&cursor, cpus: cpuCount)
          let clock = readClock(&cursor, of: "table of pages \(tables.count)")
          tables.append(PageTable(clock: clock, cpus: cpus))
        }
      } catch {
        // No table: what is there belongs to something else, and is read as that.
      }
    }
    self.tables = tables
  }

  private func takeTag(_ cursor: inout ByteCursor) throws -> [UInt8] {
    try cursor.take(Self.tagSize).withUnsafeBytes { Array($0) }
  }

  private mutating func readOptions6(_ cursor: inout ByteCursor) throws {
    while true {
      let id = TraceOption.ID(rawValue: try cursor.read(UInt16.self))
      if id == .done { return }
      let size = Int(try cursor.read(UInt32.self))
      let data = try cursor.take(size).withUnsafeBytes { Array($0) }
      options.append(TraceOption(id, data))
    }
  }

  private func readTable(
    _ cursor: inout ByteCursor, cpus count: Int
  ) throws -> [TraceBuffer.CPUData] {
    guard count <= cursor.remaining / 16 else {
      throw ByteCursorError(
        offset: cursor.offset, needed: count * 16, available: cursor.remaining)
    }
    var cpus: [TraceBuffer.CPUData] = []
    for cpu in 0..<count {
      let offset = Int(clamping: try cursor.read(UInt64.self))
      let size = Int(clamping: try cursor.read(UInt64.self))
      cpus.append(.init(cpu: cpu, offset: offset, size: size))
    }
    return cpus
  }

  private mutating func appendBuffer(
    name: String, clock: String?, _ table: [TraceBuffer.CPUData]
  ) {
    let kept = clipped(table, of: name.isEmpty ? "" : "\(name) ")
    // The head's size is user space's page; the kernel's is what header_page describes.
    buffers.append(
      TraceBuffer(
        name: name, clock: clock, pageSize: kernelPageSize ?? head.pageSize, content: .pages(kept),
        listed: .init(table)))
  }

  /// An instance: the option holds the offset of a table of its own, and the name.
  private mutating func readInstance(_ option: TraceOption) {
    var place = 0
    var name = ""
    do throws(ByteCursorError) {
      var cursor = ByteCursor(option.data.span.bytes, order: head.order)
      place = Int(clamping: try cursor.read(UInt64.self))
      name = try cursor.readString()
    } catch {
      note("buffer option", 0, .truncated(error))
      return
    }
    read("buffer \(name)", at: place) { contents, cursor in
      var cpus = contents.cpuCount
      var tag = try contents.takeTag(&cursor)
      if tag == Self.optionsTag {
        var own = contents
        own.options = []
        try own.readOptions6(&cursor)
        if let count = own.options.first(where: { $0.id == .cpuCount })?.data, count.count >= 4 {
          var inner = ByteCursor(count.span.bytes, order: contents.head.order)
          cpus = Int(try inner.read(UInt32.self))
        }
        tag = try contents.takeTag(&cursor)
      }
      guard tag == Self.flyrecordTag else {
        throw TraceFileError(
          path: contents.mapped.path, part: "buffer \(name)", offset: place,
          .invalid("expected \"flyrecord\""))
      }
      let table = try contents.readTable(&cursor, cpus: cpus)
      let clock = contents.readClock(&cursor, of: "buffer \(name)")?.selectedWord
      contents.appendBuffer(name: name, clock: clock ?? contents.buffers.first?.clock, table)
    }
  }

  private func find(_ word: [UInt8], from start: Int) -> Int? {
    let bytes = mapped.bytes
    guard start >= 0, start + word.count <= bytes.count else { return nil }
    var at = start
    while at + word.count <= bytes.count {
      if bytes[at] == word[0], bytes[at..<at + word.count].elementsEqual(word) { return at }
      at += 1
    }
    return nil
  }
}

extension String {
  /// The word in square brackets, as in `[local] global counter`.
  var selectedWord: String? {
    guard let open = firstIndex(of: "["), let close = self[open...].firstIndex(of: "]") else {
      return nil
    }
    return String(self[index(after: open)..<close])
  }
}
