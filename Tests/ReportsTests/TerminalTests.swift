import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// What is printed for a person to look at.
@Suite struct TerminalTests {
  @Test(arguments: [
    ("plain", "plain"), ("a\u{1b}[31mred", "a^[[31mred"), ("tab\tstays", "tab\tstays"),
    ("bell\u{7}", "bell^G"), ("größe", "größe"), ("delete\u{7f}", "delete^?"),
  ])
  func controlCharactersAreShown(text: String, shown: String) {
    #expect(TerminalSafety.shown(Array(text.utf8)) == Array(shown.utf8))
    var sink = ByteSink()
    sink.append("before")
    sink.append(text)
    TerminalSafety.escape(&sink, from: 6)
    #expect(Array(sink.bytes) == Array("before\(shown)".utf8))
  }

  @Test func eightBitControlCharactersAreShown() {
    #expect(TerminalSafety.shown([0x9b, 0x33]) == Array("M-^[3".utf8))
    // U+009B, which many terminals take for ESC [.
    #expect(TerminalSafety.shown([0x61, 0xc2, 0x9b]) == [0x61, 0xc2] + Array("M-^[".utf8))
    // The same byte within U+1F41B is harmless.
    #expect(TerminalSafety.shown([0xf0, 0x9f, 0x90, 0x9b]) == [0xf0, 0x9f, 0x90, 0x9b])
  }

  @Test func coloursAreAllThatIsAdded() throws {
    var options = ReportOptions()
    let plain = try report(options)
    options.line.colours = true
    let coloured = try report(options)
    #expect(coloured.contains("\u{1b}[32msched_switch\u{1b}[0m:"))
    #expect(coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
    options.line.isForTerminal = true
    #expect(try report(options) == coloured)
  }

  private func report(_ options: ReportOptions) throws -> String {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let file = try TraceFile(path: "/\(folder)/Fixtures/scheduling.dat")
    let output = TemporaryFolder()
    let descriptor = open(output.path("text"), O_CREAT | O_WRONLY, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(try TextReport([file], options: options).write(to: descriptor).isEmpty)
    return try MappedFile(path: output.path("text")).withBytes { bytes in
      bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
  }
}
