import ByteIO
import EventFormats

/// The texts of the function_graph tracer: overhead mark, duration, and the function at its depth.
///
/// As trace-cmd prints them; the shape is Documentation/trace/ftrace.rst, "function_graph".
enum CallGraphLine {
  /// What stands before the bar: the call's duration in ns where the line shows its end.
  @inline(__always) static func appendBeginning(_ duration: UInt64?, to sink: inout ByteSink) {
    guard let duration else {
      appendNoDuration(to: &sink)
      return
    }
    appendOverhead(duration, to: &sink)
    appendDuration(duration, to: &sink)
  }

  /// Marks calls that took long: `$ ` a second, `# ` a millisecond, `! ` 100 µs, `+ ` 10 µs.
  static func appendOverhead(_ nanoseconds: UInt64, to sink: inout ByteSink) {
    switch nanoseconds {
    case 1_000_000_001...: sink.append("$ ")
    case 1_000_001...: sink.append("# ")
    case 100_001...: sink.append("! ")
    case 10_001...: sink.append("+ ")
    default: sink.append("  ")
    }
  }

  /// Microseconds with three decimals where there is room, ` us `, filled up to the bar.
  static func appendDuration(_ nanoseconds: UInt64, to sink: inout ByteSink) {
    let start = sink.count
    let microseconds = nanoseconds / 1000
    sink.append(decimal: microseconds)
    if sink.count - start < 7 {
      sink.append(UInt8(ascii: "."))
      sink.append(
        decimal: nanoseconds - microseconds * 1000, width: 3, fill: UInt8(ascii: "0"))
    }
    let written = sink.count - start
    sink.append(" us ")
    sink.append(repeating: UInt8(ascii: " "), count: 7 - written)
    sink.append("|  ")
  }

  /// What stands in the duration's place where a call begins whose end comes later.
  static func appendNoDuration(to sink: inout ByteSink) {
    sink.append("             |  ")
  }

  /// Two blanks for each level; a depth that is not one is none.
  static func appendDepth(_ depth: Int32, to sink: inout ByteSink) {
    guard depth > 0 else { return }
    sink.append(repeating: UInt8(ascii: " "), count: Int(min(depth, 1 << 12)) * 2)
  }

  /// ` (2)`, where depths are asked for as numbers.
  static func appendNumber(ofDepth depth: Int32, to sink: inout ByteSink) {
    sink.append(" (")
    sink.append(decimal: Int64(depth))
    sink.append(")")
  }

  /// ` (ret=0x10)`; an error, -4095 and up, is decimal, unless options say how all are shown.
  static func appendReturnValue(
    _ value: UInt64, _ options: HandlerOptions, to sink: inout ByteSink
  ) {
    let isError = value >= UInt64(bitPattern: -4095)
    if options.graphReturnDecimal || isError && !options.graphReturnHexadecimal {
      sink.append(" (ret=")
      sink.append(decimal: Int64(bitPattern: value))
    } else {
      sink.append(" (ret=0x")
      sink.append(hex: value)
    }
    sink.append(")")
  }
}
