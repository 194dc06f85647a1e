import ByteIO

/// How times are written.
///
/// The texts are trace-cmd's: ` %5llu.%06llu:` rounded to the nearest microsecond, nine digits
/// for nanoseconds, and `%12llu:` for clocks that do not count time.
package enum TimeColumn: Sendable {
  case microseconds
  case nanoseconds
  /// Units of a clock that is a counter or a cycle count.
  case raw

  /// The clocks that count nanoseconds; source: Documentation/trace/ftrace.rst, trace_clock.
  private static let timeClocks: Set<String> = [
    "local", "global", "uptime", "perf", "mono", "mono_raw", "boot", "tai", "tsc2nsec",
  ]

  /// Whether times of a clock are nanoseconds; a file that does not name its clock is taken so.
  static func countsTime(_ clock: String?) -> Bool {
    guard let clock, !clock.isEmpty else { return true }
    return timeClocks.contains(clock)
  }

  @inline(__always) func append(_ time: UInt64, to sink: inout ByteSink) {
    switch self {
    case .microseconds:
      let rounded = (time &+ 500) / 1000
      let seconds = rounded / 1_000_000
      sink.append(UInt8(ascii: " "))
      sink.append(decimal: seconds, width: 5)
      sink.append(UInt8(ascii: "."))
      sink.append(decimal: rounded &- seconds &* 1_000_000, width: 6, fill: UInt8(ascii: "0"))
    case .nanoseconds:
      let seconds = time / 1_000_000_000
      sink.append(UInt8(ascii: " "))
      sink.append(decimal: seconds, width: 5)
      sink.append(UInt8(ascii: "."))
      sink.append(decimal: time &- seconds &* 1_000_000_000, width: 9, fill: UInt8(ascii: "0"))
    case .raw:
      sink.append(decimal: time, width: 12)
    }
    sink.append(UInt8(ascii: ":"))
  }
}
