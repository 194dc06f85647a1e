import ByteIO
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

/// Files that were cut off or of which bits were turned: they open or say why not, they are walked
/// to an end, and what is lost is said.
@Suite struct DamagedFileTests {
  /// A sound file, and how its pages are stored.
  struct Sample: CustomTestStringConvertible, Sendable {
    var version: Int
    var compression = Compression.none
    var testDescription: String { "version \(version), \(compression)" }

    static let all = [
      Sample(version: 6), Sample(version: 7), Sample(version: 7, compression: .zlib),
      Sample(version: 7, compression: .zstd),
    ]

    static let recording = WriterCase(
      name: "small", cpuCount: 2,
      buffers: [
        ("", 4096, [(0, TestEvent.pages(3)), (1, TestEvent.pages(2, from: 100))]),
        ("one", 4096, [(1, TestEvent.pages(1, from: 200))]),
      ])

    var bytes: [UInt8] {
      get throws {
        let folder = TemporaryFolder()
        try Self.recording.write(
          to: folder.path("t.dat"), version: version, compression: compression, placement: .move)
        return folder.read("t.dat")
      }
    }
  }

  /// What came out of a file.
  private struct Found {
    var events = 0
    var pages = 0
    /// Everything that was said to be wrong.
    var complaints: [String] = []
  }

  private func read(_ bytes: [UInt8]) -> Found {
    var found = Found()
    let mapped = bytes.withUnsafeBytes { MappedFile(copying: $0, named: "damaged.dat") }
    let file: TraceFile
    do throws(TraceFileError) {
      file = try TraceFile(mapped: mapped)
    } catch {
      return Found(complaints: [error.message])
    }
    found.complaints = file.problems.map(\.message)
    found.complaints += file.eventFormats().problems.map(\.message)
    for which in [TraceFile.Text.kallsyms, .printkFormats, .savedCommandLines] {
      do throws(TraceFileError) {
        _ = try file.text(which)
      } catch {
        found.complaints.append(error.message)
      }
    }
    var streams: [EventStream] = []
    for (number, buffer) in file.buffers.enumerated() {
      for data in buffer.cpus {
        do throws(TraceFileError) {
          let pages = try PageIndex(data, of: buffer, in: file)
          found.pages += pages.count
          found.complaints += pages.problems.map(\.message)
          streams.append(EventStream(pages: pages, buffer: number))
        } catch {
          found.complaints.append(error.message)
        }
      }
    }
    var cursor = EventCursor(streams)
    while let event = cursor.next() {
      found.events += 1
      if event.lost != .none { found.complaints.append("events lost") }
    }
    if cursor.damageCount > 0 { found.complaints.append("\(cursor.damageCount) damaged pages") }
    found.complaints += cursor.problems.map(\.message)
    return found
  }

  @Test(arguments: Sample.all) func aSoundFileHasEverything(sample: Sample) throws {
    let found = read(try sample.bytes)
    #expect(found.events == 30)
    #expect(found.complaints.isEmpty)
  }

  /// Every length up to the first page's end and each page's borders, and steps between.
  @Test(arguments: Sample.all) func aFileMayEndAnywhere(sample: Sample) throws {
    let whole = try sample.bytes
    var lengths = Set(0..<64)
    lengths.formUnion(stride(from: 64, to: whole.count, by: 61))
    for border in stride(from: 0, to: whole.count, by: 1024) {
      lengths.formUnion([border - 1, border, border + 1, border + 15, border + 16, border + 17])
    }
    for length in lengths where length >= 0 && length < whole.count {
      let found = read(Array(whole[..<length]))
      #expect(found.events <= 30, "cut at \(length)")
      // Zeros behind a page's last event, or a section that nobody needs, may be missing.
      if found.events < 30 {
        #expect(!found.complaints.isEmpty, "cut at \(length), \(found.events) events")
      }
    }
  }

  @Test(arguments: Sample.all) func anyBitMayBeWrong(sample: Sample) throws {
    let whole = try sample.bytes
    var random = SplitMix64(state: 2026)
    var silentLosses: [Int] = []
    for round in 0..<1000 {
      var bytes = whole
      // Half of the hits go to the front, where everything is told apart; most of the rest is zeros.
      let range = round % 2 == 0 ? min(1200, whole.count) : whole.count
      let place = Int(random.next() % UInt64(range))
      bytes[place] ^= 1 << UInt8(random.next() % 8)
      let found = read(bytes)
      #expect(found.pages < 100, "byte \(place)")
      #expect(found.events < 3000, "byte \(place)")
      if found.pages < 6, found.complaints.isEmpty { silentLosses.append(place) }
    }
    // Nothing in a file confirms an option's id or how many pages the table says a CPU has.
    #expect(silentLosses.count < 10, "\(silentLosses)")
  }

  @Test(arguments: Sample.all) func wholeStretchesMayBeWrong(sample: Sample) throws {
    let whole = try sample.bytes
    var random = SplitMix64(state: 7)
    for _ in 0..<150 {
      var bytes = whole
      for _ in 0..<8 {
        let place = Int(random.next() % UInt64(whole.count - 8))
        let value = random.next() % 3 == 0 ? UInt64.max : random.next() >> (random.next() % 64)
        bytes.replaceSubrange(place..<place + 8, with: value.bytes(.little))
      }
      #expect(read(bytes).events < 10_000)
    }
  }
}

/// The generator of Steele, Lea and Flood: the same numbers in every run.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
