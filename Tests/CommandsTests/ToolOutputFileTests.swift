import KernelTools
import Testing
import TraceTestSupport
import Tracefs

@testable import Commands

/// What a tool writes beside its rows never takes anything away before there is something else.
@Suite struct ToolOutputFileTests {
  private let folder = TemporaryFolder()

  @Test func aRecordingIsNotWrittenOver() throws {
    let path = folder.write([1, 2, 3], to: "trace.dat")
    #expect(throws: ToolUsageError.self) { try ToolOutputFile(path, beside: path) }
    #expect(try TextFile.read(path).utf8.count == 3)
  }

  @Test func whatWasThereStaysUntilItIsWritten() throws {
    let path = folder.write(Array("a former picture".utf8), to: "old.svg")
    do { _ = try ToolOutputFile(path, beside: nil) }
    #expect(try TextFile.read(path) == "a former picture")
    do { try ToolOutputFile(path, beside: nil).write("<svg>") }
    #expect(try TextFile.read(path) == "<svg>")
  }

  @Test func whatIsNewAndEmptyGoes() throws {
    let path = folder.path + "/new.svg"
    do { _ = try ToolOutputFile(path, beside: nil) }
    #expect(!TextFile.exists(path))
  }
}
