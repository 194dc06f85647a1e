import ByteIO
import RingBuffer

/// The size of the sub-buffers in a file that does not tell it.
enum SubbufferSize {
  /// From a page of memory to the largest that kernels take (128 pages of 4 KiB).
  private static let sizes = (0...7).map { 4096 << $0 }
  /// As many pages are looked at.
  private static let looks = 32

  /// The size with which the first bytes are pages, the expected one before others; nil where none
  /// is such.
  static func found(in file: MappedFile, expected layout: PageLayout) -> Int? {
    if fits(file, layout, withGaps: false) { return layout.pageSize }
    let others = sizes.filter { $0 != layout.pageSize }
    // Of a single page the size cannot be told from zeros behind it.
    let other = others.first { size in
      guard file.count >= 2 * size, let other = try? layout.with(pageSize: size) else {
        return false
      }
      return fits(file, other, withGaps: false)
    }
    if let other { return other }
    if fits(file, layout, withGaps: true) { return layout.pageSize }
    return others.first { size in
      (try? layout.with(pageSize: size)).map { fits(file, $0, withGaps: true) } ?? false
    }
  }

  /// Whether whole pages of this size begin the file, of which the unused rest is zeros.
  ///
  /// - Parameter withGaps: whether some may never have been written.
  private static func fits(_ file: MappedFile, _ layout: PageLayout, withGaps: Bool) -> Bool {
    let size = layout.pageSize
    let count = min(file.count / size, looks)
    return count > 0
      && (0..<count).allSatisfy { page in
        let bytes = UnsafeRawBufferPointer(
          rebasing: file.bytes[page * size..<(page + 1) * size])
        guard let start = bytes.baseAddress else { return false }
        let head = PageHead(of: start, layout)
        guard head.time != 0 else { return withGaps && bytes.isZeros }
        return head.end.map { UnsafeRawBufferPointer(rebasing: bytes[$0...]).isZeros } ?? false
      }
  }
}
