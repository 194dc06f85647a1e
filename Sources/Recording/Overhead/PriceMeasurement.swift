import CKernel
import Glibc
import Tracefs

/// Measures what one event costs here: the same system call many times, with the event and without.
///
/// It works in an instance of its own. Functions are priced by the one function behind getppid(2),
/// events by `task:task_rename`, which naming a thread causes. Others' processes are not traced
/// meanwhile, and only those who call the same function pay.
struct PriceMeasurement {
  let instance: Instance
  let state: SavedState

  /// How long a series of calls takes at least, in nanoseconds; the clock's steps are far smaller.
  private static let shortestSeries: UInt64 = 3_000_000
  private static let series = 5

  /// nil where this kernel lacks what it takes.
  func price(of kind: EventPrice.Kind) throws(TracefsError) -> Double? {
    switch kind {
    case .event: return try priceOfEvent(withStack: false)
    case .eventWithStack: return try priceOfEvent(withStack: true)
    case .function: return try priceOfFunction(tracer: "function", recordsPerCall: 1)
    case .graph: return try priceOfFunction(tracer: "function_graph", recordsPerCall: 2)
    }
  }

  private func priceOfEvent(withStack: Bool) throws(TracefsError) -> Double? {
    let event = EventName(system: "task", name: "task_rename")
    guard instance.has(.eventEnable(event)) else { return nil }
    try instance.setOption("stacktrace", withStack, saving: state)
    let match = try instance.match("task:task_rename")
    return try difference(call: { kernel_name_thread("kscope") }) { (on) throws(TracefsError) in
      try instance.switchEvents(match, on: on, saving: state)
    }
  }

  private func priceOfFunction(
    tracer: String, recordsPerCall: Double
  ) throws(TracefsError) -> Double? {
    guard try instance.availableTracers().contains(tracer) else { return nil }
    do throws(TracefsError) {
      try instance.setFunctionFilter(["*sys_getppid"], saving: state)
    } catch {
      guard case .unknown = error else { throw error }
      return nil
    }
    let price = try difference(call: { _ = getppid() }) { (on) throws(TracefsError) in
      try instance.setCurrentTracer(on ? tracer : "nop", saving: state)
    }
    try instance.setFunctionFilter([], saving: state)
    return price / recordsPerCall
  }

  // MARK: Timing

  /// How much longer a call takes with tracing than without, in nanoseconds.
  ///
  /// The quickest of several series counts: what disturbs only ever adds.
  private func difference(
    call: () -> Void, switching: (Bool) throws(TracefsError) -> Void
  ) throws(TracefsError) -> Double {
    try switching(false)
    let count = Self.calibrated(call)
    var without = Double.infinity
    var with = Double.infinity
    for _ in 0..<Self.series {
      without = min(without, Self.time(count, call))
      try switching(true)
      with = min(with, Self.time(count, call))
      try switching(false)
    }
    return max(with - without, 0)
  }

  /// How many calls make a series.
  private static func calibrated(_ call: () -> Void) -> Int {
    var count = 1000
    while count < 1 << 24, time(count, call) * Double(count) < Double(shortestSeries) { count *= 2 }
    return count
  }

  /// Nanoseconds of this thread's CPU time that a call takes.
  private static func time(_ count: Int, _ call: () -> Void) -> Double {
    let start = cpuTime
    for _ in 0..<count { call() }
    return Double(cpuTime &- start) / Double(count)
  }

  private static var cpuTime: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
