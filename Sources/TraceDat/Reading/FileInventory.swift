import ByteIO

/// The parts that a file consists of beside its options and buffers, counted and measured.
package struct FileInventory: Sendable {
  /// One part, with its size in bytes or the number of what it lists.
  package enum Part: Equatable, Sendable {
    case headerPage(bytes: UInt64)
    case headerEvent(bytes: UInt64)
    case ftraceFormats(events: UInt32)
    case eventFormats(systems: UInt32)
    case kallsyms(bytes: UInt64)
    case printkFormats(bytes: UInt64)
    case savedCommandLines(bytes: UInt64)
  }

  /// A part and its bytes.
  package struct Entry: Sendable {
    package let part: Part
    /// Its text; of formats the counts and sizes too, as trace-cmd.dat.v7(5) describes them.
    package let bytes: SectionBytes
    /// Where the section's header is (version 7) or its content (version 6).
    package let sectionOffset: Int
  }

  /// The parts of each section that could be read. The sections are in the order in which they
  /// stand (version 6) or in which the options name them (version 7).
  package private(set) var sections: [[Entry]] = []
  /// The sections that stand one behind the other in the file, named by an option or not; version
  /// 7 only.
  package private(set) var storedSections: [StoredSection] = []
  /// What describes them: texts that end with a NUL, found by their offset.
  package private(set) var strings: [UInt8] = []
  /// What of the parts could not be read.
  package private(set) var problems: [TraceFileError] = []

  package init(of file: TraceFile) {
    for section in file.sections { measure(section, of: file) }
    if file.version == 7, !file.isUnfinished { walkSections(of: file) }
  }

  private mutating func measure(_ section: Section, of file: TraceFile) {
    // Nothing of it is told, and it is packed in another way.
    guard section.kind != .text else { return }
    do {
      let content = try file.content(of: section)
      let parts = try content.withBytes { bytes in
        var cursor = ByteCursor(bytes.bytes, order: file.order)
        return try Self.parts(of: section.kind, &cursor)
      }
      let start = file.version == 7 ? section.offset - StoredSection.headerSize : section.offset
      if !parts.isEmpty {
        sections.append(
          parts.map {
            Entry(part: $0.part, bytes: content.slice($0.range), sectionOffset: start)
          })
      }
    } catch let error as ByteCursorError {
      let place = ByteCursorError(
        offset: section.offset + error.offset, needed: error.needed, available: error.available)
      problems.append(file.error("\(section.kind) section", section.offset, .truncated(place)))
    } catch let error as TraceFileError {
      problems.append(error)
    } catch {
      problems.append(file.error("\(section.kind) section", section.offset, .invalid("\(error)")))
    }
  }

  private typealias Found = (part: Part, range: Range<Int>)

  private static func parts(
    of kind: Section.Kind, _ cursor: inout ByteCursor
  ) throws(ByteCursorError) -> [Found] {
    switch kind {
    case .headerInfo:
      _ = try cursor.takeString()
      let page = try skipText(&cursor)
      let pageRange = cursor.offset - Int(page)..<cursor.offset
      _ = try cursor.takeString()
      let event = try skipText(&cursor)
      let eventRange = cursor.offset - Int(event)..<cursor.offset
      return [(.headerPage(bytes: page), pageRange), (.headerEvent(bytes: event), eventRange)]
    case .ftraceFormats:
      let count = try skipFormats(&cursor)
      return [(.ftraceFormats(events: count), 0..<cursor.offset)]
    case .eventFormats:
      let systems = try cursor.read(UInt32.self)
      for _ in 0..<systems {
        _ = try cursor.takeString()
        _ = try skipFormats(&cursor)
      }
      return [(.eventFormats(systems: systems), 0..<cursor.offset)]
    case .kallsyms:
      let size = try skipShortText(&cursor)
      return [(.kallsyms(bytes: size), 4..<cursor.offset)]
    case .printkFormats:
      let size = try skipShortText(&cursor)
      return [(.printkFormats(bytes: size), 4..<cursor.offset)]
    case .savedCommandLines:
      let size = try skipText(&cursor)
      return [(.savedCommandLines(bytes: size), 8..<cursor.offset)]
    case .options, .flyrecord, .strings, .text:
      return []
    }
  }

  /// Passes over u64 size and text; returns the size.
  @discardableResult
  private static func skipText(_ cursor: inout ByteCursor) throws(ByteCursorError) -> UInt64 {
    let size = try cursor.read(UInt64.self)
    try cursor.skip(Int(clamping: size))
    return size
  }

  /// Passes over u32 size and text; returns the size.
  private static func skipShortText(_ cursor: inout ByteCursor) throws(ByteCursorError) -> UInt64 {
    let size = try cursor.read(UInt32.self)
    try cursor.skip(Int(size))
    return UInt64(size)
  }

  /// Passes over a u32 and as many texts; returns the number.
  private static func skipFormats(_ cursor: inout ByteCursor) throws(ByteCursorError) -> UInt32 {
    let count = try cursor.read(UInt32.self)
    for _ in 0..<count { try skipText(&cursor) }
    return count
  }

  /// Steps from header to header; a damaged size ends that at the end of the file.
  private mutating func walkSections(of file: TraceFile) {
    var at = file.firstSection
    while at < file.mapped.count {
      let available = file.mapped.count - at
      guard let section = file.storedSection(at: at) else {
        problems.append(
          file.error(
            "section header", at,
            .truncated(
              ByteCursorError(
                offset: at, needed: StoredSection.headerSize, available: available))))
        break
      }
      // A run of zeros that fills the file would otherwise be a million sections.
      guard !section.isBlank else {
        problems.append(file.error("section header", at, .invalid("zeros, expected a section")))
        break
      }
      storedSections.append(section)
      guard section.size <= UInt64(available - StoredSection.headerSize) else { break }
      if section.id == Section.Kind.strings.rawValue { collectStrings(section, of: file) }
      at += StoredSection.headerSize + Int(section.size)
    }
  }

  private mutating func collectStrings(_ stored: StoredSection, of file: TraceFile) {
    let section = Section(
      kind: .strings, offset: stored.offset + StoredSection.headerSize, size: Int(stored.size),
      isPacked: stored.isPacked)
    do throws(TraceFileError) {
      strings += try file.content(of: section).withBytes { Array($0) }
    } catch {
      problems.append(error)
    }
  }

  /// What a section is called; empty where the file does not tell.
  package func description(of section: StoredSection) -> String {
    let start = Int(section.description)
    guard start < strings.count else { return "" }
    return String(decoding: strings[start...].prefix { $0 != 0 }, as: UTF8.self)
  }
}
