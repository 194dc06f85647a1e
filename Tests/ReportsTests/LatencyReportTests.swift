import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// What a latency tracer left is text, which the report passes on as it is.
@Suite struct LatencyReportTests {
  static let text = """
    # tracer: wakeup
    #
    # wakeup latency trace v1.1.5 on 6.1.0
    # latency: 15 us, #4/4, CPU#1 | (M:server VP:0, KP:0, SP:0 HP:0 #P:2)
      <idle>-0         1d..2.    0us :      0:120:R   + [001]   312:100:R kworker
      <idle>-0         1d..3.   15us : __schedule

    """ + String(repeating: "  <idle>-0         1d..3.   15us : __schedule\n", count: 2000)

  struct Sample: CustomTestStringConvertible, Sendable {
    var version: Int
    var compression = Compression.none
    var testDescription: String { "version \(version), \(compression.rawValue)" }

    static let all = [
      Sample(version: 6), Sample(version: 7), Sample(version: 7, compression: .zlib),
      Sample(version: 7, compression: .zstd),
    ]

    var bytes: [UInt8] {
      var builder = TraceBuilder(cpuCount: 2, buffers: [])
      builder.latencyText = LatencyReportTests.text
      builder.options.append((8, UInt32(2).bytes(.little)))
      if compression != .none {
        builder.packing = .init(
          name: compression.rawValue, version: compression.libraryVersion
        ) { [compression] bytes in
          let packed = try? bytes.withUnsafeBytes { try Compressor(compression).compressed($0) }
          return packed ?? []
        }
      }
      return version == 6 ? builder.version6 : builder.version7
    }
  }

  let folder = TemporaryFolder()

  @Test(arguments: Sample.all) func isPassedOn(sample: Sample) throws {
    let path = folder.write(sample.bytes, to: "t.dat")
    let (text, problems) = try report(path)
    #expect(problems.isEmpty)
    #expect(text == "cpus=2\n" + Self.text + "\n")
  }

  @Test func whatIsCutOffIsSaid() throws {
    let whole = Sample(version: 7).bytes
    let text = Array(Self.text.utf8)
    let place = try #require(
      whole.indices.first { whole[$0...].starts(with: text) })
    var bytes = whole
    bytes[place - 5] = 0x7f  // the size's fourth byte
    let (printed, problems) = try report(folder.write(bytes, to: "t.dat"))
    #expect(problems.count == 1)
    #expect(printed.hasPrefix("cpus=2\n" + Self.text))
  }

  /// Debian's trace-cmd is built without zlib.
  @Test(
    .enabled(if: CommandRun.exists("trace-cmd"), "trace-cmd is not installed"),
    arguments: Sample.all.filter { $0.compression != .zlib })
  func isWhatTraceCmdPrints(sample: Sample) throws {
    let path = folder.write(sample.bytes, to: "t.dat")
    let run = try #require(CommandRun(["trace-cmd", "report", "-i", path]))
    #expect(try report(path).text == run.output)
  }

  private func report(_ path: String) throws -> (text: String, problems: [String]) {
    let output = folder.path("report.txt")
    let descriptor = open(output, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let report = try TextReport([try TraceFile(path: path)])
    let losses = try report.write(to: descriptor)
    return (
      String(decoding: folder.read("report.txt"), as: UTF8.self),
      (report.problems + losses).map(\.message)
    )
  }
}
