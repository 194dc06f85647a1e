import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct EventPatternTests {
  let events = FakeTracefs.events.compactMap { EventName($0) }

  func match(_ text: String) throws -> EventPattern.Match {
    try EventPattern(text).match(among: events)
  }

  @Test func readsEveryForm() throws {
    #expect(try match("all").events == events)
    #expect(try match("all").scope == .all)
    #expect(try match("sched").events.count == 4)
    #expect(try match("sched").scope == .systems(["sched"]))
    #expect(try match("sched:*").scope == .systems(["sched"]))
    #expect(try match("irq:").scope == .systems(["irq"]))
    #expect(try match("sched:sched_switch").scope == .single)
    #expect(
      try match("sched/sched_switch").events == [EventName(system: "sched", name: "sched_switch")])
    #expect(try match("timer_start").events == [EventName(system: "timer", name: "timer_start")])
    #expect(try match("sched:sched_wak*").events.count == 3)
    #expect(try match("*:*_openat").events.count == 2)
    #expect(try match("sys_*").events.count == 2)
  }

  /// The kernel is asked for its list, which takes it long, only where that tells more.
  @Test func oneEventIsLookedUp() throws {
    let fake = try FakeTracefs()
    let top = try TracingDirectory(path: fake.path).top
    for text in ["sched:sched_switch", "sched:sched_wak*", "sched", "timer_start", "all"] {
      #expect(try top.match(text) == match(text))
    }
    try fake.write("available_events", "sched:sched_waking\n")
    #expect(
      try top.match("sched/sched_switch").events
        == [EventName(system: "sched", name: "sched_switch")])
    #expect(try top.match("sched:").events.count == 1)
    // It has a format and no switch.
    #expect(throws: TracefsError.self) { try top.match("ftrace:function") }
    #expect(throws: TracefsError.self) { try top.match("sched:sched_swotch") }
  }

  @Test(arguments: ["", "a b", "..:x", "../../etc", "a:b:c/d", ":", "sched:.", ".:x"])
  func refusesWhatIsNoName(text: String) {
    #expect(throws: TracefsError.self) { try match(text) }
  }

  @Test func namesTheNearest() {
    func nearest(_ text: String) -> String? {
      do {
        _ = try match(text)
        return nil
      } catch { return (error as? TracefsError)?.hint }
    }
    #expect(nearest("sched:sched_swich") == "nearest: sched:sched_switch")
    #expect(nearest("shced") == "nearest: sched")
    #expect(nearest("sched_swich") == "nearest: sched:sched_switch, sched")
    #expect(nearest("task:sched_switch") == "nearest: sched:sched_switch")
    #expect(nearest("zzzzzzzz") == nil)
  }
}
