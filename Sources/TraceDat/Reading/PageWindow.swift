/// The newest pages of one CPU, in memory: pages that come in are added behind, those that were
/// walked are let go in front.
///
/// A page keeps its number, so that a place in the stream stays that place. There is room for a
/// fixed number of pages; whoever fills the window stops when it is full. Belongs to one thread.
package final class PageWindow: @unchecked Sendable {
  package let pageSize: Int
  /// How many pages there is room for.
  package let capacity: Int
  /// The number of the oldest page that is here.
  package private(set) var first = 0
  /// The number that the next page will have; also how many there have been.
  package private(set) var end = 0
  /// Page `n` is at `n % capacity`.
  private var places: [UnsafeMutableRawPointer?]
  /// Room that was used before; the last used first, as it is still in the processor's cache.
  private var spare: [UnsafeMutableRawPointer] = []

  package init(pageSize: Int, capacity: Int) {
    self.pageSize = pageSize
    self.capacity = max(capacity, 2)
    places = [UnsafeMutableRawPointer?](repeating: nil, count: self.capacity)
  }

  deinit {
    for place in places { place?.deallocate() }
    for place in spare { place.deallocate() }
  }

  package var isFull: Bool { end - first >= capacity }
  /// How many pages are here.
  package var count: Int { end - first }

  /// Lends room for the next page.
  ///
  /// - Parameter fill: writes all of a page; false where there is none.
  /// - Returns: whether there is one more page. False, without asking, where the window is full.
  package func add<E: Error>(
    _ fill: (UnsafeMutableRawBufferPointer) throws(E) -> Bool
  ) throws(E) -> Bool {
    guard !isFull else { return false }
    let room = spare.popLast() ?? .allocate(byteCount: pageSize, alignment: 4096)
    let isThere: Bool
    do throws(E) {
      isThere = try fill(UnsafeMutableRawBufferPointer(start: room, count: pageSize))
    } catch {
      spare.append(room)
      throw error
    }
    guard isThere else {
      spare.append(room)
      return false
    }
    places[end % capacity] = room
    end += 1
    return true
  }

  /// Lets go of the pages before a number.
  package func release(before page: Int) {
    while first < min(page, end) {
      if let room = places[first % capacity] { spare.append(room) }
      places[first % capacity] = nil
      first += 1
    }
  }

  /// A page's bytes, good until it is released; nil where it is not here.
  package func page(at page: Int) -> UnsafeRawBufferPointer? {
    guard page >= first, page < end, let start = places[page % capacity] else { return nil }
    return UnsafeRawBufferPointer(start: start, count: pageSize)
  }
}
