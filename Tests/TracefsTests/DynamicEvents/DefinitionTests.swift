import Glibc
import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct DefinitionTests {
  let fake: FakeTracefs
  let directory: TracingDirectory
  let state: SavedState

  init() throws {
    fake = try FakeTracefs()
    directory = try TracingDirectory(path: fake.path)
    state = SavedState(directory, command: ["test"], in: StateDirectory(path: fake.statePath))
  }

  private func failure(_ body: () throws(TracefsError) -> Void) -> TracefsError? {
    do throws(TracefsError) { try body() } catch { return error }
    return nil
  }

  @Test func writesWholeNamesAndTakesThemBack() throws {
    let name = try directory.define("p vfs_read count=$arg3", saving: state)
    #expect(name == EventName(system: "kprobes", name: "p_vfs_read_0"))
    #expect(try fake.read("dynamic_events") == "p:kprobes/p_vfs_read_0 vfs_read count=$arg3")
    #expect(state.restore() == [])
    #expect(try fake.read("dynamic_events").hasSuffix("-:kprobes/p_vfs_read_0"))
  }

  @Test func usesTheOlderFilesWhereNewOnesAreMissing() throws {
    fake.remove("dynamic_events")
    try directory.define("p:a/b vfs_read", saving: state)
    try directory.define("r:a/c /bin/bash:0x10", saving: state)
    try directory.define("s:d u64 lat", saving: state)
    #expect(try fake.read("kprobe_events") == "p:a/b vfs_read")
    #expect(try fake.read("uprobe_events") == "r:a/c /bin/bash:0x10")
    #expect(try fake.read("synthetic_events") == "d u64 lat")
    #expect(
      try directory.dynamicEvents().map { "\($0.eventName)" } == ["a:b", "a:c", "synthetic:d"])
    let error = failure { () throws(TracefsError) in
      try directory.define("e:a/e sched.sched_switch", saving: state)
    }
    #expect(error == .missingFeature(.dynamicEvents))
    state.restore()
    #expect(try fake.read("synthetic_events").hasSuffix("!d"))
  }

  @Test func leavesOthersEventsAlone() throws {
    let error = failure { () throws(TracefsError) in
      try directory.define("p:sched/sched_switch schedule", saving: state)
    }
    #expect(error == .exists(what: "event", name: "sched:sched_switch"))
    #expect(state.changeCount == 0)
    // An event of our own takes more probes.
    try directory.define("p:mine/reads vfs_read", saving: state)
    try fake.write("events/mine/reads/enable", "0\n")
    try directory.define("p:mine/reads vfs_readv", saving: state)
    #expect(
      try fake.read("dynamic_events") == "p:mine/reads vfs_readvp:mine/reads vfs_readv"
        || (try fake.read("dynamic_events").hasSuffix("p:mine/reads vfs_readv")))
    #expect(state.changeCount == 2)
  }

  @Test(arguments: [
    ("f vfs_read", "f[:", KernelFeature.functionProbes),
    ("t sched_switch", "t[:", .tracepointProbes),
    ("e sched.sched_switch", "e[:", .eventProbes), ("p vfs_read a=$arg1:%pd", "%pd", .dentryNames),
    ("p vfs_read a=file->f_pos", "->field", .structureFields),
    ("r vfs_read a=$arg1", "return probes support", .argumentsAtReturn),
    ("p vfs_read a=$arg1:char", "char, string", .charType),
    ("s:a long s[]", "long[] stack", .syntheticStacks),
  ])
  func saysWhatTheKernelLacks(_ text: String, _ sign: String, _ feature: KernelFeature) throws {
    #expect(try directory.features().has(feature))
    let readme = try fake.read("README").split(separator: "\n").filter { !$0.contains(sign) }
    try fake.write("README", readme.joined(separator: "\n"))
    #expect(!(try directory.features().has(feature)))
    let error = failure { () throws(TracefsError) in try directory.define(text, saving: state) }
    #expect(error == .missingFeature(feature))
    #expect(error?.message.contains(feature.requirement.description) == true)
  }

  @Test func removesWhatIsAttachedFirst() throws {
    try fake.write(
      "dynamic_events",
      """
      p:a/first vfs_read
      e:a/on_first a.first
      s:synthetic/lat\tu64 lat
      p:a/last vfs_write

      """)
    let listed = try directory.dynamicEvents()
    let order = TracingDirectory.removalOrder(of: Set(listed.map(\.eventName)), among: listed)
    #expect(order.map(\.name) == ["last", "lat", "on_first", "first"])
    let some = TracingDirectory.removalOrder(
      of: [EventName(system: "a", name: "first")], among: listed)
    #expect(some.map(\.name) == ["first"])

    // Attached to one that was made later, as after a removal that was undone.
    let odd = try ["e:a/on a.late", "p:a/late vfs_read"].map { try DynamicEvent($0) }
    #expect(
      TracingDirectory.removalOrder(of: Set(odd.map(\.eventName)), among: odd).map(\.name)
        == ["on", "late"])
  }

  @Test func removedEventsComeBack() throws {
    try fake.write("dynamic_events", "p:a/b vfs_read\np:a/b vfs_readv\n")
    try directory.remove([EventName(system: "a", name: "b")], saving: state)
    #expect(try fake.read("dynamic_events").hasSuffix("-:a/b"))
    state.restore()
    #expect(try fake.read("dynamic_events").hasSuffix("p:a/b vfs_read\np:a/b vfs_readv"))
  }

  @Test func whatWasMadeHereIsGoneForGood() throws {
    let name = try directory.define("p:a/b vfs_read", saving: state)
    try directory.remove([name], saving: state)
    #expect(try fake.read("dynamic_events") == "p:a/b vfs_read-:a/b")
    #expect(state.changeCount == 0)
    #expect(state.restore() == [])
  }

  @Test func namesTheNearestEvent() throws {
    try fake.write("dynamic_events", "p:kprobes/reads vfs_read\n")
    let error = failure { () throws(TracefsError) in
      try directory.remove([EventName(system: "kprobes", name: "raeds")], saving: state)
    }
    #expect(error?.hint == "nearest: kprobes:reads")
  }

  @Test func refusesWhatIsNoLine() throws {
    let probe = ProbeEvent(
      at: .event(EventName(system: "sched", name: "sched_switch"), filter: "a\n-:b/c"))
    #expect(throws: TracefsError.self) { try directory.define(.probe(probe), saving: state) }
    #expect(throws: TracefsError.self) {
      try directory.top.addTrigger("traceoff\ntraceon", on: "sched:sched_switch", saving: state)
    }
    #expect(try fake.read("dynamic_events") == "")
    #expect(state.changeCount == 0)
  }
}

