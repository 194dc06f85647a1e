import ArgumentParser
import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Commands

@Suite struct RestoreCommandTests {
  let folder = TemporaryFolder()

  private func restore(_ arguments: String...) throws -> RestoreCommand.Restored {
    try RestoreCommand.parse(arguments).restore()
  }

  private func pages(_ count: Int = 2) -> [UInt8] { TestEvent.pages(count).flatMap { $0 } }

  /// A recording that was left with a part beside it for each CPU.
  private func leaveRecording(cpus: Int = 2) -> String {
    var layout = LayoutBuilder()
    for cpu in 0..<cpus {
      layout.add(cpu: cpu, path: "t.dat.cpu\(cpu)")
      folder.write(pages(cpu + 1), to: "t.dat.cpu\(cpu)")
    }
    return folder.write(layout.recording(cpuCount: cpus), to: "t.dat")
  }

  // MARK: Parts that a recording names

  @Test func whatWasMendedIsNotComplainedOf() throws {
    let done = try restore(leaveRecording())
    #expect(done.path == folder.path("t.dat.restored"))
    #expect(done.bytes == 3 * 4096)
    #expect(done.problems.map(\.message) == [])
    #expect(try TraceFile(path: done.path).problems.isEmpty)
  }

  @Test func aMissingPartIsNamedAndTheOthersRestored() throws {
    let recording = leaveRecording()
    unlink(folder.path("t.dat.cpu1"))
    let done = try restore(recording)
    #expect(done.bytes == 4096)
    #expect(
      done.problems.map(\.message) == [
        "\(folder.path("t.dat.cpu1")): the pages of CPU 1 are missing: No such file or directory"
      ])
    #expect(Failure.hasFailed(done.problems))
  }

  @Test func pagesThatCannotBeFoundAreSaid() throws {
    var layout = LayoutBuilder()
    layout.add(cpu: 0, offset: 4096, written: 1 << 40)
    let recording = folder.write(layout.recording(), to: "t.dat")
    #expect {
      try restore(recording)
    } throws: {
      let said = ($0 as? any ExplainedError)?.message ?? ""
      return said.contains("CPU 0 is said to have 1099511627776 bytes")
        && said.hasSuffix("; nothing is restored")
    }
    #expect(folder.names == ["t.dat"])
  }

  // MARK: What is read is not replaced

  @Test func noFileIsWrittenThatIsRead() throws {
    let recording = leaveRecording()
    let symbols = folder.write(Array("0 T a\n".utf8), to: "symbols")
    #expect(symlink("t.dat.cpu1", folder.path("link")) == 0)
    defer { unlink(folder.path("link")) }
    let fake = try FakeTracefs()
    try fake.write("events/header_page", "x\n")
    let header = "\(fake.path)/events/header_page"
    let format = "\(fake.path)/events/sched/sched_switch/format"
    let before = folder.names.map { folder.read($0) }
    let lines = [
      [recording, "-o", recording], [recording, "-o", folder.path("t.dat.cpu1")],
      [recording, "-o", folder.path("link")],
      ["-c", "-t", fake.path, "-k", symbols, "-o", symbols], ["-c", "-t", fake.path, "-o", header],
      ["-c", "-t", fake.path, "-o", format],
      ["-i", recording, folder.path("t.dat.cpu0"), "-o", recording],
      ["-i", recording, folder.path("t.dat.cpu0"), "-o", folder.path("t.dat.cpu0")],
    ]
    for line in lines {
      #expect(throws: ValidationError.self, "\(line)") { try RestoreCommand.parse(line).restore() }
    }
    #expect(folder.names.map { folder.read($0) } == before)
    #expect(try fake.read("events/header_page") == "x\n")
  }

  // MARK: trace-cmd's files

  @Test func instancesKeepTheirNamesWithoutTheTopLevel() throws {
    let header = TraceBuilder(
      cpuCount: 2,
      buffers: [
        .init(cpus: []), .init(name: "one", clock: "mono", cpus: [(0, pages())]),
        .init(name: "two", cpus: [(1, pages())]),
      ])
    let recording = folder.write(header.version7, to: "header.dat")
    let one = folder.write(pages(3), to: "rec.one.cpu0")
    let two = folder.write(pages(1), to: "rec.two.cpu1")
    let output = folder.path("whole.dat")
    for files in [[one, two], [one]] {
      let done = try RestoreCommand.parse(["-i", recording, "-o", output] + files).restore()
      #expect(done.problems.isEmpty)
      let whole = try TraceFile(path: output)
      #expect(whole.buffers.filter { !$0.cpus.isEmpty }.map(\.name).first == "one")
      #expect(whole.buffers.first { $0.name == "one" }?.clock == "mono")
      #expect(whole.buffers.first { $0.name.isEmpty }?.cpus.isEmpty ?? true)
    }
  }

  @Test func onlyRegularFilesAreRead() throws {
    let pipe = folder.path("t.dat.cpu0")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect {
      try restore("-o", folder.path("whole.dat"), pipe)
    } throws: {
      ($0 as? any ExplainedError)?.message == "cannot read \(pipe): it is not a regular file"
    }
  }

  // MARK: Formats as copied

  @Test func aCopyOfTheFormatsIsEnough() throws {
    let fake = try FakeTracefs()
    for name in ["tracing_on", "per_cpu", "instances", "available_events"] { fake.remove(name) }
    try fake.write("events/header_page", PageBuilder(time: 0).headerPage)
    let output = folder.path("header.dat")
    let symbols = folder.write([], to: "symbols")
    func header() throws -> RestoreCommand.Restored {
      try restore("-c", "-t", fake.path, "-k", symbols, "-o", output)
    }
    #expect {
      try header()
    } throws: {
      ($0 as? any ExplainedError)?.message
        == "\(fake.path)/events/header_event: No such file or directory"
    }
    try fake.write("events/header_event", TestEvent.headerEvent)
    try makePipe("\(fake.path)/events/sched/sched_wakeup/format")
    #expect(try header().problems.isEmpty)
    #expect(try TraceFile(path: output).problems.isEmpty)
  }

  private func makePipe(_ path: String) throws {
    guard unlink(path) == 0, mkfifo(path, 0o600) == 0 else { throw SystemError("mkfifo") }
  }
}
