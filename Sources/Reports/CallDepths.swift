/// The depths of a slice's function calls, for every event of every stream in its order.
final class CallDepths: @unchecked Sendable {
  private var lists: [UnsafeMutablePointer<UInt16>] = []

  deinit { for list in lists { list.deallocate() } }

  /// Takes over the depths of the next stream's events.
  func append(_ depths: [UInt16]) {
    let list = UnsafeMutablePointer<UInt16>.allocate(capacity: max(depths.count, 1))
    list.initialize(from: depths, count: depths.count)
    lists.append(list)
  }

  /// The depths of a stream's events; they live as long as this object.
  subscript(stream: Int) -> UnsafePointer<UInt16> { UnsafePointer(lists[stream]) }
}
