/// A fixed number of values that cannot be copied, changed where they lie.
@frozen public struct OwnedList<Element: ~Copyable>: ~Copyable {
  @usableFromInline let start: UnsafeMutablePointer<Element>
  public let count: Int

  public init(count: Int, _ make: (Int) -> Element) {
    self.count = count
    start = .allocate(capacity: max(count, 1))
    for index in 0..<count { (start + index).initialize(to: make(index)) }
  }

  deinit {
    start.deinitialize(count: count)
    start.deallocate()
  }

  @inlinable public subscript(index: Int) -> Element {
    @inline(__always) unsafeAddress {
      precondition(index >= 0 && index < count, "no such element")
      return UnsafePointer(start + index)
    }
    @inline(__always) unsafeMutableAddress {
      precondition(index >= 0 && index < count, "no such element")
      return start + index
    }
  }
}