@Suite struct KernelFeatureTests {
  /// What the README of Linux 6.1 has and has not.
  @Test func tellsKernelsApart() {
    let old = """
      \t           e[:[<group>/][<event>]] <attached-group>.<attached-event> [<args>] [if <filter>]
      \tplace (kretprobe): [<module>:]<symbol>[+<offset>]%return|<memaddr>
      \t     type: s8/16/32/64, u8/16/32/64, x8/16/32/64, string, symbol,
      \t           symstr, <type>\\[<array-size>\\]
            hist trigger\t- If set, event hits are aggregated into a hash table
      \t    can be any field, or the special string 'stacktrace'.
      \t            .buckets=size  display values in groups of size rather than raw number
      \t            .percent    display a number of percentage value
      """
    let features = KernelFeatures(readme: old) { $0 != "stack_trace" }
    let missing = Set(KernelFeature.allCases).subtracting(features.present)
    #expect(
      missing == [
        .functionProbes, .tracepointProbes, .structureFields, .argumentsAtReturn, .charType,
        .dentryNames, .syntheticStacks, .noHitcount, .commonStacktrace, .stackTracer,
      ])
  }

  @Test func writesTheKeyThatTheKernelKnows() throws {
    let trigger = try HistogramTrigger(
      "hist:keys=pid,common_stacktrace:vals=a:sort=common_stacktrace.descending")
    let old = KernelFeatures(Set(KernelFeature.allCases).subtracting([.commonStacktrace]))
    #expect(
      trigger.text(for: old) == "hist:keys=pid,stacktrace:vals=a:sort=stacktrace.descending")
    #expect(
      trigger.text(for: KernelFeatures(Set(KernelFeature.allCases))) == trigger.description)
    #expect(try HistogramTrigger(trigger.text(for: old)) == trigger)
  }
}
