import ByteIO
package import EventFormats
import RingBuffer
package import TraceDat

/// One buffer of one file, as the report sees it: whose lines they are and how to print them.
package struct ReportSource: Sendable {
  package var file: TraceFile
  package var buffer: TraceBuffer
  /// What stands before each of its lines: the file's or instance's name, where there are several.
  var prefix: [UInt8]
  package var events: EventCatalog
  var labels: EventLabels
  /// Which of its events are shown; nil where all are.
  var filter: EventFilter?
  package var names: SharedTaskNames
  var time: TimeColumn
}

extension ClockCorrection {
  /// What a file's DATE, OFFSET and TSC2NSEC options ask for, in this order: cycles are turned into
  /// nanoseconds, then both offsets are added.
  ///
  /// Source: trace-cmd.dat.v7(5), options 1, 7 and 14.
  package init(of file: TraceFile, ignoringDate: Bool = false) {
    self = .none
    for option in file.options {
      switch option.id {
      case .date where !ignoringDate:
        // Microseconds, hexadecimal, with 0x before it.
        var digits = option.text[...]
        if digits.hasPrefix("0x") { digits = digits.dropFirst(2) }
        if let microseconds = UInt64(digits, radix: 16) { offset &+= microseconds &* 1000 }
      case .offset:
        if let nanoseconds = Int64(option.text) {
          offset &+= UInt64(bitPattern: nanoseconds)
        } else if let nanoseconds = UInt64(option.text) {
          offset &+= nanoseconds
        }
      case .tscToNanoseconds where option.data.count >= 8:
        option.data.withUnsafeBytes { bytes in
          guard let start = bytes.baseAddress else { return }
          let shift = start.load(UInt32.self, at: 4, file.order)
          guard shift < 64 else { return }
          multiplier = UInt64(start.load(UInt32.self, at: 0, file.order))
          self.shift = UInt64(shift)
        }
      default: break
      }
    }
  }
}
