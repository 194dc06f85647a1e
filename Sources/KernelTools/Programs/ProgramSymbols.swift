package import ByteIO

/// The functions that a program or library names, and where in its file they are: the tables
/// `.symtab` and `.dynsym` of an ELF file (elf(5)).
package struct ProgramSymbols {
  package struct Function: Hashable {
    package var name: String
    /// In the file, in bytes: what the kernel's probes of programs go by.
    package var offset: UInt64
    /// Which code is run is chosen when the program starts (IFUNC).
    package var isChosenLate: Bool
    /// What programs that are linked now get, where there are versions.
    package var isDefault: Bool
  }

  package let path: String
  package private(set) var functions: [Function] = []

  private struct Section {
    var type: UInt32
    var offset: Int
    var size: Int
    var link: Int
    var entrySize: Int
  }

  private struct Segment {
    var offset: UInt64
    var address: UInt64
    var size: UInt64
  }

  private var isLong = true
  private var order = ByteOrder.little
  private var sections: [Section] = []
  private var segments: [Segment] = []

  /// Throws `.notProgram` where the file is none, or is not whole.
  package init(path: String) throws(ProgramError) {
    self.path = path
    let file: MappedFile
    do throws(SystemError) { file = try MappedFile(path: path) } catch { throw .system(error) }
    do throws(ByteCursorError) {
      try file.withBytes { bytes throws(ByteCursorError) in try read(bytes) }
    } catch { throw .notProgram(path) }
    guard !segments.isEmpty else { throw .notProgram(path) }
  }

  /// Whether a file begins as programs and libraries do.
  static func isProgram(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path), file.count > 4 else { return false }
    return file.bytes.prefix(4).elementsEqual(magic)
  }

  private static let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]

  private static let symbolTable: UInt32 = 2
  private static let dynamicSymbols: UInt32 = 11
  private static let versions: UInt32 = 0x6fff_ffff

  // MARK: The file

  private mutating func read(_ bytes: RawSpan) throws(ByteCursorError) {
    var head = ByteCursor(bytes)
    for byte in Self.magic where try head.read(UInt8.self) != byte {
      throw ByteCursorError(offset: 0, needed: 4, available: 0)
    }
    isLong = try head.read(UInt8.self) == 2
    order = try head.read(UInt8.self) == 2 ? .big : .little
    head.order = order
    try head.seek(to: isLong ? 32 : 28)
    let segmentsAt = try word(&head)
    let sectionsAt = try word(&head)
    try head.skip(6)
    let segmentSize = Int(try head.read(UInt16.self))
    let segmentCount = Int(try head.read(UInt16.self))
    let sectionSize = Int(try head.read(UInt16.self))
    let sectionCount = Int(try head.read(UInt16.self))
    for index in 0..<segmentCount {
      var cursor = ByteCursor(bytes, order: order)
      try cursor.seek(to: Self.place(segmentsAt, index, segmentSize))
      try readSegment(&cursor)
    }
    // A stripped file may have no sections at all.
    for index in 0..<(sectionsAt == 0 ? 0 : sectionCount) {
      var cursor = ByteCursor(bytes, order: order)
      try cursor.seek(to: Self.place(sectionsAt, index, sectionSize))
      try readSection(&cursor)
    }
    var found: Set<Function> = []
    for section in sections where [Self.symbolTable, Self.dynamicSymbols].contains(section.type) {
      try readSymbols(section, bytes, into: &found)
    }
    functions = found.sorted { ($0.name, $0.offset) < ($1.name, $1.offset) }
  }

  /// Where an entry of a table is; beyond every file where that is no number.
  private static func place(_ start: UInt64, _ index: Int, _ size: Int) -> Int {
    let start = Int(clamping: start)
    let (place, isOver) = start.addingReportingOverflow(index * size)
    return isOver ? .max : place
  }

  private func word(_ cursor: inout ByteCursor) throws(ByteCursorError) -> UInt64 {
    isLong ? try cursor.read(UInt64.self) : UInt64(try cursor.read(UInt32.self))
  }

  private mutating func readSegment(_ cursor: inout ByteCursor) throws(ByteCursorError) {
    let type = try cursor.read(UInt32.self)
    if isLong { try cursor.skip(4) }
    let offset = try word(&cursor)
    let address = try word(&cursor)
    _ = try word(&cursor)
    let size = try word(&cursor)
    // PT_LOAD
    if type == 1 { segments.append(Segment(offset: offset, address: address, size: size)) }
  }

  private mutating func readSection(_ cursor: inout ByteCursor) throws(ByteCursorError) {
    try cursor.skip(4)
    let type = try cursor.read(UInt32.self)
    _ = try word(&cursor)
    _ = try word(&cursor)
    let offset = Int(clamping: try word(&cursor))
    let size = Int(clamping: try word(&cursor))
    let link = Int(try cursor.read(UInt32.self))
    try cursor.skip(4)
    _ = try word(&cursor)
    let entrySize = Int(clamping: try word(&cursor))
    sections.append(
      Section(type: type, offset: offset, size: size, link: link, entrySize: entrySize))
  }

  private func readSymbols(
    _ section: Section, _ bytes: RawSpan, into found: inout Set<Function>
  ) throws(ByteCursorError) {
    guard section.link < sections.count, section.entrySize >= (isLong ? 24 : 16) else { return }
    var names = ByteCursor(bytes)
    try names.seek(to: sections[section.link].offset)
    let texts = try names.slice(sections[section.link].size)
    var all = ByteCursor(bytes, order: order)
    try all.seek(to: section.offset)
    let symbols = try all.slice(section.size)
    let hidden =
      section.type == Self.dynamicSymbols
      ? sections.first { $0.type == Self.versions }?.offset : nil
    for index in 0..<section.size / section.entrySize {
      var cursor = copy symbols
      try cursor.skip(index * section.entrySize)
      let name = Int(try cursor.read(UInt32.self))
      var value: UInt64 = 0
      if !isLong {
        value = UInt64(try cursor.read(UInt32.self))
        try cursor.skip(4)
      }
      let info = try cursor.read(UInt8.self)
      try cursor.skip(1)
      let home = try cursor.read(UInt16.self)
      if isLong { value = try cursor.read(UInt64.self) }
      // STT_FUNC and STT_GNU_IFUNC that are defined here.
      guard [2, 10].contains(info & 0xf), home != 0, let offset = offset(of: value) else {
        continue
      }
      var isDefault = true
      if let hidden {
        var version = ByteCursor(bytes, order: order)
        try version.seek(to: Self.place(UInt64(hidden), index, 2))
        isDefault = try version.read(UInt16.self) & 0x8000 == 0
      }
      var text = copy texts
      try text.skip(name)
      // `.symtab` has versions in the names.
      let full = try text.readString()
      let parts = full.split(separator: "@", omittingEmptySubsequences: false)
      if parts.count == 2 { isDefault = false }
      found.insert(
        Function(
          name: parts.first.map(String.init) ?? full, offset: offset,
          isChosenLate: info & 0xf == 10, isDefault: isDefault))
    }
  }

  private func offset(of address: UInt64) -> UInt64? {
    for segment in segments
    where address >= segment.address && address - segment.address < segment.size {
      return segment.offset &+ (address - segment.address)
    }
    return nil
  }

  // MARK: Looking up

  /// Where a function is; throws where there is none of that name, or more than one.
  package func offset(of name: String) throws(ProgramError) -> UInt64 {
    let named = functions.filter { $0.name == name }
    let wanted = named.contains(where: \.isDefault) ? named.filter(\.isDefault) : named
    guard let first = wanted.first else {
      throw .noSuchFunction(
        name, path: path, nearest: Nearest.names(to: name, among: Set(functions.map(\.name))))
    }
    if wanted.contains(where: \.isChosenLate) { throw .chosenLate(name, path: path) }
    let offsets = Set(wanted.map(\.offset)).sorted()
    guard offsets.count == 1 else { throw .manyFunctions(name, path: path, offsets: offsets) }
    return first.offset
  }
}

