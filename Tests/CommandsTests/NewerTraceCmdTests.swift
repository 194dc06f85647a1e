import ArgumentParser
import ByteIO
import Glibc
import Testing
import TraceTestSupport

@testable import Commands

/// What `report --compat 3.3` prints, against what trace-cmd 3.3.1 with libtraceevent 1.8.4 printed
/// of the same files.
@Suite struct NewerTraceCmdTests {
  private static let fixtures = ReportOptionTests.fixtures

  /// Events of `awkward.dat` that `Documentation/differences.md` lists.
  private static let differing = [" t_misc: ", " t_flags_", " t_bad: ", "[UNKNOWN EVENT]"]

  @Test(arguments: [
    ("returns", [], "returns"), ("returns-raw", ["-R"], "returns"),
    ("returns-decimal", ["-O", "retval-dec", "-O", "depth"], "returns"),
    ("returns-hexadecimal", ["-O", "fgraph:retval-hex"], "returns"),
    ("returns-none", ["-O", "retval-skip", "-O", "retval-dec"], "returns"),
    ("switches", ["-F", "sched_switch"], "scheduling"),
    ("switches-latency", ["-l", "-t", "-F", "sched_switch"], "scheduling"),
    ("timers-raw", ["-R", "-F", "timer_init,hrtimer_start,timer_expire_entry"], "timers"),
    ("graph", ["-F", "funcgraph_entry: depth > 6"], "function-graph"),
    ("kprobes-raw-latency", ["-R", "-l", "--ts-diff"], "kprobes"),
  ])
  func printsWhatTraceCmdPrints(name: String, options: [String], file: String) throws {
    let ours = try report(options + ["-i", "\(Self.fixtures)/\(file).dat"]).split(separator: "\n")
    let theirs = try text(name).split(separator: "\n")
    #expect(ours.count == theirs.count)
    for (a, b) in zip(ours, theirs) where a != b {
      Issue.record("ours   \(a)\ntheirs \(b)")
      return
    }
  }

  @Test func arraysAreTheKernels() throws {
    let ours = try report(["-i", "\(Self.fixtures)/awkward.dat"]).split(separator: "\n")
    let theirs = try text("awkward").split(separator: "\n")
    #expect(ours.count == theirs.count)
    for (a, b) in zip(ours, theirs)
    where a != b && !Self.differing.contains(where: { a.contains($0) || b.contains($0) }) {
      Issue.record("ours   \(a)\ntheirs \(b)")
      return
    }
    let array = " arr={0x1,0x2,0x300,0xffff} "
    #expect(theirs.count { $0.contains(array) } == 1)
    #expect(ours.count { $0.contains(array) } == 1)
  }

  /// 3.1.6 folds more calls, has other letters, and shows nothing of what functions returned.
  @Test func theDefaultIsTheOlderText() throws {
    let path = "\(Self.fixtures)/returns.dat"
    let older = try report([path], compat: nil)
    #expect(older == (try report([path], compat: "3.1")))
    #expect(!older.contains("(ret=") && !older.contains("{0x1") && !older.contains(" I ==> "))
    #expect(older.contains(" W ==> ") && older.contains("arr=1 2 254 255 none= n=3."))
    #expect(try report(["-R", path], compat: nil).contains(" function=inner site=inner+0x10 "))
    #expect(try report([path]).contains(" I ==> "))
  }

  @Test func whatIsNotKnownIsRefused() throws {
    let path = "\(Self.fixtures)/returns.dat"
    #expect(throws: (any Error).self) { try report([path], compat: "3.2") }
    for option in ["retval-skip", "retval-dec", "retval-hex"] {
      #expect(throws: (any Error).self) { try report(["-O", option, path], compat: nil) }
      #expect(try !report(["-O", option, path]).isEmpty)
    }
  }

  // MARK: Files

  private func report(_ arguments: [String], compat: String? = "3.3") throws -> String {
    let version = compat.map { ["--compat", $0] } ?? []
    let explicit = ReportArgumentOrder.explicit(["report"] + version + arguments)
    let command = try ReportCommand.parse(Array(explicit.dropFirst()))
    let folder = TemporaryFolder()
    let descriptor = open(folder.path("text"), O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let problems = try command.write(to: descriptor)
    #expect(problems.isEmpty)
    return String(decoding: folder.read("text"), as: UTF8.self)
  }

  /// The text of a fixture of 3.3.1.
  private func text(_ name: String) throws -> String {
    try MappedFile(path: "\(Self.fixtures)/3.3/\(name).txt").withBytes { bytes in
      bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
  }
}
