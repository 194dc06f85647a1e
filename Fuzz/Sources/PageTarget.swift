import ByteIO
import RingBuffer

/// One page of a ring buffer: a byte that chooses the machine and the layout, the page.
enum PageTarget {
  /// What the first byte of an input says, for the layout that kernels have.
  static func choice(_ order: ByteOrder, _ longSize: Int) -> UInt8 {
    (order == .big ? 1 : 0) | (longSize == 4 ? 2 : 0)
  }

  static func run(_ bytes: UnsafeRawBufferPointer) {
    guard let choice = bytes.first else { return }
    let order: ByteOrder = choice & 1 == 0 ? .little : .big
    let longSize = choice & 2 == 0 ? 8 : 4
    // A copy of its own, exactly as long as the page, so that a read behind its end is found.
    let page = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count - 1, alignment: 16)
    defer { page.deallocate() }
    page.copyBytes(from: bytes.dropFirst())
    let commit = 8 + Int(choice >> 2 & 3) * 4
    let data = commit + longSize + Int(choice >> 4 & 3) * 4
    guard let start = page.baseAddress,
      let layout = try? PageLayout(
        order: order, longSize: longSize, pageSize: page.count, commitOffset: commit,
        dataOffset: data)
    else { return }

    var cursor = RecordCursor(page: UnsafeRawPointer(start), layout: layout)
    var sum: UInt8 = 0
    var events = 0
    while let record = cursor.next() {
      for byte in record.bytes { sum &+= byte }
      events += 1
      precondition(events <= page.count / 4, "more events than fit")
    }
    precondition(cursor.next() == nil, "an event after the end")
    if let damage = cursor.damage {
      precondition(damage >= 0 && damage < page.count, "damage outside of the page")
    }
    Sinkhole.swallow(UInt64(sum))
  }
}

/// Where results go that only keep the optimizer from leaving out the reads.
enum Sinkhole {
  @inline(never) static func swallow(_ value: UInt64) {
    if value == 0x5eed_5eed_5eed_5eed { print("what a coincidence") }
  }
}