/// Why a place in a program cannot be found.
package enum ProgramError: ExplainedError, Equatable {
  case system(SystemError)
  case notProgram(String)
  case noSuchProgram(String)
  case manyPrograms(String, paths: [String])
  case noSuchFunction(String, path: String, nearest: [String])
  case manyFunctions(String, path: String, offsets: [UInt64])
  case chosenLate(String, path: String)

  package var message: String {
    switch self {
    case .system(let error): error.message
    case .notProgram(let path): "\(path) is no program or library (ELF), or is not whole"
    case .noSuchProgram(let name): "there is no program or library named '\(name)'"
    case .manyPrograms(let name, _): "more than one library is named '\(name)'"
    case .noSuchFunction(let name, let path, _): "\(path) names no function '\(name)'"
    case .manyFunctions(let name, let path, _): "\(path) has more than one function '\(name)'"
    case .chosenLate(let name, let path):
      "\(path): which code '\(name)' runs is chosen when a program starts"
    }
  }

  package var hint: String? {
    switch self {
    case .system: nil
    case .notProgram: nil
    case .noSuchProgram: "the path works always: /usr/bin/bash"
    case .manyPrograms(_, let paths): "name one: \(paths.joined(separator: ", "))"
    case .noSuchFunction(_, let path, let nearest):
      nearest.isEmpty
        ? "kscope uprobe -l \(path) lists them; a stripped program names few"
        : "nearest: " + nearest.joined(separator: ", ")
    case .manyFunctions(_, _, let offsets):
      "name the place in the file: "
        + offsets.map { "0x" + String($0, radix: 16) }
        .joined(separator: ", ")
    case .chosenLate(let name, let path):
      "the candidates have names of their own: kscope uprobe -l \(path) | grep \(name)"
    }
  }
}
