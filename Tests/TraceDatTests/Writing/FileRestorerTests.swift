import ByteIO
import Glibc
import RingBuffer
import Testing
import TraceTestSupport

@testable import TraceDat

/// What is made of the files that a killed recorder leaves beside the recording.
@Suite struct FileRestorerTests {
  let folder = TemporaryFolder()

  private func part(_ bytes: [UInt8], cpu: Int = 0, pageSize: Int = 4096) -> PagesFile {
    PagesFile(
      buffer: "", clock: "local", cpu: cpu, path: folder.write(bytes, to: "t.dat.cpu\(cpu)"),
      pageSize: pageSize)
  }

  /// The values that a recording of these parts has, and what is said of the rest.
  private func restored(_ parts: PagesFile...) throws -> (values: [UInt32], said: [String]) {
    var restorer = FileRestorer(StoredMetadata(WriterCase.oneCPU.metadata, late: LateMetadata()))
    try restorer.write(parts, to: folder.path("whole.dat"))
    let whole = try TraceFile(path: folder.path("whole.dat"))
    var values: [UInt32] = []
    for stream in FilePart(of: whole).streams {
      var cursor = EventCursor([stream])
      while let event = cursor.next() {
        values.append(event.record.payload.load(UInt32.self, at: 8, whole.order))
      }
    }
    return (values, restorer.problems.map { String($0.message.dropFirst(folder.path.count + 1)) })
  }

  private static let zeros = [UInt8](repeating: 0, count: 4096)

