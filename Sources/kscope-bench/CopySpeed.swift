import ByteIO
import Glibc

/// What the machine itself takes to move bytes: the bound for whoever makes them.
enum CopySpeed {
  /// A megabyte: what a report's worker hands over at once stays in a core's cache, as here.
  private static let block = 1 << 20

  /// Seconds to copy `count` bytes in memory, a megabyte at a time out of 64.
  static func memory(_ count: Int) -> Double {
    let from = UnsafeMutableRawPointer.allocate(byteCount: block * 64, alignment: 64)
    let to = UnsafeMutableRawPointer.allocate(byteCount: block, alignment: 64)
    defer {
      from.deallocate()
      to.deallocate()
    }
    memset(from, 1, block * 64)
    memset(to, 2, block)
    let start = ProcessorTime.seconds
    var done = 0
    while done < count {
      let step = min(block, count - done)
      memcpy(to, from + done % (block * 64), step)
      done += step
    }
    let seconds = ProcessorTime.seconds - start
    Sinkhole.swallow(to.loadUnaligned(as: UInt64.self))
    return seconds
  }

  /// Seconds to write `count` bytes to an open file, a megabyte at a time.
  static func writing(_ count: Int, to descriptor: Int32) throws(SystemError) -> Double {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: block, alignment: 64)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "x"))
    let start = ProcessorTime.seconds
    var done = 0
    while done < count {
      let step = min(block, count - done)
      try writeAll(UnsafeRawBufferPointer(rebasing: bytes[..<step]), to: descriptor)
      done += step
    }
    return ProcessorTime.seconds - start
  }
}

/// The clock of the measurements: this process's processor time, which other programs disturb less
/// than they do the time on the wall; everything here runs on one thread.
enum ProcessorTime {
  /// Seconds since the process began.
  static var seconds: Double {
    var now = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }
}
