import ByteIO
import Glibc
import Recording
import Synchronization
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// That what is printed of a stream is what a report prints of a recording of the same events.
@Suite struct LiveReportTests {
  let folder = TemporaryFolder()

  private func streamed(
    _ name: String, _ format: LiveReport.Format, _ change: (inout ReportOptions) -> Void = { _ in }
  ) throws -> String {
    let file = try TraceFile(path: Fixture.path(name))
    let stream = try LiveStream(replaying: file)
    var options = ReportOptions()
    change(&options)
    let known = FileKnowledge(of: file, ReportOptions()).names
    let report = try LiveReport(
      stream.file, options: options, format: format,
      names: LiveTaskNames(saved: { [] }, current: { known.name(of: $0) }))
    var text = ByteSink()
    repeat {
      let range = try stream.round()
      try report.show(range, isLast: stream.hasEnded) { text.append($0) }
    } while !stream.hasEnded
    #expect(report.problems.isEmpty)
    return text.text
  }

  private func reported(_ name: String, json: Bool) throws -> String {
    let file = try TraceFile(path: Fixture.path(name))
    let path = folder.path("out")
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    var options = ReportOptions()
    options.printsHead = false
    let input = try ReportInput([ReportInput.Recording(file)], options: options)
    _ =
      json
      ? try JSONReport(input, options: options).write(to: descriptor)
      : try TextReport(input, options: options).write(to: descriptor)
    return String(decoding: folder.read("out"), as: UTF8.self)
  }

  @Test(arguments: ["scheduling.dat", "function.dat", "timers.dat"])
  func textIsThatOfAReport(_ name: String) throws {
    let expected = try reported(name, json: false)
    #expect(expected.count > 1000)
    #expect(try streamed(name, .text) == expected)
  }

  /// Behind the task's column: here tasks get another name while they are traced, and a report of
  /// the whole calls them by the last throughout.
  @Test(arguments: ["stacks.dat", "all-events.dat"])
  func textButForNamesIsThatOfAReport(_ name: String) throws {
    func rest(_ text: String) -> [Substring.UTF8View.SubSequence] {
      text.utf8.split(separator: UInt8(ascii: "\n")).map { $0.dropFirst(16) }
    }
    let expected = rest(try reported(name, json: false))
    let shown = rest(try streamed(name, .text))
    #expect(shown.count == expected.count)
    #expect(zip(shown, expected).allSatisfy { $0.elementsEqual($1) })
  }

  @Test(arguments: ["scheduling.dat", "timers.dat"])
  func linesOfJSONAreThoseOfAReport(_ name: String) throws {
    #expect(try streamed(name, .json) == reported(name, json: true))
  }

  @Test func smallSlicesChangeNothing() throws {
    let expected = try reported("function.dat", json: false)
    #expect(try streamed("function.dat", .text) { $0.bytesPerSlice = 4096 } == expected)
  }
}

/// What tasks are called while they are traced.
@Suite struct LiveTaskNamesTests {
  private final class Kernel: Sendable {
    let saved = Mutex("1 init\n")
    let running = Mutex<[Int32: String]>([:])
    let looks = Atomic<Int>(0)

    var names: LiveTaskNames {
      LiveTaskNames(
        saved: {
          self.looks.add(1, ordering: .relaxed)
          return Array(self.saved.withLock { $0 }.utf8)
        },
        current: { pid in self.running.withLock { $0[pid] }.map { Array($0.utf8) } })
    }
  }

  private func tell(_ names: LiveTaskNames, _ pid: Int32, _ name: String) {
    names.add { told in
      var bytes = Array(name.utf8)
      bytes.withUnsafeMutableBytes { told.add(pid, UnsafeRawBufferPointer($0)) }
    }
  }

  @Test func eventsKnowBetterThanTheKernelsListAndThatBetterThanProc() {
    let kernel = Kernel()
    kernel.running.withLock { $0 = [1: "wrong", 2: "sleep"] }
    let names = kernel.names
    #expect(names.name(of: 1) == Array("init".utf8))
    #expect(names.name(of: 2) == Array("sleep".utf8))
    tell(names, 1, "systemd")
    #expect(names.name(of: 1) == Array("systemd".utf8))
    #expect(names.name(of: 3) == nil)
  }

  @Test func aNameThatChangesIsTold() {
    let kernel = Kernel()
    let names = kernel.names
    tell(names, 7, "bash")
    #expect(names.name(of: 7) == Array("bash".utf8))
    #expect(!names.haveChanged())
    tell(names, 8, "other")
    #expect(!names.haveChanged(), "nobody was told that name")
    tell(names, 7, "ls")
    #expect(names.haveChanged())
    #expect(names.name(of: 7) == Array("ls".utf8))
    #expect(!names.haveChanged())
  }

  @Test func aNameThatWasNotKnownIsAskedForAgain() {
    let kernel = Kernel()
    let names = kernel.names
    #expect(names.name(of: 9) == nil)
    #expect(names.haveChanged())
    kernel.saved.withLock { $0 = "9 cat\n" }
    names.add { _ in }
    #expect(names.name(of: 9) == Array("cat".utf8))
  }

  @Test func theKernelsListIsReadOnceABatch() {
    let kernel = Kernel()
    let names = kernel.names
    for pid in 100..<200 { _ = names.name(of: Int32(pid)) }
    #expect(kernel.looks.load(ordering: .relaxed) == 1)
  }
}
