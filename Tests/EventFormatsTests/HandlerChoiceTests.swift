import ByteIO
import EventFormats
import Testing

/// `report -N`, `-n`, `-R`, `-r` and `-O`; expectations are what trace-cmd 3.1.6 prints.
@Suite struct HandlerChoiceTests {
  /// A catalog of kernel 6.12 with choices.
  private func catalog(
    withoutHandler: EventChoice = .none, rawFields: EventChoice = .none
  ) throws -> EventCatalog {
    var builder = EventCatalogBuilder()
    for format in try Fixture.formats("6.12") {
      builder.add(format: format.text, system: format.system)
    }
    builder.symbols = SymbolTable(text: PrintFormatTests.symbols)
    builder.withoutHandler = withoutHandler
    builder.rawFields = rawFields
    return builder.build()
  }

  private func text(
    _ system: String, _ name: String, _ record: [UInt8], in catalog: EventCatalog
  ) throws -> String {
    catalog.text(of: record, at: try #require(catalog.index(system: system, name: name)))
  }

  private func word<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  private var head: [UInt8] { [0, 0, 0, 0, 7, 0, 0, 0] }

  private func comm(_ name: String) -> [UInt8] {
    Array(name.utf8) + [UInt8](repeating: 0, count: 16 - name.utf8.count)
  }

  private var schedSwitch: [UInt8] {
    head + comm("a") + word(Int32(1)) + word(Int32(120)) + word(Int64(1)) + comm("b")
      + word(Int32(2)) + word(Int32(100))
  }

  private var schedWakeup: [UInt8] {
    head + comm("a") + word(Int32(1)) + word(Int32(120)) + word(Int32(3))
  }

  private var function: [UInt8] {
    head + word(UInt64(0xffff_ffff_8100_2010)) + word(UInt64(0xffff_ffff_8100_1000))
  }

  @Test func withoutHandlersEventsPrintAsTheirFormatsSay() throws {
    let catalog = try catalog(withoutHandler: .all)
    #expect(
      try text("sched", "sched_switch", schedSwitch, in: catalog)
        == "prev_comm=a prev_pid=1 prev_prio=120 prev_state=S ==> next_comm=b next_pid=2 next_prio=100"
    )
    #expect(
      try text("sched", "sched_wakeup", schedWakeup, in: catalog)
        == "comm=a pid=1 prio=120 target_cpu=003")
    #expect(try text("ftrace", "function", function, in: catalog) == " bar_inner <-- foo_outer")
    #expect(
      try text(
        "ftrace", "funcgraph_entry",
        head + word(UInt64(0xffff_ffff_8100_2000)) + word(Int32(3)), in: catalog)
        == "--> bar_inner (3)")
    let stack = word(UInt64(0xffff_ffff_8100_1000)) + word(UInt64(0xffff_ffff_8100_2000))
    let rest = [UInt8](repeating: 0, count: 48)
    #expect(
      try text(
        "ftrace", "kernel_stack", head + word(Int32(2)) + word(Int32(0)) + stack + rest, in: catalog
      ) == "\t=> foo_outer\n\t=> bar_inner\n"
        + Array(repeating: "\t=> 0x0", count: 6)
        .joined(separator: "\n"))
    #expect(catalog.problems(all: true) == [])
  }

  /// A `bprint` record can be printed by code alone.
  @Test func bprintNeedsNoHandler() throws {
    var event = EventBuilder(system: "ftrace", name: "bprint")
    event.symbols = PrintFormatTests.symbols
    event.printk = "0xffffffff81aa0000 : \"val %d\\n\"\n"
    event.number("unsigned long ip", UInt64(0xffff_ffff_8100_2010))
    event.number("const char * fmt", UInt64(0xffff_ffff_81aa_0000))
    event.bytes("u32 buf[]", word(Int32(-5)), size: 0)
    var builder = EventCatalogBuilder()
    builder.add(format: event.format(#""%ps: %s", (void *)REC->ip, REC->fmt"#), system: "ftrace")
    builder.symbols = SymbolTable(text: event.symbols)
    event.printk.withUTF8 { builder.setPrintkFormats(UnsafeRawBufferPointer($0)) }
    builder.withoutHandler = .all
    #expect(builder.build().text(of: event.whole) == "bar_inner: val -5")
  }

  @Test func someEventsGoWithoutTheirHandler() throws {
    let catalog = try catalog(
      withoutHandler: .matching { system, name in system == "sched" && name == "sched_wakeup" })
    #expect(
      try text("sched", "sched_switch", schedSwitch, in: catalog) == "a:1 [120] S ==> b:2 [100]")
    #expect(
      try text("sched", "sched_wakeup", schedWakeup, in: catalog)
        == "comm=a pid=1 prio=120 target_cpu=003")
  }

  @Test func someEventsPrintTheirFields() throws {
    let catalog = try catalog(
      withoutHandler: .all, rawFields: .matching { $0 == "ftrace" || $1 == "sched_switch" })
    #expect(
      try text("sched", "sched_switch", schedSwitch, in: catalog)
        == " prev_comm=a prev_pid=1 prev_prio=120 prev_state=1 next_comm=b next_pid=2 next_prio=100"
    )
    #expect(
      try text("ftrace", "function", function, in: catalog) == " ip=bar_inner parent_ip=foo_outer")
    #expect(
      try text("sched", "sched_wakeup", schedWakeup, in: catalog)
        == "comm=a pid=1 prio=120 target_cpu=003")
  }

  @Test func theWayOfAnEvent() throws {
    let catalog = try catalog(
      withoutHandler: .matching { system, _ in system == "sched" },
      rawFields: .matching { $1 == "sched_switch" })
    func way(_ system: String, _ name: String) throws -> EventCatalog.Way {
      catalog.way(at: try #require(catalog.index(system: system, name: name)))
    }
    #expect(try way("sched", "sched_switch") == .rawFields)
    #expect(try way("sched", "sched_wakeup") == .printFormat)
    #expect(try way("ftrace", "function") == .handler)
  }

  // MARK: -O

  @Test func optionsHaveTraceCmdsDefaults() {
    #expect(
      HandlerOptions.all.map { "\($0.title)=\($0.isSetByDefault ? 1 : 0)" } == [
        "ftrace:parent=0", "ftrace:indent=1", "ftrace:offset=0", "fgraph:tailprint=0",
        "fgraph:depth=0", "fgraph:retval-skip=0", "fgraph:retval-dec=0", "fgraph:retval-hex=0",
      ])
    #expect(HandlerOptions.all.allSatisfy { !$0.summary.isEmpty && !$0.summary.hasSuffix(".") })
  }

  @Test func optionsAreSetByName() throws {
    var options = HandlerOptions()
    try options.set("parent")
    try options.set("ftrace:indent=0")
    try options.set("fgraph:tailprint=on")
    try options.set("depth=1")
    #expect(options.functionParent && !options.functionIndent)
    #expect(options.graphTailprint && options.graphDepth)
    #expect(!options.functionOffset)
    try options.set("parent=0")
    #expect(!options.functionParent)
    for option in HandlerOptions.all {
      options[option] = true
      #expect(options[option])
      try options.set(option.title + "=no", for: option.since)
      #expect(!options[option])
    }
  }

  @Test(arguments: [
    ("parnet", ["parent"]), ("ftrace:ofset", ["ftrace:offset"]),
    ("fgraph:parent", ["ftrace:parent"]), ("tail", ["tailprint"]),
  ])
  func unknownOptionsNameTheNearest(text: String, nearest: [String]) {
    var options = HandlerOptions()
    let error = #expect(throws: HandlerOptionError.self) { try options.set(text) }
    guard case .unknown(let name, let found)? = error else {
      Issue.record("expected .unknown, not \(String(describing: error))")
      return
    }
    #expect(name == text && found.first == nearest.first)
    #expect(error?.hint?.contains(nearest[0]) == true)
    #expect(options == HandlerOptions())
  }

  @Test(arguments: ["parent=2", "parent=", "ftrace:indent=x"])
  func badValuesAreRefused(text: String) {
    var options = HandlerOptions()
    #expect(throws: HandlerOptionError.self) { try options.set(text) }
    #expect(options == HandlerOptions())
  }

  @Test func anUnknownOptionThatIsLikeNoneListsAll() {
    var options = HandlerOptions()
    let error = #expect(throws: HandlerOptionError.self) { try options.set("zzzzzz") }
    #expect(error?.hint?.contains("fgraph:depth") == true)
    #expect(error?.message == "there is no report option \"zzzzzz\"")
  }
}
