import Testing

@testable import Recording

/// What a flight recorder may be told to wait for.
@Suite struct FlightTriggerTests {
  @Test(
    arguments: [
      ("sched_switch", "sched_switch", nil), ("sched:sched_switch", "sched:sched_switch", nil),
      ("sched_switch: prev_prio < 10", "sched_switch", "prev_prio < 10"),
      ("sched:sched_switch: a == 1 && b > 2", "sched:sched_switch", "a == 1 && b > 2"),
      ("block_rq_issue:comm ~ \"a:b\"", "block_rq_issue", "comm ~ \"a:b\""),
    ] as [(String, String, String?)])
  func events(text: String, pattern: String, condition: String?) {
    #expect(FlightTrigger(event: text) == .event(pattern: pattern, condition: condition))
  }

  @Test(arguments: ["", ":", "a b", "sched_switch:", "sched:x:", "../x"])
  func noEvents(text: String) { #expect(FlightTrigger(event: text) == nil) }

  @Test(
    arguments: [
      ("10ms", 10_000), ("500 us", 500), ("1.5ms", 1500), ("2s", 2_000_000), ("7 µs", 7),
    ] as [(String, UInt64)])
  func times(text: String, microseconds: UInt64) {
    #expect(FlightTrigger.microseconds(text) == microseconds)
  }

  @Test(arguments: ["", "10", "0ms", "-1ms", "1e9s", "0.1us", "ms", "1 day"])
  func noTimes(text: String) { #expect(FlightTrigger.microseconds(text) == nil) }

  @Test func latencies() {
    #expect(
      FlightTrigger(latency: "sched_waking.pid=sched:sched_switch.next_pid > 10ms")
        == .latency(
          from: .init(event: "sched_waking", field: "pid"),
          to: .init(event: "sched:sched_switch", field: "next_pid"), microseconds: 10_000))
    for bad in ["a.b=c.d", "a.b=c > 1ms", "a.b > 1ms", "a.b=c.d > 1ms > 2ms", "a.b==c.d;x > 1ms"] {
      #expect(FlightTrigger(latency: bad) == nil)
    }
  }

  @Test func optionsGoTogether() {
    let event = ["-e", "sched"]
    #expect(throws: RecordArgumentError.triggerWithoutRecorder) {
      try RecordArguments.parse(event + ["--save-when", "sched_switch"])
    }
    #expect(throws: RecordArgumentError.flightRecorderReadsNothing) {
      try RecordArguments.parse(event + ["--flight-recorder", "-m", "100"])
    }
  }
}
