import EventFormats
import Testing

/// What trace-cmd 3.3 with libtraceevent 1.8.4 prints otherwise than 3.1.6 does, of single events.
///
/// Expectations are what 3.3.1 printed of recordings with these events.
@Suite struct TextGenerationTests {
  // MARK: Task states

  private func schedSwitch(_ state: Int64, _ generation: TextGeneration) -> EventBuilder {
    var event = EventBuilder(system: "sched", name: "sched_switch")
    event.generation = generation
    event.text("char prev_comm[16]", "a", size: 16)
    event.number("pid_t prev_pid", Int32(1))
    event.number("int prev_prio", Int32(120))
    event.number("long prev_state", state)
    event.text("char next_comm[16]", "b", size: 16)
    event.number("pid_t next_pid", Int32(2))
    event.number("int next_prio", Int32(100))
    return event
  }

  /// How the format of kernels 4.14 to 6.12 ends.
  private static let kernels = #"""
    "%s%s", (REC->prev_state & ((((0x00 | 0x01 | 0x40) + 1) << 1) - 1)) ? \
    __print_flags(REC->prev_state & 0xff, "|", { 0x01, "S" }, { 0x02, "D" }, { 0x04, "T" }, \
    { 0x08, "t" }, { 0x10, "X" }, { 0x20, "Z" }, { 0x40, "P" }, { 0x80, "I" }) : "R", \
    REC->prev_state & 0x100 ? "+" : ""
    """#.replacing("\\\n", with: "")

  @Test(arguments: [
    (Int64(0), "R", "R"), (1, "S", "S"), (3, "S|D", "S|D"), (0x10, "Z", "X"), (0x20, "X", "Z"),
    (0x40, "x", "P"), (0x80, "W", "I"), (0x100, "R", "R"), (0x101, "S", "S"), (0x402, "D", "D"),
    (-1, "S|D|T|t|Z|X|x|W", "S|D|T|t|X|Z|P|I"),
  ])
  func statesHaveTheLettersOfTheFormat(state: Int64, before: String, now: String) {
    #expect(
      schedSwitch(state, .version3_1).print(Self.kernels) == "a:1 [120] \(before) ==> b:2 [100]")
    #expect(
      schedSwitch(state, .version3_3).print(Self.kernels) == "a:1 [120] \(now) ==> b:2 [100]")
  }

  /// The formats of both kernels at hand, not one that was made up.
  @Test(arguments: ["6.1", "6.12"]) func realFormatsHaveTheirLetters(kernel: String) throws {
    var builder = EventCatalogBuilder()
    builder.generation = .version3_3
    for format in try Fixture.formats(kernel) where format.system == "sched" {
      builder.add(format: format.text, system: format.system)
    }
    let catalog = builder.build()
    let index = try #require(catalog.index(system: "sched", name: "sched_switch"))
    func text(_ state: Int64) -> String {
      catalog.text(of: schedSwitch(state, .version3_3).whole, at: index)
    }
    #expect(text(0x10) == "a:1 [120] X ==> b:2 [100]")
    #expect(text(0x80) == "a:1 [120] I ==> b:2 [100]")
    #expect(text(0x100) == "a:1 [120] R ==> b:2 [100]")
    #expect(text(0) == "a:1 [120] R ==> b:2 [100]")
  }

  /// Kernels before 4.14 had other bits.
  @Test(arguments: [(Int64(0x10), "Z"), (0x80, "K"), (0x200, "P"), (0x500, "W|N"), (0x800, "R")])
  func olderKernelsHaveOtherLetters(state: Int64, letters: String) {
    let format = #"""
      "%s", REC->prev_state & (2048-1) ? __print_flags(REC->prev_state & (2048-1), "|", \
      { 1, "S"} , { 2, "D" }, { 4, "T" }, { 8, "t" }, { 16, "Z" }, { 32, "X" }, { 64, "x" }, \
      { 128, "K" }, { 256, "W" }, { 512, "P" }, { 1024, "N" }) : "R"
      """#.replacing("\\\n", with: "")
    #expect(
      schedSwitch(state, .version3_3).print(format) == "a:1 [120] \(letters) ==> b:2 [100]")
  }

  @Test(arguments: [
    // No list at all, a list of something else, a format that is none.
    (#""x""#, Int64(0x90), "X|I"),
    (#""%s", __print_flags((int)REC->prev_state, "|", { 1, "A" })"#, 0x90, "X|I"),
    (#""%s", ("#, 0x40, "P"),
    // A name of several letters gives its first; letters end at the first bit without one.
    (#""%s", __print_flags(REC->prev_state, "|", { 1, "Sleep" }, { 4, "T" })"#, 5, "S"),
    (#""%s", __print_flags(REC->prev_state, "|", { 1, "Sleep" }, { 4, "T" })"#, 4, "R"),
    (#""%s", __print_flags(REC->prev_state, "|", { 2, "D" })"#, 2, "R"),
    // The last of two names of a bit counts; of several bits, the lowest has the name.
    (#""%s", __print_flags(REC->prev_state, "|", { 1, "A" }, { 1, "B" }, { 6, "C" })"#, 7, "B|C"),
    (#""%s", REC->prev_prio ? "R" : __print_flags(REC->prev_state, "|", { 1, "A" })"#, 1, "A"),
  ])
  func unusualFormatsOfStates(format: String, state: Int64, letters: String) {
    #expect(
      schedSwitch(state, .version3_3).print(format) == "a:1 [120] \(letters) ==> b:2 [100]")
  }

  // MARK: Arrays

  @Test func arraysAreTheKernels() {
    func text(_ arguments: String, _ generation: TextGeneration) -> String {
      var event = EventBuilder()
      event.generation = generation
      event.bytes("u8 arr[4]", [1, 2, 0xfe, 0xff])
      return event.print("\"%s\", __print_array(REC->arr, \(arguments))")
    }
    #expect(text("4, 1", .version3_1) == "1 2 254 255")
    #expect(text("4, 1", .version3_3) == "{0x1,0x2,0xfe,0xff}")
    #expect(text("1, sizeof(u32)", .version3_3) == "{0xfffe0201}")
    #expect(text("0, 1", .version3_1) == "")
    #expect(text("0, 1", .version3_3) == "{}")
  }

  // MARK: Raw fields

  private func called(_ address: UInt64, _ generation: TextGeneration) -> EventBuilder {
    var event = EventBuilder()
    event.symbols = PrintFormatTests.symbols
    event.generation = generation
    event.rawFields = .all
    event.number("void * function", address)
    event.number("void * site", address)
    event.number("int n", Int32(3))
    return event
  }

  private static let callFormat =
    #""%ps at %pS, %d.", REC->function, (void *)REC->site, REC->n"#

  @Test(arguments: [
    (
      UInt64(0xffff_ffff_8100_2010), " function=bar_inner site=bar_inner+0x10 n=3",
      " function=bar_inner (0xffffffff81002010) site=bar_inner+0x10 (0xffffffff81002010) n=3"
    ),
    // Without a symbol there is a blank and the address in brackets.
    (0xdead, " function=0xdead site=0xdead n=3", " function= (0xdead) site= (0xdead) n=3"),
  ])
  func rawFunctionsHaveTheirAddress(address: UInt64, before: String, now: String) {
    #expect(called(address, .version3_1).print(Self.callFormat) == before)
    #expect(called(address, .version3_3).print(Self.callFormat) == now)
  }

  /// Only where raw fields are asked for, not where they stand in for a print format.
  @Test func otherFunctionsHaveNoAddress() {
    var event = called(0xffff_ffff_8100_2010, .version3_3)
    event.rawFields = .none
    #expect(event.print(Self.callFormat) == "bar_inner at bar_inner+0x10, 3.")
    #expect(
      event.print(Self.callFormat, raw: true)
        == " function=bar_inner site=bar_inner+0x10 n=3")
  }

  // MARK: -O

  @Test(arguments: ["retval-skip", "fgraph:retval-dec", "retval-hex=1"])
  func newerOptionsNeedTheirText(text: String) throws {
    var options = HandlerOptions()
    let error = #expect(throws: HandlerOptionError.self) { try options.set(text) }
    #expect(error?.message.contains("fgraph:retval-") == true)
    #expect(error?.hint == "add --compat 3.3")
    #expect(options == HandlerOptions())
    try options.set(text, for: .version3_3)
    #expect(options != HandlerOptions())
    try options.set("parent", for: .version3_3)
    #expect(options.functionParent)
  }
}
