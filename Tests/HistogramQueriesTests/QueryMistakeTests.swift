import HistogramQueries
import Testing
import Tracefs

@Suite struct QueryMistakeTests {
  private static let joined =
    "FROM sched_waking AS a JOIN sched_switch AS b ON a.pid = b.next_pid"

  /// The query, a line with the caret, what is wrong, and names that may have been meant.
  @Test(arguments: [
    ("", "^", "expected SELECT", []),
    ("SELCT pid FROM sched_waking", "^", "expected SELECT", ["SELECT"]),
    ("SELECT pid FORM sched_waking", "           ^", "expected FROM", ["FROM"]),
    ("SELECT FROM sched_waking", "       ^", "expected a field or a number", []),
    ("SELECT * FROM sched_waking", "       ^", "the fields must be named, there is no *", []),
    ("SELECT pid FROM", "               ^", "expected the name of an event", []),
    (
      "SELECT pid FROM sched_wakin", "                ^", "no such event: sched_wakin",
      ["sched_waking"]
    ),
    (
      "SELECT pid FROM irq.sched_waking", "                ^", "no such event: irq.sched_waking",
      ["sched.sched_waking"]
    ),
    (
      "SELECT twice.from FROM twice", "                       ^", "2 systems have an event twice",
      ["one.twice", "two.twice"]
    ),
    (
      "SELECT pdi FROM sched_waking", "       ^", "sched:sched_waking has no field pdi",
      ["pid", "prio"]
    ),
    (
      "SELECT w.pid FROM sched_waking", "       ^", "the query has no event w",
      ["sched_waking.pid"]
    ),
    (
      "SELECT pid FROM sched_waking WHER pid = 1", "                             ^",
      "nothing was expected here", ["WHERE"]
    ),
    (
      "SELECT pid FROM sched_waking WHERE pid", "                                      ^",
      "expected a comparison: == != <= >= = < > ~ &", []
    ),
    (
      "SELECT pid FROM sched_waking WHERE pid = bash",
      "                                         ^", "expected a number or a 'text'", []
    ),
    (
      "SELECT pid FROM sched_waking WHERE pid = 'bash'",
      "                                         ^", "pid is a number", []
    ),
    (
      "SELECT pid FROM sched_waking WHERE comm < 'a'", "                                        ^",
      "comm is a text, for which there are == != ~", []
    ),
    (
      "SELECT pid FROM sched_waking WHERE comm = 5", "                                          ^",
      "comm is a text: compare it with a 'text'", []
    ),
    (
      "SELECT pid FROM sched_waking WHERE comm = 'a",
      "                                          ^", "the text that begins here has no end", []
    ),
    (
      "SELECT pid FROM sched_waking WHERE TIMESTAMP > 5", "                                   ^",
      "the kernel's filters know no times", []
    ),
    (
      "SELECT pid FROM sched_waking WHERE (pid = 1",
      "                                           ^", "expected )", []
    ),
    (
      "SELECT CAST(pid AS HEXX) FROM sched_waking", "                   ^",
      "a field cannot be cast to HEXX",
      ["HEX", "SYM", "SYM-OFFSET", "SYSCALL", "EXECNAME", "LOG", "_COUNTER_"]
    ),
    (
      "SELECT CAST(pid AS EXECNAME) FROM sched_waking", "            ^",
      "EXECNAME is the name of the task that runs: CAST(common_pid AS EXECNAME)", []
    ),
    (
      "SELECT CAST(comm AS HEX) FROM sched_waking", "            ^",
      "only a field that is a number can be cast so", []
    ),
    (
      "SELECT pid, CAST(comm AS _COUNTER_) FROM sched_waking", "            ^",
      "only numbers can be summed up", []
    ),
    (
      "SELECT CAST(prio AS _COUNTER_) FROM sched_waking", "       ^",
      "a histogram needs a field to count by, beside its counters", []
    ),
    (
      "SELECT pid, prio, comm, cpu FROM sched_waking", "                        ^",
      "a histogram has 3 keys at most; CAST(… AS _COUNTER_) makes a value", []
    ),
    ("SELECT args FROM sys_enter", "       ^", "args is neither a number nor a text", []),
    (
      "SELECT comm + 1 FROM sched_waking", "       ^",
      "comm is no number: it can only stand alone", []
    ),
    ("SELECT 5 FROM sched_waking", "       ^", "a number alone is no field", []),
    (
      "SELECT pid FROM sched_waking WHERE pid = 99999999999999999999",
      "                                         ^",
      "'99999999999999999999' is no number of 64 bits", []
    ),
    (
      "SELECT TIMESTAMP_DELTA FROM sched_waking", "       ^",
      "a difference of times needs two events: JOIN", []
    ),
    (
      "SELECT COMM FROM kmalloc", "       ^",
      "the task's name is for conditions only; CAST(common_pid AS EXECNAME) shows it in a histogram",
      []
    ),
    ("SELECT pid $ FROM sched_waking", "           ^", "nothing of a query begins so", []),
    (
      "SELECT a.pid FROM sched_waking AS a JOIN sched_switch AS a ON a.pid = next_pid",
      "                                                         ^", "both events are called a", []
    ),
    (
      "SELECT a.pid FROM sched_waking AS a JOIN sched_switch AS b ON a.pid = a.prio",
      "                                                                      ^",
      "a.pid and a.prio are of the same event", []
    ),
    (
      "SELECT a.pid FROM sched_waking AS a JOIN sched_switch AS b ON a.pid = b.next_comm",
      "                                                                      ^",
      "a.pid and b.next_comm are of different kinds and never equal", []
    ),
    (
      "SELECT a.pid FROM sched_waking AS a JOIN sched_switch AS b ON a.pid < b.next_pid",
      "                                                                    ^",
      "expected =: the events belong together where two fields are equal", []
    ),
    (
      "SELECT common_pid \(joined)", "       ^", "both events have common_pid: say whose it is",
      ["a.common_pid", "b.common_pid"]
    ),
    (
      "SELECT TIMESTAMP \(joined)", "       ^", "both events have TIMESTAMP: say whose it is",
      ["a.TIMESTAMP", "b.TIMESTAMP"]
    ),
    (
      "SELECT a.prio - b.prev_prio \(joined)", "       ^",
      "a calculation needs a name: (… - …) AS name", []
    ),
    (
      "SELECT a.common_pid, b.common_pid \(joined)", "                     ^",
      "two fields are called common_pid: name one of them with AS", []
    ),
    (
      "SELECT (b.TIMESTAMP - a.TIMESTAMP_USECS) AS lat \(joined)", "                      ^",
      "TIMESTAMP is in nanoseconds and TIMESTAMP_USECS in microseconds: they cannot be mixed", []
    ),
    (
      "SELECT CAST(a.pid AS HEX) \(joined)", "                     ^",
      "CAST is for the histogram of one event: a synthetic event has plain fields", []
    ),
  ])
  func mistakes(query: String, caret: String, problem: String, nearest: [String]) {
    #expect(
      throws: TracefsError.malformed(
        MalformedText(
          what: "SQL", text: query, place: caret.utf8.count - 1, problem: problem,
          nearest: nearest))
    ) { try planned(query) }
  }

  @Test(arguments: [
    "a.prio = 1 OR b.next_prio = 1", "!(a.prio = 1 AND b.next_prio = 1)",
    "a.prio = 2 AND (a.prio = 1 OR b.next_prio = 1)",
  ])
  func twoEventsInOneCondition(condition: String) {
    let query = "SELECT a.pid\n\(Self.joined)\nWHERE \(condition)"
    let line = "WHERE \(condition)"
    let place = line.utf8.count - line.drop { $0 != "b" }.utf8.count
    #expect(
      throws: TracefsError.malformed(
        MalformedText(
          what: "SQL, line 3", text: line, place: place,
          problem: "b and a stand in one condition: those of two events can be joined by AND only"))
    ) { try planned(query) }
  }

  @Test func optionsThatDoNotFit() {
    let join = "SELECT a.pid, b.next_comm \(Self.joined)"
    func refusal(_ text: String, _ change: (inout HistogramQuery) -> Void) -> String? {
      do { _ = try planned(text, change) } catch { return error.message }
      return nil
    }
    #expect(
      refusal("SELECT pid FROM sched_waking") { $0.handler = .max("pid") }
        == "-m: 'pid' is not for one event alone: it needs a JOIN")
    #expect(
      refusal(join) { $0.takesSnapshot = true }
        == "-s: 'snapshot()' is not for every match: it goes with -m or -c")
    #expect(
      refusal(join) { $0.saved = ["prev_pid"] }
        == "-S: 'prev_pid' is not for every match: it goes with -m or -c")
    #expect(
      refusal(join) { $0.handler = .max("pdi") }
        == "-m: pdi is not among what is selected\n  pdi\n  ^")
    #expect(
      refusal(join) { $0.handler = .change("next_comm") }
        == "-c: next_comm is no number\n  next_comm\n  ^")
    #expect(
      refusal(join) {
        $0.handler = .max("pid")
        $0.saved = ["prev_cmm"]
      } == "-S: sched:sched_switch has no field prev_cmm that can be saved\n  prev_cmm\n  ^")
    #expect(
      refusal(join) { $0.name = "no name" }
        == "name of a synthetic event: 'no name' is not letters, digits and _, a digit not first")
  }

  @Test func anyTextEndsInAnAnswer() {
    let words = [
      "SELECT", "FROM", "JOIN", "ON", "WHERE", "AS", "AND", "OR", "NOT", "CAST", "(", ")", "(", ")",
      ",", ".", "+", "-", ";", "=", "!=", "~", "&", "!", "*", "pid", "a", "b", "sched_waking",
      "sched_switch", "next_pid", "TIMESTAMP", "TIMESTAMP_DELTA", "HEX", "1", "'x'", "'", "é",
      "\u{0}", "\n",
    ]
    var state: UInt64 = 11
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var planned = 0
    for round in 0..<3000 {
      var text = round % 2 == 0 ? "SELECT " : "SELECT pid FROM sched_waking WHERE "
      for _ in 0...random(10) { text += words[random(words.count)] + " " }
      do {
        _ = try HistogramQuery(text).plan(in: SampleEvents.source)
        planned += 1
      } catch {
        if case .malformed(let malformed) = error {
          #expect(malformed.place >= 0 && malformed.place <= malformed.text.utf8.count)
        }
      }
    }
    #expect(planned < 3000)
    for open in [
      "SELECT " + String(repeating: "(", count: 10_000),
      "SELECT pid FROM sched_waking WHERE " + String(repeating: "(", count: 10_000),
      "SELECT pid FROM sched_waking WHERE " + String(repeating: "!", count: 10_000),
    ] {
      #expect(throws: TracefsError.self) {
        try HistogramQuery(open).plan(in: SampleEvents.source)
      }
    }
  }
}
