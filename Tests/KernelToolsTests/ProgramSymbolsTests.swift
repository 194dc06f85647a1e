import KernelTools
import Recording
import Testing
import TraceTestSupport

/// An ELF file of few functions, made by hand after elf(5).
private struct Program {
  var isLong = true
  var isBig = false
  private(set) var bytes: [UInt8] = []
  /// Name, address, type, section.
  var symbols: [(name: String, address: Int, info: UInt8, home: Int)] = []
  /// Of each symbol; nil for a table without versions.
  var versions: [Int]?

  private mutating func put(_ number: Int, _ size: Int) {
    for byte in 0..<size {
      bytes.append(UInt8(truncatingIfNeeded: number >> (8 * (isBig ? size - 1 - byte : byte))))
    }
  }

  private mutating func word(_ number: Int) { put(number, isLong ? 8 : 4) }

  mutating func build() -> [UInt8] {
    bytes = [0x7f, 0x45, 0x4c, 0x46, isLong ? 2 : 1, isBig ? 2 : 1, 1]
    bytes += [UInt8](repeating: 0, count: 9)
    let headSize = isLong ? 64 : 52
    let segmentSize = isLong ? 56 : 32
    let sectionSize = isLong ? 64 : 40
    let symbolSize = isLong ? 24 : 16
    var names: [UInt8] = [0]
    let places = symbols.map { symbol in
      defer { names += Array(symbol.name.utf8) + [0] }
      return names.count
    }
    let symbolsAt = headSize + segmentSize
    let namesAt = symbolsAt + symbols.count * symbolSize
    let versionsAt = namesAt + names.count
    let sectionsAt = versionsAt + (versions?.count ?? 0) * 2
    put(3, 2)
    put(62, 2)
    put(1, 4)
    word(0)
    word(headSize)
    word(sectionsAt)
    put(0, 4)
    for size in [headSize, segmentSize, 1, sectionSize, versions == nil ? 3 : 4, 0] { put(size, 2) }
    // Addresses from 0x5000 on are at 0x1000 of the file.
    put(1, 4)
    if isLong { put(5, 4) }
    for number in [0x1000, 0x5000, 0x5000, 0x800, 0x800] { word(number) }
    if !isLong { put(5, 4) }
    word(0x1000)
    for (symbol, place) in zip(symbols, places) {
      put(place, 4)
      if !isLong {
        put(symbol.address, 4)
        put(4, 4)
      }
      put(Int(symbol.info), 1)
      put(0, 1)
      put(symbol.home, 2)
      if isLong {
        put(symbol.address, 8)
        put(4, 8)
      }
    }
    bytes += names
    for version in versions ?? [] { put(version, 2) }
    section(type: 0, 0, 0, link: 0, entry: 0)
    section(type: 11, symbolsAt, symbols.count * symbolSize, link: 2, entry: symbolSize)
    section(type: 3, namesAt, names.count, link: 0, entry: 0)
    if let versions {
      section(type: 0x6fff_ffff, versionsAt, versions.count * 2, link: 1, entry: 2)
    }
    return bytes
  }

  private mutating func section(type: Int, _ at: Int, _ size: Int, link: Int, entry: Int) {
    put(0, 4)
    put(type, 4)
    word(0)
    word(0)
    word(at)
    word(size)
    put(link, 4)
    put(0, 4)
    word(1)
    word(entry)
  }
}

@Suite struct ProgramSymbolsTests {
  private let folder = TemporaryFolder()

  private static let functions: [(name: String, address: Int, info: UInt8, home: Int)] = [
    ("", 0, 0, 0), ("open", 0x5010, 0x12, 1), ("close", 0x57ff, 0x22, 1),
    ("data", 0x5020, 0x11, 1), ("imported", 0, 0x12, 0), ("outside", 0x5800, 0x12, 1),
    ("copy", 0x5030, 0x12, 1), ("copy", 0x5040, 0x12, 1), ("late", 0x5050, 0x1a, 1),
    ("twice", 0x5060, 0x02, 1), ("twice", 0x5070, 0x02, 1), ("old@V1", 0x5080, 0x12, 1),
    ("old@@V2", 0x5090, 0x12, 1),
  ]

  private func symbols(_ isLong: Bool, _ isBig: Bool) throws -> ProgramSymbols {
    var program = Program(isLong: isLong, isBig: isBig)
    program.symbols = Self.functions
    program.versions = Self.functions.indices.map { $0 == 6 ? 0x8002 : 2 }
    return try ProgramSymbols(path: folder.write(program.build(), to: "program"))
  }

  @Test(arguments: [true, false], [true, false])
  func functionsAreWhereTheirSegmentIsInTheFile(isLong: Bool, isBig: Bool) throws {
    let symbols = try symbols(isLong, isBig)
    #expect(try symbols.offset(of: "open") == 0x1010)
    #expect(try symbols.offset(of: "close") == 0x17ff)
    #expect(try symbols.offset(of: "copy") == 0x1040)
    #expect(try symbols.offset(of: "old") == 0x1090)
    #expect(
      throws: ProgramError.manyFunctions("twice", path: symbols.path, offsets: [0x1060, 0x1070])
    ) { try symbols.offset(of: "twice") }
    #expect(throws: ProgramError.chosenLate("late", path: symbols.path)) {
      try symbols.offset(of: "late")
    }
    for name in ["data", "imported", "outside", "", "opne"] {
      #expect(throws: ProgramError.self) { try symbols.offset(of: name) }
    }
  }

  @Test func aFileThatEndsTooSoonIsRefused() throws {
    var program = Program()
    program.symbols = Self.functions
    let bytes = program.build()
    for count in 0..<bytes.count {
      let path = folder.write(Array(bytes[..<count]), to: "short")
      #expect(throws: ProgramError.notProgram(path)) { try ProgramSymbols(path: path) }
    }
  }

  @Test func aWrongByteAnywhereDoesNoHarm() throws {
    var program = Program()
    program.symbols = Self.functions
    let bytes = program.build()
    var understood = 0
    for place in bytes.indices {
      var wrong = bytes
      wrong[place] ^= 0xff
      if (try? ProgramSymbols(path: folder.write(wrong, to: "wrong"))) != nil { understood += 1 }
    }
    #expect(understood > 0)
  }

  @Test func aProbeStandsWhereTheFunctionIs() throws {
    var program = Program()
    program.symbols = Self.functions
    let path = folder.write(program.build(), to: "program")
    func line(_ text: String) throws -> String? {
      let type = try #require(ToolList.stream(named: "uprobe"))
      let tool = try type.init(try #require(try ToolOptions([text], for: type.about)))
      return try tool.plan().buffers[0].events[0].definition.map { "\($0)" }
    }
    #expect(try line("p:\(path):open") == "p:kscope/open \(path):0x1010")
    #expect(
      try line("r:typed \(path):close text=+0($retval):ustring")
        == "r:kscope/typed \(path):0x17ff text=+0($retval):ustring")
    #expect(try line("p:\(path):open+0x8 %di") == "p:kscope/open_0x8 \(path):0x1018 %di")
    #expect(try line("p \(path):0x10") == "p:kscope/program_0x10 \(path):0x10")
    for wrong in ["p", "x:\(path):open", "p:\(path)", "p:\(path):", "p:open", "p:\(path):opne"] {
      #expect(throws: (any Error).self) { try line(wrong) }
    }
  }
}
