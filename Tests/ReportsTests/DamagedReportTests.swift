import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// Real recordings, cut off or with turned bits: the report comes to an end, prints what can be read
/// and says in few words what cannot.
@Suite struct DamagedReportTests {
  static let recordings = ["follow", "awkward", "scheduling", "kprobes"]

  private let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  private func bytes(of name: String) throws -> [UInt8] {
    let folder = "\(#filePath)".split(separator: "/").dropLast().joined(separator: "/")
    return try MappedFile(path: "/\(folder)/Fixtures/\(name).dat").withBytes {
      $0.withUnsafeBytes { Array($0) }
    }
  }

  private func report(_ bytes: [UInt8], to descriptor: Int32) throws -> [String] {
    let file: TraceFile
    do throws(TraceFileError) {
      file = try TraceFile(
        mapped: bytes.withUnsafeBytes { MappedFile(copying: $0, named: "damaged.dat") })
    } catch {
      return [error.message]
    }
    let report = try TextReport([file])
    let losses = try report.write(to: descriptor)
    return (report.problems + losses).map(\.message)
  }

  private func check(_ complaints: [String], _ what: String) {
    #expect(complaints.count <= 40, "\(what): \(complaints.count) complaints")
    for complaint in complaints {
      #expect(!complaint.isEmpty && !complaint.contains("\n"), "\(what): \(complaint)")
    }
  }

  @Test(arguments: recordings) func aRecordingMayEndAnywhere(name: String) throws {
    let whole = try bytes(of: name)
    var random = SplitMix64(state: 1)
    for _ in 0..<60 {
      let length = Int.random(in: 0..<whole.count, using: &random)
      let complaints = try report(Array(whole[..<length]), to: nowhere)
      check(complaints, "cut at \(length)")
    }
    close(nowhere)
  }

  @Test(arguments: recordings) func anyBitMayBeTurned(name: String) throws {
    let whole = try bytes(of: name)
    var random = SplitMix64(state: 2)
    for _ in 0..<150 {
      var bytes = whole
      let place = Int.random(in: 0..<whole.count, using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      check(try report(bytes, to: nowhere), "byte \(place)")
    }
    close(nowhere)
  }

  @Test func symbolsThatCannotBeUnpackedAreSaid() throws {
    var bytes = try bytes(of: "function")
    let kallsyms = try #require(Self.section(19, in: bytes))
    for place in kallsyms + 24..<kallsyms + 64 { bytes[place] ^= 0x55 }
    let complaints = try report(bytes, to: nowhere)
    close(nowhere)
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("kallsyms section") ?? false)
  }

  @Test func aFormatThatIsNotUnderstoodIsSaidWhereItsEventOccurs() throws {
    let page = TestEvent.pages(1)[0]
    var builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, page)])])
    let bad = TestEvent.format.replacing("REC->value", with: "REC->")
    let unused = bad.replacing("ID: 300", with: "ID: 301").replacing("number", with: "other")
    builder.systems[0].formats = [bad, unused]
    let complaints = try report(builder.version7, to: nowhere)
    close(nowhere)
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("kscope_test/number") ?? false)
  }

  /// Where the section of an id begins, in a little-endian file whose sections stand in a row.
  private static func section(_ id: UInt16, in bytes: [UInt8]) -> Int? {
    bytes.indices.first { place in
      bytes[place...].starts(with: id.bytes(.little) + [1, 0])
        && bytes[(place + 12)...].starts(with: [0, 0, 0, 0])
    }
  }
}

/// The generator of Steele, Lea and Flood: the same numbers in every run.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
