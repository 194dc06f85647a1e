import Testing

@testable import Tracefs

/// Tables as Linux 6.12 prints them.
@Suite struct HistogramTableTests {
  private func table(_ trigger: String, _ rows: String, dropped: Int = 0) throws -> HistogramTable {
    let text = """
      # event histogram
      #
      # trigger info: \(trigger)
      #

      \(rows)

      Totals:
          Hits: 2915
          Entries: 16
          Dropped: \(dropped)

      """
    let tables = try HistogramTable.list(in: text)
    #expect(tables.count == 1)
    return try #require(tables.first)
  }

  private let text = { (text: String) in text + String(repeating: " ", count: 50 - text.count) }

  @Test func readsNumbers() throws {
    let table = try table(
      "hist:keys=prev_pid:vals=hitcount,prev_prio:sort=hitcount:size=2048 [paused]",
      """
      { prev_pid:         31 } hitcount:          4  prev_prio:        480
      { prev_pid: 18446744073709551615 } hitcount:       1339  prev_prio:     160680
      """, dropped: 7)
    #expect(table.rows.map(\.keys) == [[.number(31)], [.number(.max)]])
    #expect(table.rows.map(\.hitcount) == [4, 1339])
    #expect(table.rows.map(\.values) == [[.number(480)], [.number(160_680)]])
    #expect(table.hits == 2915)
    #expect(table.entries == 16)
    #expect(table.dropped == 7)
    #expect(table.isPaused)
    #expect(
      table.trigger
        == (try HistogramTrigger("hist:keys=prev_pid:vals=prev_prio:pause")))
  }

  @Test func readsTextsWhateverIsInThem() throws {
    let table = try table(
      "hist:keys=comm,prev_pid,name:vals=hitcount:sort=hitcount:size=2048 [active]",
      """
      { comm: \(text("a, prev_pid: 3 } hitcount: 9")), prev_pid:          0, name: \(text("12")) } hitcount:          2
      { comm: \(text("")), prev_pid:          1, name: \(text("} {")) } hitcount:          3
      { comm: \(text("x") + " y"), prev_pid:          2, name: \(text("z")) } hitcount:          4
      """)
    #expect(
      table.rows.map(\.keys) == [
        [.text("a, prev_pid: 3 } hitcount: 9"), .number(0), .text("12")],
        [.text(""), .number(1), .text("} {")],
        [.text(text("x") + " y"), .number(2), .text("z")],
      ])
    #expect(table.rows.map(\.hitcount) == [2, 3, 4])
  }

  @Test func readsTextsOfSeveralLines() throws {
    let table = try table(
      "hist:keys=comm,common_pid.execname:vals=hitcount:sort=hitcount:size=2048 [active]",
      """
      { comm: \(text("a\nb")), common_pid: sh              [         7] } hitcount:          2
      { comm: \(text("{ comm: c\n")), common_pid: x
      \n\n }            [         8] } hitcount:          3
      { comm: \(text("d")), common_pid: sh              [         9] } hitcount:          4
      """)
    #expect(
      table.rows.map(\.keys) == [
        [.text("a\nb"), .task(name: "sh", pid: 7)],
        [.text("{ comm: c"), .task(name: "x\n\n\n }", pid: 8)],
        [.text("d"), .task(name: "sh", pid: 9)],
      ])
    #expect(table.rows.map(\.hitcount) == [2, 3, 4])
    // The kernel's own stack behind a text, and a text behind a stack.
    let stacks = try self.table(
      "hist:keys=comm,common_stacktrace:vals=hitcount:sort=hitcount:size=2048 [active]",
      """
      { comm: \(text("a\nb")), common_stacktrace:
               __schedule+0x5bc/0xbf0
      } hitcount:          1
      """)
    #expect(stacks.rows.map(\.keys.count) == [2])
    #expect(stacks.rows.first?.keys.first == .text("a\nb"))
  }

  /// What looks like the end of a row, or has too many lines: the rest is read nevertheless.
  @Test func leavesOutWhatCannotBeTold() throws {
    let forged = text("a") + "} hitcount: 1\nrest"
    let long = (1...9).map { "\($0)" }.joined(separator: "\n")
    let table = try table(
      "hist:keys=name:vals=hitcount:sort=hitcount:size=2048 [active]",
      """
      { name: \(text(long)) } hitcount:          2
      { name: \(text("b")) } hitcount:          3
      { name: \(forged) } hitcount:          4
      { name: \(text("c")) } hitcount:          5
      """)
    #expect(table.rows.map(\.keys) == [[.text("b")], [.text("a")], [.text("c")]])
    #expect(table.hits == 2915)
  }

  @Test func readsEveryModifier() throws {
    let table = try table(
      "hist:keys=prev_pid.hex,prev_prio.log2,x.buckets=10:vals=hitcount,hitcount.percent,y.graph,"
        + "z.hex:sort=hitcount:size=2048 [active]",
      "{ prev_pid: 1f, prev_prio: ~ 2^7 , x: ~ 120-129 } hitcount:          1  hitcount (%):   9.37  "
        + "y: ###                   z:       62e8")
    #expect(table.rows[0].keys == [.number(31), .power(exponent: 7), .range(120, 129)])
    #expect(
      table.rows[0].values == [.percent(hundredths: 937), .graph(marks: 3), .number(0x62e8)])
  }

  @Test func readsTasksAndSystemCalls() throws {
    let table = try table(
      "hist:keys=id.syscall,common_pid.execname:vals=hitcount:sort=hitcount:size=2048 [active]",
      """
      { id: sys_pipe2                     [293], common_pid: bash            [       395] } hitcount:          1
      { id: sys_dup2                      [ 33], common_pid: a [b] c         [         0] } hitcount:          2
      """)
    #expect(
      table.rows.map(\.keys) == [
        [.syscall(name: "sys_pipe2", number: 293), .task(name: "bash", pid: 395)],
        [.syscall(name: "sys_dup2", number: 33), .task(name: "a [b] c", pid: 0)],
      ])
  }

  @Test func readsSymbols() throws {
    let table = try table(
      "hist:keys=call_site.sym-offset,bytes_req.log2:vals=hitcount:sort=bytes_req.log2.descending"
        + ":size=2048 [active]",
      """
      { call_site: [ffffffff81466a0f] alloc_pipe_info+0x5f/0x220                             , bytes_req: ~ 2^8  } hitcount:          1
      { call_site: [ffffffffc0299c6d] p9pdu_readf+0x7dd/0x9f0 [9pnet]                        , bytes_req: ~ 2^1  } hitcount:          1
      { call_site: [ffffffff81466a0f] alloc_pipe_info                               , bytes_req: ~ 2^19 } hitcount:          1
      """)
    #expect(
      table.rows.map { $0.keys[0] } == [
        .symbol(
          KernelSymbol(
            address: 0xffff_ffff_8146_6a0f, name: "alloc_pipe_info", offset: 0x5f, size: 0x220)),
        .symbol(
          KernelSymbol(
            address: 0xffff_ffff_c029_9c6d, name: "p9pdu_readf", offset: 0x7dd, size: 0x9f0,
            module: "9pnet")),
        .symbol(KernelSymbol(address: 0xffff_ffff_8146_6a0f, name: "alloc_pipe_info")),
      ])
    #expect(table.rows.map { $0.keys[1] } == [8, 1, 19].map { .power(exponent: $0) })
  }

  @Test func readsStacks() throws {
    let table = try table(
      "hist:keys=prev_pid,common_stacktrace,x:vals=hitcount,prev_prio:sort=hitcount:size=2048 "
        + "[active]",
      """
      { prev_pid:        458, common_stacktrace:
               __schedule+0x5bc/0xbf0
               p9_client_rpc+0x156/0x410 [9pnet]
               0x74706d
      , x:          7} hitcount:          1  prev_prio:        120
      """)
    let calls = [
      KernelSymbol(name: "__schedule", offset: 0x5bc, size: 0xbf0),
      KernelSymbol(name: "p9_client_rpc", offset: 0x156, size: 0x410, module: "9pnet"),
      KernelSymbol(address: 0x74706d, name: ""),
    ]
    #expect(table.rows.map(\.keys) == [[.number(458), .stack(calls), .number(7)]])
    #expect(table.rows[0].values == [.number(120)])
  }

  @Test func readsStacksOfOlderKernels() throws {
    let table = try table(
      "hist:keys=prev_pid,stacktrace:vals=hitcount:sort=hitcount:size=2048 [active]",
      """
      { prev_pid:        397, stacktrace:
               __schedule+0x5bc/0xbf0
      } hitcount:          1
      """)
    let call = KernelSymbol(name: "__schedule", offset: 0x5bc, size: 0xbf0)
    #expect(table.rows.map(\.keys) == [[.number(397), .stack([call])]])
  }

  @Test func readsStacksOfSyntheticEvents() throws {
    let table = try table(
      "hist:keys=stack.stacktrace,lat.log2:vals=hitcount:sort=hitcount:size=2048 [active]",
      """
      { stack.stacktrace         call_timer_fn+0x27/0x120
               __run_timers+0x1f4/0x280
      , lat: ~ 2^14} hitcount:          1
      { stack.stacktrace         call_timer_fn+0x27/0x120
      , lat: ~ 2^7 } hitcount:         37
      """)
    #expect(table.rows.map(\.hitcount) == [1, 37])
    #expect(table.rows[0].keys[1] == .power(exponent: 14))
    guard case .stack(let calls) = table.rows[0].keys[0] else {
      Issue.record("no stack")
      return
    }
    #expect(calls.map(\.name) == ["call_timer_fn", "__run_timers"])
  }

  @Test func readsWhatHandlersKept() throws {
    let table = try table(
      "hist:keys=next_pid:vals=hitcount:lat=common_timestamp.usecs-$ts0:sort=hitcount:size=2048:"
        + "clock=global:onmax($lat).save(next_comm,prev_pid,prev_comm):onchange($lat).save(a) "
        + "[active]",
      """
      { next_pid:         31 } hitcount:          4
      \tmax:       1126  next_comm: kworker/u8:1                      prev_pid:        507  prev_comm: a  b                            
      \tchanged:        655  a:          3
      { next_pid:         32 } hitcount:          5

      Snapshot taken (see tracing/snapshot).  Details:
      \ttriggering value { onmax($lat) }:      25044\ttriggered by event with key: { next_pid:        395 }
      """)
    #expect(
      table.rows[0].saved == [
        .init(value: 1126, fields: ["kworker/u8:1", "507", "a  b"]),
        .init(value: 655, fields: ["3"]),
      ])
    #expect(table.rows[1].saved == [])
    #expect(table.snapshots == [.init(value: 25044, keys: [.number(395)])])
  }

  @Test func hidesTheHitcount() throws {
    let table = try table(
      "hist:keys=prev_pid:vals=prev_prio:sort=hitcount:size=2048:nohitcount [active]",
      "{ prev_pid:         31 }  prev_prio:        120")
    #expect(table.rows[0].hitcount == nil)
    #expect(table.rows[0].values == [.number(120)])
  }

  @Test func readsSeveralTablesAndNone() throws {
    let one = """
      # event histogram
      #
      # trigger info: hist:keys=a:vals=hitcount:sort=hitcount:size=2048 [active]
      #


      Totals:
          Hits: 0
          Entries: 0
          Dropped: 0


      """
    #expect(try HistogramTable.list(in: one + one + one).count == 3)
    #expect(try HistogramTable.list(in: "").isEmpty)
  }

  @Test(arguments: [
    "rubbish", "# trigger info: hist:keys=", "# trigger info: hist:keys=a [active]",
    "# trigger info: hist:keys=a [active]\n{ a: 1\n",
    "# trigger info: hist:keys=a [active]\n{ a: x",
    "# trigger info: hist:keys=a [active]\n{ a:          1 } hitcount: x\n",
    "# trigger info: hist:keys=a [active]\nTotals:\n Hits: x\n",
    "# trigger info: hist:keys=a [active]\n\tmax: 3\n",
    "# trigger info: hist:keys=stacktrace [active]\n{ common_stacktrace:\n   ?? ??\n",
  ])
  func refusesRubbish(_ text: String) {
    #expect(throws: TracefsError.self) { try HistogramTable.list(in: text) }
  }
}
