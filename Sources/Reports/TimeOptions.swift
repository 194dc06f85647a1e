import ByteIO
import TraceDat

/// How the times of a report are taken and written.
package struct TimeOptions: Sendable {
  /// Nine digits behind the point instead of six.
  package var nanoseconds = false
  /// The kernel's own numbers, without any correction.
  package var isRaw = false
  /// Without the offset to the wall clock that `record --date` put into the file.
  package var ignoresDate = false
  /// The first event happens at 0.
  package var startsAtZero = false

  package init() {}

  func column(of buffer: TraceBuffer, correction: ClockCorrection) -> TimeColumn {
    let countsTime =
      TimeColumn.countsTime(buffer.clock) || correction.multiplier != 0 || correction.divisor != 0
    guard countsTime, !isRaw else { return .raw }
    return nanoseconds ? .nanoseconds : .microseconds
  }

  /// What a file's options and the user's ask for together.
  func correction(of recording: ReportInput.Recording) -> ClockCorrection {
    if isRaw { return .none }
    var correction = ClockCorrection(of: recording.file, ignoringDate: ignoresDate)
    if let ticks = recording.ticksPerSecond, ticks > 0 {
      correction.multiplier = 1_000_000_000
      correction.divisor = ticks
      correction.shift = 0
    }
    correction.offset &+= UInt64(bitPattern: recording.offset)
    return correction
  }
}
