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

  /// The parts of each section that could be read. The sections are in the order in which they
  /// stand (version 6) or in which the options name them (version 7).
  package private(set) var sections: [[Part]] = []
  /// How many sections stand one behind the other in the file, named by an option or not; version
  /// 7 only.
  package private(set) var storedSectionCount: Int?
  /// What of the parts could not be read.
  package private(set) var problems: [TraceFileError] = []

  /// The sections of version 7 begin with u16 id, u16 flags, u32 description, u64 size.
  private static let sectionHeaderSize = 16

  package init(of file: TraceFile) {
    for section in file.sections { measure(section, of: file) }
    if file.version == 7 { countSections(of: file) }
  }

  private mutating func measure(_ section: Section, of file: TraceFile) {
    // Nothing of it is told, and it is packed in another way.
    guard section.kind != .text else { return }
    do {
      let content = try file.content(of: section)
      try content.withBytes { bytes in
        var cursor = ByteCursor(bytes.bytes, order: file.order, base: content.offset)
        let parts = try Self.parts(of: section.kind, &cursor)
        if !parts.isEmpty { sections.append(parts) }
      }
    } catch let error as ByteCursorError {
      problems.append(file.error("\(section.kind) section", section.offset, .truncated(error)))
    } catch let error as TraceFileError {
      problems.append(error)
    } catch {
      problems.append(file.error("\(section.kind) section", section.offset, .invalid("\(error)")))
    }
  }

  private static func parts(
    of kind: Section.Kind, _ cursor: inout ByteCursor
  ) throws(ByteCursorError) -> [Part] {
    switch kind {
    case .headerInfo:
      _ = try cursor.takeString()
      let page = try skipText(&cursor)
      _ = try cursor.takeString()
      return [.headerPage(bytes: page), .headerEvent(bytes: try skipText(&cursor))]
    case .ftraceFormats:
      return [.ftraceFormats(events: try skipFormats(&cursor))]
    case .eventFormats:
      let systems = try cursor.read(UInt32.self)
      for _ in 0..<systems {
        _ = try cursor.takeString()
        _ = try skipFormats(&cursor)
      }
      return [.eventFormats(systems: systems)]
    case .kallsyms:
      return [.kallsyms(bytes: try skipShortText(&cursor))]
    case .printkFormats:
      return [.printkFormats(bytes: try skipShortText(&cursor))]
    case .savedCommandLines:
      return [.savedCommandLines(bytes: try skipText(&cursor))]
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
  private mutating func countSections(of file: TraceFile) {
    var count = 0
    var at = file.firstSection
    while at < file.mapped.count {
      let available = file.mapped.count - at
      guard available >= Self.sectionHeaderSize else {
        problems.append(
          file.error(
            "section header", at,
            .truncated(
              ByteCursorError(offset: at, needed: Self.sectionHeaderSize, available: available))))
        break
      }
      let header = UnsafeRawBufferPointer(rebasing: file.mapped.bytes[at...].prefix(16))
      // A run of zeros that fills the file would otherwise be a million sections.
      guard header.contains(where: { $0 != 0 }), let start = header.baseAddress else {
        problems.append(file.error("section header", at, .invalid("zeros, expected a section")))
        break
      }
      count += 1
      let size = start.load(UInt64.self, at: 8, file.order)
      guard size <= UInt64(available - Self.sectionHeaderSize) else { break }
      at += Self.sectionHeaderSize + Int(size)
    }
    storedSectionCount = count
  }
}
