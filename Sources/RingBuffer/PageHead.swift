import ByteIO

/// What a page says of itself, before any of its events is looked at.
package struct PageHead: Sendable, Equatable {
  /// The page's own time; 0 where none was ever written.
  package let time: UInt64
  /// Where its events end, and the count of lost ones behind them; the kernel hands out zeros from
  /// there on. Nil where no page of this size says so.
  package let end: Int?

  /// - Parameter page: has as many bytes as a page's header at least.
  package init(of page: UnsafeRawPointer, _ layout: PageLayout) {
    time = page.load(UInt64.self, at: 0, layout.order)
    let commit =
      layout.longSize == 8
      ? page.load(UInt64.self, at: layout.commitOffset, layout.order)
      : UInt64(page.load(UInt32.self, at: layout.commitOffset, layout.order))
    let known = Commit.lengthMask | Commit.eventsLost | Commit.countStored
    let end = layout.dataOffset + Int(commit & Commit.lengthMask)
    guard commit & ~known == 0, end <= layout.pageSize else {
      self.end = nil
      return
    }
    let hasCount = commit & Commit.countStored != 0
    self.end = hasCount ? min(end + layout.longSize, layout.pageSize) : end
  }
}
