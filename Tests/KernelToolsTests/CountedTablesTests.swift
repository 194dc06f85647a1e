import Testing
import TraceTestSupport
import Tracefs

@testable import KernelTools

/// What the kernel's tables have counted since they were last looked at.
@Suite struct CountedTablesTests {
  private let fake: FakeTracefs
  private let event = EventName(system: "sched", name: "sched_switch")

  init() throws { fake = try FakeTracefs() }

  private func write(_ tables: [(trigger: String, rows: [String], dropped: Int)]) throws {
    let text = tables.map { table in
      """
      # event histogram
      #
      # trigger info: \(table.trigger) [active]
      #

      \(table.rows.joined(separator: "\n"))

      Totals:
          Hits: 9
          Entries: \(table.rows.count)
          Dropped: \(table.dropped)


      """
    }.joined()
    try fake.write("events/sched/sched_switch/hist", text)
  }

  private func row(_ pid: Int, _ count: Int, _ sum: Int? = nil) -> String {
    "{ prev_pid: \(String(pid).leftPadded(to: 10)) } hitcount: \(String(count).leftPadded(to: 10))"
      + (sum.map { "  prev_prio: \(String($0).leftPadded(to: 10))" } ?? "")
  }

  @Test func differencesBetweenTwoLooks() throws {
    var counting = KernelCounting(run: 1)
    let key = [HistogramExpression(field: "prev_pid")]
    counting.add(
      event, HistogramTrigger(keys: key, variables: [.init("x", .init(field: "prev_prio"))]))
    counting.add(event, HistogramTrigger(keys: key, values: [.init(field: "prev_prio")]), table: 3)
    counting.add(event, HistogramTrigger(keys: key, filter: "prev_pid > 7"), table: 4)
    // Of somebody else's, or gone.
    counting.add(event, HistogramTrigger(keys: [.init(field: "next_pid")]), table: 5)
    var tables = CountedTables(
      counting, names: counting.placed.map { "\($0.event)" },
      in: try TracingDirectory(path: fake.path).top)
    func look() throws -> [String] {
      var seen: [String] = []
      try tables.read { row, table in
        seen.append("\(table): \(row.number(0)) \(row.count) \(row.sums)")
      }
      return seen.sorted()
    }
    func write(_ summed: [String], _ filtered: [String], dropped: (Int, Int, Int)) throws {
      try self.write([
        (
          "hist:keys=prev_pid:vals=hitcount:x=prev_prio:sort=hitcount:size=2048", [row(7, 99)],
          dropped.0
        ),
        (
          "hist:keys=prev_pid:vals=hitcount,prev_prio:sort=hitcount:size=2048", summed, dropped.1
        ),
        (
          "hist:keys=prev_pid:vals=hitcount:sort=hitcount:size=2048 if prev_pid > 7", filtered,
          dropped.2
        ),
      ])
    }
    try write([row(7, 2, 240), row(9, 1, 0)], [], dropped: (0, 0, 0))
    #expect(try look() == ["3: 7 2 [240]", "3: 9 1 [0]"])
    #expect(tables.totalDropped == 0)
    #expect(try look() == [])
    try write([row(9, 4, 360), row(7, 2, 240), row(11, 1, 120)], [row(9, 5)], dropped: (0, 3, 1))
    #expect(try look() == ["3: 11 1 [120]", "3: 9 3 [360]", "4: 9 5 []"])
    #expect(tables.totalDropped == 4)
    // A look tells of all that was dropped until then, not of it again.
    try write([row(9, 4, 360), row(7, 3, 361)], [row(9, 5)], dropped: (2, 3, 1))
    #expect(try look() == ["3: 7 1 [121]"])
    #expect(tables.totalDropped == 6)
    #expect(
      tables.notes
        == [2, 3, 1].map {
          "\($0) of sched:sched_switch were not counted: the kernel's table was full "
            + "(2048 rows, which it never frees); a shorter run needs fewer"
        })
  }

  /// A name with the end of a line, and one that looks like the end of a row.
  @Test func rowsThatCannotBeTold() throws {
    var counting = KernelCounting(run: 1)
    counting.add(event, HistogramTrigger(keys: [HistogramExpression(field: "prev_comm")]), table: 0)
    var tables = CountedTables(
      counting, names: ["\(event)"], in: try TracingDirectory(path: fake.path).top)
    func row(_ name: String) -> String {
      "{ prev_comm: \(name.padded(to: 50)) } hitcount:          3"
    }
    func look() throws -> [String] {
      var seen: [String] = []
      try tables.read { row, _ in seen.append(row.text(0)) }
      return seen
    }
    let trigger = "hist:keys=prev_comm:vals=hitcount:sort=hitcount:size=2048"
    try write([(trigger, [row("a\nb"), row("c")], 0)])
    #expect(try look() == ["a\nb", "c"])
    #expect(tables.notes == [])
    let lines = (1...9).map { "\($0)" }.joined(separator: "\n")
    try write([(trigger, [row(lines), row("d")], 0)])
    #expect(try look() == ["d"])
    #expect(
      tables.notes == [
        "1 of the rows in the kernel's tables could not be told: names there have ends of lines"
      ])
  }

  @Test func keysOfRows() {
    let row = CountedRow(
      keys: [
        .task(name: "my shell", pid: 9), .syscall(name: "sys_read", number: 3),
        .stack([
          KernelSymbol(name: "kprobe_ftrace_handler", offset: 1),
          KernelSymbol(name: "vfs_read", offset: 1), KernelSymbol(address: 0x1234, name: ""),
        ]), .text("a name"), .number(.max),
      ], count: 1, sums: [])
    #expect(row.number(0) == 9 && row.text(0) == "my shell")
    #expect(row.number(1) == 3 && row.text(1) == "sys_read")
    #expect(row.stack(2) == ["vfs_read", "0x1234"] && row.number(2) == 0 && row.text(2) == "")
    #expect(row.text(3) == "a name" && row.stack(3) == [])
    #expect(row.number(4) == -1)
  }
}
