import ByteIO
import CKernel
import Glibc

/// Which bytes of a file are more than a hole, as its file system tells.
///
/// A recording that was not finished is mostly larger than any disk, and nearly all of it is holes.
enum StoredRanges {
  /// The parts of a range that are stored, rising; nil where the file system does not tell them.
  static func of(_ file: MappedFile, in range: Range<Int>) -> [Range<Int>]? {
    let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    var ranges: [Range<Int>] = []
    var (place, stored) = (range.lowerBound, 0)
    while place < range.upperBound {
      let start = ck_next_data(descriptor, Int64(place))
      if start < 0, errno == ENXIO { break }
      guard start >= place else { return nil }
      guard start < range.upperBound else { break }
      let end = ck_next_hole(descriptor, start)
      guard end > start else { return nil }
      let found = Int(start)..<min(Int(end), range.upperBound)
      ranges.append(found)
      stored += found.count
      place = found.upperBound
    }
    // One that knows no holes takes all of the file for stored.
    guard stored / 512 <= Int(status.st_blocks) + 2048 else { return nil }
    return ranges
  }
}
