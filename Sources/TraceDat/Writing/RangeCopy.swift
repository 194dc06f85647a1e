import CKernel
import Glibc

/// Copies ranges of files, in the kernel where that works, and frees what was copied.
enum RangeCopy {
  private static let largestStep = 4 << 20
  private static let smallestStep = 64 << 10

  /// Copies `count` bytes; what was read is given back to the file system while copying, so that
  /// a nearly full disk is enough.
  ///
  /// Within one file the target lies before the source or does not touch it.
  static func move(
    from source: OutputFile, at sourceOffset: Int64, to target: OutputFile,
    at targetOffset: Int64, count: Int64
  ) throws(WritingError) {
    guard source !== target || sourceOffset != targetOffset else { return }
    var step = Int64(largestStep)
    var done: Int64 = 0
    var isInKernel = true
    while done < count {
      let length = min(step, count - done)
      let (from, to) = (sourceOffset + done, targetOffset + done)
      var copied: Int64
      if isInKernel {
        copied = Int64(
          ck_copy_file_range(source.descriptor, from, target.descriptor, to, Int(length)))
        if copied == 0 {
          // The source ends here; the rest of its last page is zeros.
          isInKernel = false
          continue
        }
        if copied < 0 {
          switch errno {
          case EINTR: break
          case ENOSPC where step > smallestStep: step /= 2
          case ENOSPC, EDQUOT, EFBIG, EIO: throw target.fail("copy_file_range")
          default: isInKernel = false
          }
          continue
        }
      } else {
        copied = min(length, 1 << 20)
        try copyThroughMemory(from: source, at: from, to: target, at: to, count: Int(copied))
      }
      let consumed = source === target ? max(from, min(to + copied, from + copied)) : from
      source.punch(consumed, from + copied - consumed)
      done += copied
    }
  }

  private static func copyThroughMemory(
    from source: OutputFile, at sourceOffset: Int64, to target: OutputFile,
    at targetOffset: Int64, count: Int
  ) throws(WritingError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 4096)
    defer { buffer.deallocate() }
    try source.read(into: buffer, at: sourceOffset)
    try target.write(UnsafeRawBufferPointer(buffer), at: targetOffset)
  }
}
