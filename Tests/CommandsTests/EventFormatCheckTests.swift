import ByteIO
import Glibc
import Testing
import TraceTestSupport
import Tracefs

@testable import Commands

@Suite struct EventFormatCheckTests {
  let fake: FakeTracefs
  let directory: TracingDirectory

  init() throws {
    fake = try FakeTracefs()
    directory = try TracingDirectory(path: fake.path)
  }

  private static func format(_ name: String, id: Int, print: String) -> String {
    """
    name: \(name)
    ID: \(id)
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:int n;\toffset:8;\tsize:4;\tsigned:1;

    print fmt: \(print)

    """
  }

  @Test func namesTheFormatsThatAreNotUnderstood() throws {
    let before = try EventFormatCheck(directory, withoutHandlers: true)
    try fake.write("events/made/good/format", Self.format("good", id: 901, print: "\"%d\", REC->n"))
    try fake.write("events/made/bad/format", Self.format("bad", id: 902, print: "\"%d\", (REC->"))
    try fake.write("events/made/nameless/format", "nothing\n")
    let after = try EventFormatCheck(directory, withoutHandlers: true)
    #expect(after.count == before.count + 3)
    let new = after.problems.map(\.message).filter { $0.contains("made/") }
    #expect(new.count == 2)
    #expect(new.contains { $0.contains("made/bad") })
    #expect(!new.contains { $0.contains("made/good") })
  }

  @Test func whatIsUnderstoodIsNotNamed() throws {
    try fake.write(
      "events/ftrace/function/format",
      Self.format("function", id: 1, print: "\" %d\", REC->n"))
    let check = try EventFormatCheck(directory, withoutHandlers: false)
    #expect(check.count > 1)
    #expect(check.problems.map(\.message) == [])
  }

  @Test func aCopyNeedsItsEventsOnly() throws {
    fake.remove("tracing_on")
    fake.remove("per_cpu")
    #expect(throws: TracefsError.self) { try TracingDirectory(path: fake.path) }
    let copy = try TracingDirectory(orCopyAt: fake.path + "/")
    try fake.write("events/made/plain/enable", "0\n")
    let check = try EventFormatCheck(copy, withoutHandlers: true)
    #expect(check.count > 1)
    let said = check.problems.map(\.message).filter { $0.contains("made/") }
    #expect(said == ["\(fake.path)/events/made/plain/format: No such file or directory"])
  }

  @Test func aPipeIsNotWaitedFor() throws {
    try fake.write("events/made/pipe/format", "")
    let path = "\(fake.path)/events/made/pipe/format"
    try #require(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
    let check = try EventFormatCheck(
      TracingDirectory(orCopyAt: fake.path), withoutHandlers: true)
    let said = check.problems.map(\.message).filter { $0.contains("made/") }
    #expect(said == ["\(path) is not a regular file"])
  }

  @Test func noFormatsAreAnError() throws {
    fake.remove("events")
    #expect(throws: TracefsError.self) { try TracingDirectory(orCopyAt: fake.path) }
    try fake.write("events/header_page", "")
    let copy = try TracingDirectory(orCopyAt: fake.path)
    #expect(throws: TracefsError.noFormats(path: "\(fake.path)/events")) {
      try EventFormatCheck(copy, withoutHandlers: true)
    }
  }
}
