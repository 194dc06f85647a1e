package import ByteIO
package import EventFormats
package import RingBuffer

/// The five letters that tell what a CPU was doing: `d.h1.`.
///
/// Interrupts off (`d`, `X` where the kernel cannot tell), must reschedule (`N`), in a hard or soft
/// interrupt (`h`, `s`, both `H`), how often preemption was disabled, how often migration.
/// Source: Documentation/trace/ftrace.rst, "Output format"; linux/trace_events.h, TRACE_FLAG_.
package struct StatusFlags {
  private let common: CommonFields
  private let order: ByteOrder

  static let irqsOff = 0x01
  static let irqsUnknown = 0x02
  static let needsReschedule = 0x04
  static let hardIRQ = 0x08
  static let softIRQ = 0x10
  static let nmi = 0x40

  /// How many bytes `write` may touch.
  static let room = 48

  package init(_ common: CommonFields, _ order: ByteOrder) {
    self.common = common
    self.order = order
  }

  /// The flags of a record, as linux/trace_events.h numbers them.
  @inline(__always) func flags(of record: Record) -> Int {
    common.read(common.flags, of: record.bytes, order)
  }

  /// The letters of a record.
  package func text(of record: Record) -> String {
    withUnsafeTemporaryAllocation(byteCount: Self.room, alignment: 8) { room in
      guard let start = room.baseAddress else { return "" }
      let end = write(record, to: start)
      return String(
        decoding: UnsafeRawBufferPointer(start: start, count: end - start), as: UTF8.self)
    }
  }

  /// Writes the letters and tells where they end.
  func write(_ record: Record, to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let flags = flags(of: record)
    let preempt = common.read(common.preemptCount, of: record.bytes, order)
    func set(_ place: Int, _ letter: UInt8) {
      target.storeBytes(of: letter, toByteOffset: place, as: UInt8.self)
    }
    func count(_ value: Int) -> UInt8 {
      value == 0 ? Self.none : UInt8(value < 10 ? 0x30 + value : 0x57 + value)
    }
    set(
      0,
      flags & Self.irqsOff != 0
        ? UInt8(ascii: "d") : flags & Self.irqsUnknown != 0 ? UInt8(ascii: "X") : Self.none)
    set(1, flags & Self.needsReschedule != 0 ? UInt8(ascii: "N") : Self.none)
    let interrupt: UInt8 =
      switch (flags & Self.hardIRQ != 0, flags & Self.softIRQ != 0) {
      case (true, true): UInt8(ascii: "H")
      case (true, false): UInt8(ascii: "h")
      case (false, true): UInt8(ascii: "s")
      case (false, false): Self.none
      }
    set(2, interrupt)
    set(3, count(preempt & 15))
    set(4, count(preempt >> 4 & 15))
    var end = target + 5
    for place in [common.migrateDisable, common.lockDepth] where place.size > 0 {
      end = Self.writeCount(common.read(place, of: record.bytes, order), place, to: end)
    }
    return end
  }

  private static let none = UInt8(ascii: ".")

  /// A count of a field of its own; below 0, of a lock that is not held, a point.
  private static func writeCount(
    _ value: Int, _ place: CommonFields.Place, to target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    guard value >= 0 else {
      target.storeBytes(of: none, as: UInt8.self)
      return target + 1
    }
    let end = target + Digits.decimalCount(UInt64(value))
    Digits.writeDecimal(UInt64(value), endingAt: end)
    return end
  }
}