  @Test func zerosBetweenPagesAreToldAndWhatFollowsIsKept() throws {
    for (first, count) in [(1, 1), (3, 1), (2, 37), (8, 24)] {
      var pages = TestEvent.pages(40)
      for page in first..<first + count { pages[page] = Self.zeros }
      let (values, said) = try restored(part(pages.flatMap { $0 }))
      let kept = (0..<40).filter { !(first..<first + count).contains($0) }
      #expect(values == kept.flatMap { UInt32($0 * 5)..<UInt32($0 * 5 + 5) })
      #expect(
        said == [
          "t.dat.cpu0: \(count * 4096) bytes from offset \(first * 4096) on are left out: "
            + "zeros, where pages should be"
        ])
    }
  }

  @Test func zerosAtTheEndOfAFileOfItsOwnAreTold() throws {
    let (values, said) = try restored(part(TestEvent.pages(2).flatMap { $0 } + Self.zeros))
    #expect(values == Array(0..<10))
    #expect(said.count == 1 && said[0].contains(": 4096 bytes from offset 8192 on"))
  }

  @Test func aRingIsTurnedThatLostAPage() throws {
    var pages = TestEvent.pages(8, from: 100, time: 2_000_000_000) + TestEvent.pages(8)
    pages[3] = Self.zeros
    let (values, said) = try restored(part(pages.flatMap { $0 }))
    #expect(values == Array(0..<40) + Array(100..<115) + Array(120..<140))
    #expect(said.count == 1)
  }

  @Test func wholeEventsOfACutPageAreKept() throws {
    let bytes = TestEvent.pages(2).flatMap { $0 }
    // Of the second page's five events of 16 bytes, behind a header of 16, two and a half.
    let (values, said) = try restored(part(Array(bytes[..<(4096 + 16 + 40)])))
    #expect(values == Array(0..<7))
    #expect(said.count == 1 && said[0].contains(": 8 bytes from offset 4144 on are left out"))
    // Nothing is lost with the unused rest.
    let (all, nothing) = try restored(part(Array(bytes[..<(4096 + 16 + 80)])))
    #expect(all == Array(0..<10))
    #expect(nothing == [])
    let (head, short) = try restored(part(Array(bytes[..<(4096 + 12)])))
    #expect(head == Array(0..<5))
    #expect(short.count == 1 && short[0].contains(": 12 bytes from offset 4096 on"))
  }

  @Test func whatIsNoPageIsToldInOneLine() throws {
    let noise = (0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 256 &+ 13) }
    let pages = TestEvent.pages(2).map { $0 }
    let (values, said) = try restored(part(pages[0] + noise + pages[1]))
    #expect(values == Array(0..<10))
    #expect(
      said == [
        "t.dat.cpu0: 8192 bytes from offset 4096 on are left out: not sub-buffers of 4096 bytes"
      ])
  }

  @Test(arguments: [(4, 700), (3, 5)])
  func subbuffersOfAnotherSizeAreRead(_ count: Int, _ perPage: Int) throws {
    let large = TestEvent.pages(count, perPage: perPage, size: 16384).flatMap { $0 }
    let (values, said) = try restored(part(large))
    #expect(values == Array(0..<UInt32(count * perPage)))
    #expect(said == ["t.dat.cpu0: its sub-buffers are of 16384 bytes, not of 4096"])
    let small = TestEvent.pages(9).flatMap { $0 }
    let (all, other) = try restored(part(small, pageSize: 16384))
    #expect(all == Array(0..<45))
    #expect(other == ["t.dat.cpu0: its sub-buffers are of 4096 bytes, not of 16384"])
  }

  @Test func subbuffersOfTwoSizesAreTold() throws {
    let large = TestEvent.pages(2, from: 500, perPage: 700, size: 16384).flatMap { $0 }
    let (values, said) = try restored(
      part(TestEvent.pages(40).flatMap { $0 }), part(large, cpu: 1))
    #expect(Array(values.prefix(200)) == Array(0..<200))
    #expect(said.contains { $0.contains("t.dat.cpu1: ") && $0.contains("not sub-buffers of") })
  }

  @Test func onePartGivenTwiceIsRefused() throws {
    let first = part(TestEvent.pages(2).flatMap { $0 })
    var second = first
    second.path = folder.path("t.dat.cpu1")
    second.cpu = 1
    #expect(link(first.path, second.path) == 0)
    #expect(throws: ReadTwice.self) { try restored(first, second) }
    #expect(folder.names == ["t.dat.cpu0", "t.dat.cpu1"])
  }

  @Test func theOthersAreRestoredWhereOneIsMissing() throws {
    var gone = part([], cpu: 1)
    gone.path += ".gone"
    let (values, said) = try restored(part(TestEvent.pages(2).flatMap { $0 }), gone)
    #expect(values == Array(0..<10))
    #expect(said == ["t.dat.cpu1.gone: the pages of CPU 1 are missing: No such file or directory"])
    #expect(throws: LostPart.self) { try restored(gone) }
  }

  @Test func fewerBytesThanWereWrittenAreTold() throws {
    var short = part(TestEvent.pages(2).flatMap { $0 })
    short.written = 12288
    #expect(
      try restored(short).said == [
        "t.dat.cpu0: 12288 bytes of pages of CPU 0 were written, and only 8192 are there"
      ])
  }

  @Test func partsAreLookedForInTheRecordingsFolder() throws {
    let other = TemporaryFolder()
    let there = other.write([1], to: "t.dat.cpu0")
    func found(_ path: String) -> String {
      PagesFile(buffer: "", clock: "", cpu: 0, path: path, pageSize: 4096)
        .found(besides: folder.path("t.dat")).path
    }
    #expect(found(there) == there)
    #expect(found("t.dat.cpu0") == folder.path("t.dat.cpu0"))
    folder.write([1], to: "t.dat.cpu0")
    #expect(found(there) == folder.path("t.dat.cpu0"))
    #expect(found("some/where/t.dat.cpu0") == folder.path("t.dat.cpu0"))
    #expect(found(folder.path("t.dat")) == folder.path("t.dat"))
    let here = PagesFile(buffer: "", clock: "", cpu: 0, path: "no/such.cpu0", pageSize: 4096)
    #expect(here.found(besides: "t.dat").path == "such.cpu0")
  }
}
