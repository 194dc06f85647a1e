import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct ErrorLogTests {
  private let log = """
    [  100.000000] event filter parse error: error: Field not found
      Command: old == 1
               ^
    [   28.242630] trace_kprobe: error: Event name must follow the same rules as C identifiers
      Command: p:bad/1x vfs_read
                     ^
    [   70.517485] hist:sched:sched_switch: error: Couldn't find variable
      Command: hist:keys=prev_pid:b=$nosuch
                                     ^
    [   70.517526] hist:sched:sched_switch: error: Couldn't find field
      Command: hist:keys=prev_pid:b=$nosuch
                                     ^

    """

  @Test func readsEntries() {
    let entries = ErrorLog(log).entries
    #expect(entries.count == 4)
    #expect(entries[0].time == 100_000_000)
    #expect(entries[0].source == "event filter parse error")
    #expect(entries[0].message == "Field not found")
    #expect(entries[0].command == "old == 1")
    #expect(entries.map(\.place) == [0, 6, 22, 22])
    #expect(ErrorLog("").entries.isEmpty)
    #expect(ErrorLog("  Command: x\n   ^\n[rubbish\n[ 1.0] y\n").entries.isEmpty)
  }

  @Test func knowsWhatTheyAreAbout() {
    let entries = ErrorLog(log).entries
    #expect(entries[1].isAbout("p:bad/1x  vfs_read"))
    #expect(!entries[1].isAbout("p:bad/2x vfs_read"))
    var histogram = entries[2]
    #expect(histogram.isAbout("hist:keys=prev_pid:b=$nosuch"))
    histogram.command = "keys=foo"
    #expect(histogram.isAbout("hist:keys=foo"))
  }

  /// The caret stands under the text as it was written, whatever the kernel made of it.
  @Test(arguments: [
    ("p:bad/1x vfs_read", "p:bad/1x vfs_read", 6, 6),
    ("hist:keys=foo", "keys=foo", 5, 10),
    ("p:bad/1x   vfs_read  a=%zz", "p:bad/1x vfs_read a=%zz", 20, 23),
    ("keys=foo", "hist:keys=foo", 10, 5),
    ("  nosuch == 1", "nosuch == 1", 0, 2),
  ])
  func putsTheCaretUnderTheWrittenText(
    _ written: String, _ command: String, _ place: Int, _ expected: Int
  ) {
    let entry = ErrorLog.Entry(
      time: 0, source: "trace_kprobe", message: "Wrong", command: command, place: place)
    let blanks = String(repeating: " ", count: expected)
    #expect(entry.shown(under: written) == "trace_kprobe: Wrong\n  \(written)\n  \(blanks)^")
  }

  @Test func explainsARefusalByItsCause() throws {
    let fake = try FakeTracefs()
    let top = try TracingDirectory(path: fake.path).top
    try fake.write("error_log", log)
    let text = "hist:keys=prev_pid:b=$nosuch"
    let refused = TracefsError.refused(file: "trigger", text: text, code: 22, log: nil)
    let explained = ErrorLog.explaining(refused, in: top)
    #expect(explained.message.contains("Couldn't find variable"))
    #expect(explained.message.hasSuffix("\n  \(text)\n                        ^"))
    let other = TracefsError.refused(file: "trigger", text: "traceoff", code: 22, log: nil)
    #expect(ErrorLog.explaining(other, in: top) == other)
  }
}
