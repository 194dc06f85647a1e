/// The depths of a slice's function calls, for every event of every stream in its order.
///
/// They are found by reading the slice once more than its printer does. Where the file changes
/// meanwhile, or a part of it cannot be unpacked for want of memory, the two may see different
/// numbers of events: an event that has no depth here is at depth 0.
final class DepthLists: @unchecked Sendable {
  private var lists: [UnsafeMutableBufferPointer<UInt16>] = []

  deinit { for list in lists { list.deallocate() } }

  /// Takes over the depths of the next stream's events.
  func append(_ depths: [UInt16]) {
    let list = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: depths.count)
    _ = list.initialize(from: depths)
    lists.append(list)
  }

  /// The depths of a stream's events; they live as long as this object.
  subscript(stream: Int) -> UnsafeBufferPointer<UInt16> {
    lists.indices.contains(stream)
      ? UnsafeBufferPointer(lists[stream]) : .init(start: nil, count: 0)
  }
}
