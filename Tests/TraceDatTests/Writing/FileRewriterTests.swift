import ByteIO
import Glibc
import Testing
import TraceTestSupport

@testable import TraceDat

/// That a file written anew holds what the first one held.
@Suite struct FileRewriterTests {
  struct Way: CustomTestStringConvertible, Sendable {
    var from: Int
    var to: Int
    var compression: Compression
    var order = ByteOrder.little
    var testDescription: String { "\(from) to \(to), \(compression.rawValue), \(order)" }
  }

  static let pages = Array(TestEvent.pages(30).joined())
  let folder = TemporaryFolder()

  static func builder(_ order: ByteOrder = .little) -> TraceBuilder {
    var builder = TraceBuilder(
      cpuCount: 4,
      buffers: [
        .init(cpus: [(2, pages)]),
        .init(name: "one", clock: "mono", cpus: [(0, pages), (3, pages)]),
      ])
    builder.order = order
    builder.ftraceFormats = [TestEvent.format]
    builder.kallsyms = "ffffffff81000000 T _stext\n"
    builder.printkFormats = "0xffffffff82000000 : \"hello\\n\"\n"
    builder.options.append((id: 5, data: Array("Linux test\0".utf8)))
    return builder
  }

  func file(_ version: Int, _ order: ByteOrder = .little) throws -> TraceFile {
    let builder = Self.builder(order)
    let bytes = version == 6 ? builder.version6 : builder.version7
    return try TraceFile(path: folder.write(bytes, to: "old.dat"))
  }

  /// All pages of a buffer's CPUs, unpacked.
  func pages(of file: TraceFile) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for buffer in file.buffers {
      for data in buffer.cpus {
        let index = try PageIndex(data, of: buffer, in: file)
        let reader = PageReader(index)
        for page in 0..<index.count {
          found["\(buffer.name) \(data.cpu)", default: []] += Array(
            try #require(reader.page(at: page)))
        }
      }
    }
    return found
  }

  func texts(of file: TraceFile) throws -> [[UInt8]] {
    var texts = try [TraceFile.Text.kallsyms, .printkFormats, .savedCommandLines].map {
      try file.text($0).withBytes { Array($0) }
    }
    file.eventFormats().forEach { system, text in texts.append(Array(system.utf8) + Array(text)) }
    return texts
  }

  @Test(arguments: [
    Way(from: 6, to: 7, compression: .zstd), Way(from: 6, to: 7, compression: .none),
    Way(from: 7, to: 6, compression: .none), Way(from: 7, to: 7, compression: .zlib),
    Way(from: 6, to: 6, compression: .none),
    Way(from: 7, to: 7, compression: .zstd, order: .big),
  ])
  func everythingIsKept(_ way: Way) throws {
    let old = try file(way.from, way.order)
    let path = folder.path("new.dat")
    var rewriter = FileRewriter(old)
    try rewriter.write(to: path, version: way.to, compression: way.compression)
    #expect(rewriter.problems.isEmpty)
    let new = try TraceFile(path: path)
    #expect(new.problems.isEmpty)
    #expect(new.version == way.to)
    #expect(new.compression == way.compression)
    #expect(new.order == way.order)
    #expect(new.layout == old.layout)
    #expect(new.cpuCount == 4)
    #expect(try texts(of: new) == texts(of: old))
    let pages = try pages(of: old)
    #expect(pages.count == 3)
    #expect(try self.pages(of: new) == pages)
    #expect(new.option(.uname)?.data == Array("Linux test\0".utf8))
    #expect(new.buffers.map(\.name) == old.buffers.map(\.name))
    #expect(folder.names == ["new.dat", "old.dat"])
  }

  @Test func whatCannotBePutIntoTheVersionLeavesNothingBehind() throws {
    var rewriter = FileRewriter(try file(7))
    #expect(throws: WritingError.self) {
      try rewriter.write(to: folder.path("new.dat"), version: 6, compression: .zstd)
    }
    #expect(folder.names == ["old.dat"])
  }

  @Test func aFileOfThatNameStaysUntilTheNewOneIsWhole() throws {
    let kept = folder.write(Array("kept".utf8), to: "new.dat")
    var rewriter = FileRewriter(try file(7))
    #expect(throws: WritingError.self) {
      try rewriter.write(to: kept, version: 6, compression: .zstd)
    }
    var status = stat()
    #expect(stat(kept, &status) == 0 && status.st_size == 4)
  }

  @Test func aCutFileIsKeptAsFarAsItGoes() throws {
    let whole = Self.builder().version6
    let path = folder.write(Array(whole[..<(whole.count - 5000)]), to: "cut.dat")
    let cut = try TraceFile(path: path)
    try #require(!cut.problems.isEmpty)
    var rewriter = FileRewriter(cut)
    try rewriter.write(to: folder.path("new.dat"), version: 7, compression: .zstd)
    #expect(!rewriter.problems.isEmpty)
    let new = try TraceFile(path: folder.path("new.dat"))
    #expect(new.problems.isEmpty)
    let (kept, known) = (try pages(of: new), try pages(of: cut))
    for (name, bytes) in known {
      let found = try #require(kept[name])
      #expect(found.starts(with: bytes), "\(name)")
    }
  }
}
