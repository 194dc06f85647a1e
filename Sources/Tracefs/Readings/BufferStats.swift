/// One CPU's counters of a ring buffer, from `per_cpu/cpuN/stats`
/// (Documentation/trace/ftrace.rst; kernel/trace/trace.c, tracing_stats_read).
public struct BufferStats: Equatable, Sendable {
  /// Events that are in the buffer now.
  public var entries: UInt64 = 0
  /// Events that newer ones wrote over before anybody read them.
  public var overrun: UInt64 = 0
  /// Bytes that the events in the buffer take.
  public var bytes: UInt64 = 0
  /// When the oldest event in the buffer was, in the unit of `now`.
  public var oldest: UInt64 = 0
  /// Events that were lost because a nested writer found the whole buffer uncommitted.
  public var commitOverrun: UInt64 = 0
  /// Events that were lost because the buffer was full and overwriting is switched off.
  public var dropped: UInt64 = 0
  /// Events that were read.
  public var read: UInt64 = 0
  /// The CPU's clock now, in the units of the trace clock: nanoseconds, rounded to 1,000, where the
  /// kernel prints seconds, else the bare number.
  public var now: UInt64 = 0

  public init() {}

  public init(_ text: String) {
    for line in text.split(separator: "\n") {
      guard let colon = line.lastIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      switch line[..<colon] {
      case "entries": entries = UInt64(value) ?? 0
      case "overrun": overrun = UInt64(value) ?? 0
      case "bytes": bytes = UInt64(value) ?? 0
      case "oldest event ts": oldest = Self.time(value)
      case "commit overrun": commitOverrun = UInt64(value) ?? 0
      case "dropped events": dropped = UInt64(value) ?? 0
      case "read events": read = UInt64(value) ?? 0
      case "now ts": now = Self.time(value)
      default: break
      }
    }
  }

  /// `42.219006` in seconds or `1234` in the clock's own unit.
  private static func time(_ text: Substring) -> UInt64 {
    guard let dot = text.firstIndex(of: ".") else { return UInt64(text) ?? 0 }
    let seconds = UInt64(text[..<dot]) ?? 0
    let micros = UInt64(text[text.index(after: dot)...]) ?? 0
    return seconds &* 1_000_000_000 &+ micros &* 1000
  }

  /// Events that were written and can never be read.
  public var lost: UInt64 { overrun &+ commitOverrun &+ dropped }

  /// Events that happened, also those that found no room.
  public var happened: UInt64 { entries &+ read &+ lost }

  /// What happened since `earlier`; a counter that was reset in between counts from zero.
  public func since(_ earlier: BufferStats) -> BufferStats {
    func difference(_ now: UInt64, _ before: UInt64) -> UInt64 {
      now >= before ? now - before : now
    }
    var result = self
    result.overrun = difference(overrun, earlier.overrun)
    result.commitOverrun = difference(commitOverrun, earlier.commitOverrun)
    result.dropped = difference(dropped, earlier.dropped)
    result.read = difference(read, earlier.read)
    return result
  }
}

extension Instance {
  /// One CPU's counters.
  public func bufferStats(cpu: Int) throws(TracefsError) -> BufferStats {
    BufferStats(try stats(cpu: cpu))
  }

  /// The counters of every CPU that has a buffer.
  public func bufferStats() throws(TracefsError) -> [(cpu: Int, stats: BufferStats)] {
    var rows: [(cpu: Int, stats: BufferStats)] = []
    for cpu in try cpus() { rows.append((cpu, try bufferStats(cpu: cpu))) }
    return rows
  }
}
