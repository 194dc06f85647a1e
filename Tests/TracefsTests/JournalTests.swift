import Glibc
import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct JournalTests {
  var sample: Journal {
    Journal(
      writer: Journal.Writer(
        process: ProcessIdentity(pid: 12, startTime: 345), uid: 0, time: 1_700_000_000,
        bootID: "boot", command: ["kscope", "record", "-e", "a\tb\nc\\d\r\n"]),
      directory: "/sys/kernel/tracing",
      changes: [
        Journal.Change(
          time: 9, kind: .functions, path: "set_ftrace_filter", former: ["a", "b c", ""]),
        Journal.Change(kind: .list, path: "set_event_pid", former: []),
      ])
  }

  func text(_ journal: Journal) -> String {
    journal.header
      + journal.changes.enumerated().map { Journal.line(for: $0.element, number: $0.offset) }
      .joined()
  }

  @Test func comesBackAsItWas() throws {
    #expect(Journal(text(sample)) == sample)
    var settled = sample
    settled.changes[0].reads = Fingerprint(["x"])
    settled.changes[1].isDone = true
    let lines = Journal.readsLine(0, Fingerprint(["x"])) + Journal.doneLine(1)
    #expect(Journal(text(sample) + lines) == settled)
    #expect(Journal(text(sample) + lines + Journal.againLine(0))?.changes[0].reads == nil)
    let more = Journal(text(sample) + Journal.formerLine(1, ["x", "y"]) + Journal.keptLine)
    #expect(more?.changes[1].former == ["x", "y"])
    #expect(more?.isKept == true)
    var own = sample
    own.isTracefs = true
    #expect(Journal(text(own)) == own)
    #expect(Journal(text(own).split(separator: "\ttracefs").joined(separator: "\tother")) == nil)
  }

  /// Nothing is made up and nothing whole is lost, wherever the writer died.
  @Test func everyCutIsAJournalOrNone() {
    let whole = text(sample) + Journal.readsLine(0, Fingerprint(["x"]))
    let start = sample.header.unicodeScalars.count
    let isNewline: (Unicode.Scalar) -> Bool = { $0 == "\n" }
    for count in 0...whole.unicodeScalars.count {
      let scalars = whole.unicodeScalars.prefix(count)
      let journal = Journal(String(String.UnicodeScalarView(scalars)))
      // It says who and where in its first lines; without them it is none.
      guard scalars.filter(isNewline).count >= 3 else {
        #expect(journal == nil)
        continue
      }
      let lines = count < start ? 0 : scalars.dropFirst(start).filter(isNewline).count
      var expected = Array(sample.changes.prefix(lines))
      if lines == 3 { expected[0].reads = Fingerprint(["x"]) }
      #expect(journal?.changes == expected)
      #expect(journal?.directory == sample.directory)
      #expect(journal?.writer.process == sample.writer.process)
    }
  }

  @Test(arguments: [
    "change\t5\t7\tvalue\ttracing_on\t1\n", "change\t2\t7\tnonsense\ttracing_on\t1\n",
    "change\t2\t7\tvalue\t../../etc/passwd\t1\n", "change\t2\t7\tvalue\t/etc/passwd\t1\n",
    "change\t2\t-7\tvalue\ttracing_on\t1\n", "former\t7\tx\n", "former\n",
    "reads\t7\tff\n", "done\t-1\n", "reads\t0\tzz\n", "what\n",
  ])
  func refusesLinesThatNobodyWrote(line: String) {
    #expect(Journal(text(sample) + line) == nil)
  }

  @Test func fingerprintsTellWordsApart() {
    #expect(Fingerprint(["ab"]) != Fingerprint(["a", "b"]))
    #expect(Fingerprint([]) != Fingerprint([""]))
    #expect(Fingerprint(["a"]) == Fingerprint(["a"]))
  }

  @Test func readsAStartTimePastAnyName() {
    let fields = (3...30).map { "\($0)" }.joined(separator: " ")
    #expect(ProcessIdentity.startTime(inStat: "7 (a) b (c)) S \(fields.dropFirst(2))") == 22)
    #expect(ProcessIdentity.startTime(inStat: "7 (a) Z \(fields.dropFirst(2))") == nil)
    #expect(ProcessIdentity.startTime(inStat: "") == nil)
    #expect(ProcessIdentity.current.isAlive)
    #expect(!ProcessIdentity(pid: getpid(), startTime: 1).isAlive)
  }

  @Test func keepsJournalsWhereOnlyWeCanWrite() throws {
    let fake = try FakeTracefs()
    let shared = fake.statePath + "/shared"
    let link = fake.statePath + "/link"
    let fresh = fake.statePath + "/fresh"
    #expect(mkdir(shared, 0o700) == 0)
    #expect(chmod(shared, 0o777) == 0)
    #expect(symlink(fake.path, link) == 0)
    #expect(try StateDirectory.usable(among: [shared, link, fresh]).path == fresh)
    var status = stat()
    #expect(stat(fresh, &status) == 0 && status.st_mode & 0o777 == 0o700)
    let error = #expect(throws: TracefsError.self) {
      try StateDirectory.usable(among: [shared, link])
    }
    #expect(error?.message.contains("others may write to it") == true)
    #expect(error?.hint?.contains("KSCOPE_STATE_DIR") == true)
  }
}
