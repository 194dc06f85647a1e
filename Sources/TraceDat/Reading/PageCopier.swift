/// Hands out copies of one CPU's pages, one after the other.
package final class PageCopier {
  private let reader: PageReader
  private var next = 0

  package init(_ index: PageIndex) { reader = PageReader(index) }

  /// Writes the next page that can be read into `room`, which has a page's size; what the file cut
  /// off is zeros.
  ///
  /// - Returns: false where there is no more.
  package func copyNext(to room: UnsafeMutableRawBufferPointer) -> Bool {
    while next < reader.index.count {
      let page = reader.page(at: next)
      next += 1
      guard let page, page.count <= room.count else { continue }
      room.copyMemory(from: page)
      UnsafeMutableRawBufferPointer(rebasing: room[page.count...]).initializeMemory(
        as: UInt8.self, repeating: 0)
      return true
    }
    return false
  }
}
