import CKernel
import Glibc
import Tracefs

/// Finds what to add to a trace clock's times to get the time of day.
///
/// The kernel tells the clock's time in `per_cpu/cpuN/stats`; read between two looks at the wall
/// clock it is known as well as the looks are close together. Nothing is written to the trace.
enum TimeOfDay {
  private static let attempts = 10

  /// Nanoseconds to add, nil where the clock does not count time.
  static func offset(of instance: Instance, cpu: Int) -> Int64? {
    var best: (width: Int64, offset: Int64)?
    for _ in 0..<attempts {
      let before = now()
      guard let text = try? instance.stats(cpu: cpu) else { return nil }
      let after = now()
      // Clocks that do not count nanoseconds are printed without a decimal point.
      guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("now ts:") }),
        line.contains(".")
      else { return nil }
      let width = after - before
      let offset = before + width / 2 - Int64(bitPattern: BufferStats(text).now)
      if best.map({ width < $0.width }) ?? true { best = (width, offset) }
    }
    return best?.offset
  }

  /// Nanoseconds since 1970.
  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
