package import ByteIO

/// Makes one page of a kernel's ring buffer, event by event, as `kernel/trace/ring_buffer.c` lays
/// it out, or wrongly where a test wants that.
package struct PageBuilder: Sendable {
  package var order: ByteOrder
  /// The size of the kernel's `long`, in bytes: 4 or 8.
  package var longSize: Int
  /// The size of the page, its header included.
  package var size: Int
  /// The page's own time stamp, the base of the first delta.
  package var time: UInt64
  package var lost: Lost = .nothing
  /// What stands where events go.
  package private(set) var data: [UInt8] = []

  package enum Lost: Sendable, Equatable {
    case nothing
    /// Events were lost before this page, and nobody counted them.
    case unknown
    case count(UInt64)
  }

  package init(
    time: UInt64, order: ByteOrder = .little, longSize: Int = 8, size: Int = 4096
  ) {
    self.time = time
    self.order = order
    self.longSize = longSize
    self.size = size
  }

  /// The offset of the first event.
  package var dataOffset: Int { 8 + longSize }

  /// How many bytes of events still fit.
  package var room: Int { size - dataOffset - data.count }

  // MARK: Events

  /// Adds an event `delta` ns after what stands before it; over 2^27 ns a time extend comes first.
  package mutating func event(after delta: UInt64 = 0, _ payload: [UInt8]) {
    var rest = delta
    if rest >= 1 << 27 {
      timeExtend(by: rest)
      rest = 0
    }
    let padded = payload + [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
    if !padded.isEmpty, padded.count <= 28 * 4 {
      word(kind: UInt32(padded.count / 4), UInt32(rest))
    } else {
      word(kind: 0, UInt32(rest))
      word(UInt32(padded.count + 4))
    }
    data += padded
  }

  /// Adds a time extend: all that follows is later by `delta`, below 2^59.
  package mutating func timeExtend(by delta: UInt64) {
    word(kind: 30, UInt32(delta & (1 << 27 - 1)))
    word(UInt32(truncatingIfNeeded: delta >> 27))
  }

  /// Adds an absolute time stamp; only its lower 59 bits are stored.
  package mutating func absoluteTime(_ time: UInt64) {
    word(kind: 31, UInt32(time & (1 << 27 - 1)))
    word(UInt32(truncatingIfNeeded: time >> 27))
  }

  /// Adds an event that was taken back: `count` bytes of payload, a multiple of 4, that are to be
  /// passed over, though the time counts.
  package mutating func discarded(after delta: UInt64 = 1, count: Int) {
    word(kind: 29, UInt32(delta))
    word(UInt32(count + 4))
    data += [UInt8](repeating: 0xdd, count: count)
  }

  /// Adds the padding that says: nothing more in this page.
  package mutating func padding() {
    word(kind: 29, 0)
    word(UInt32(max(0, room - 4)))
  }

  /// Adds the first word of an event: its kind or length in words, and the time since the last.
  package mutating func word(kind: UInt32, _ delta: UInt32) {
    word(order == .little ? kind & 31 | delta << 5 : kind << 27 | delta & (1 << 27 - 1))
  }

  package mutating func word(_ value: UInt32) { data += value.bytes(order) }

  // MARK: The page

  /// The page, exactly `size` bytes.
  package var bytes: [UInt8] {
    var commit = UInt64(data.count)
    var tail: [UInt8] = []
    switch lost {
    case .nothing: break
    case .unknown: commit |= 1 << 31
    case .count(let count):
      commit |= 1 << 31 | 1 << 30
      tail = long(count)
    }
    let used = time.bytes(order) + long(commit) + data + tail
    return used.count >= size
      ? Array(used[..<size]) : used + [UInt8](repeating: 0, count: size - used.count)
  }

  private func long(_ value: UInt64) -> [UInt8] {
    longSize == 8 ? value.bytes(order) : UInt32(truncatingIfNeeded: value).bytes(order)
  }

  /// The text of `events/header_page` for such pages.
  package var headerPage: String {
    let signed = longSize == 8 ? 8 : 4
    return """
      \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
      \tfield: local_t commit;\toffset:8;\tsize:\(signed);\tsigned:1;
      \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
      \tfield: char data;\toffset:\(dataOffset);\tsize:\(size - dataOffset);\tsigned:1;

      """
  }
}

extension FixedWidthInteger {
  /// The number's bytes as they lie in memory of that order.
  package func bytes(_ order: ByteOrder) -> [UInt8] {
    withUnsafeBytes(of: order == .little ? littleEndian : bigEndian) { Array($0) }
  }
}
