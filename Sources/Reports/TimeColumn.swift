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
}
