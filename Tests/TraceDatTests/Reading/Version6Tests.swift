import ByteIO
import Testing
import TraceDat
import TraceTestSupport

/// Version 6 has no table of contents: what is out of step is looked for by the words before it.
@Suite struct Version6Tests {
  static func builder() -> TraceBuilder {
    let pages = Array(TestEvent.pages(2).joined())
    var builder = TraceBuilder(
      cpuCount: 2, buffers: [.init(cpus: [(0, pages)]), .init(name: "one", cpus: [(1, pages)])])
    builder.options.append((5, Array("Linux test\0".utf8)))
    return builder
  }

  private func open(_ bytes: [UInt8]) throws -> TraceFile {
    try TraceFile(mapped: bytes.withUnsafeBytes { MappedFile(copying: $0, named: "t.dat") })
  }

  private func place(of word: String, in bytes: [UInt8]) throws -> Int {
    let word = Array(word.utf8)
    return try #require(bytes.indices.first { bytes[$0...].starts(with: word) })
  }

  @Test func garbageBehindTheOptionsDoesNotCountThemTwice() throws {
    var bytes = Self.builder().version6
    let sound = try open(bytes)
    let table = try place(of: "flyrecord\0", in: bytes)
    bytes.replaceSubrange(table..<table + 10, with: Array("nonsense!!".utf8))
    let file = try open(bytes)
    #expect(file.options == sound.options)
    #expect(file.optionLists.count == 1)
    #expect(!file.problems.isEmpty)
  }

  @Test func optionsThatCannotBeReadDoNotHideThePages() throws {
    var bytes = Self.builder().version6
    let options = try place(of: "options  \0", in: bytes)
    bytes[options + 12 + 3] = 0x7f  // the first option's size
    let file = try open(bytes)
    #expect(file.buffers.first?.cpus.count == 1)
    #expect(!file.problems.isEmpty)
  }

  @Test func aClockThatIsMissingOrCutShortIsSaid() throws {
    let bytes = Self.builder().version6
    let size = try place(of: "flyrecord\0", in: bytes) + 10 + 2 * 16
    var long = bytes
    long[size + 5] = 1
    #expect(try open(long).problems.map(\.part) == ["clock of the top-level buffer"])
    #expect(try open(long).buffers.count == 2)
    for length in [size, size + 4, size + 8, size + 10] {
      let parts = try open(Array(bytes[..<length])).problems.map(\.part)
      #expect(parts.contains("clock of the top-level buffer"), "cut at \(length)")
    }
  }

  @Test func eachTableHasItsOwnClock() throws {
    var builder = Self.builder()
    builder.buffers[1].clock = "mono"
    let file = try open(builder.version6)
    #expect(file.problems.isEmpty)
    #expect(file.buffers.map(\.clock) == ["local", "mono"])
  }
}
