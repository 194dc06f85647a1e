/// A table from 64-bit keys to small numbers, for the loops that look one up per event.
///
/// Open addressing, keys are only added. One lookup costs a multiplication and usually one cache
/// line, where `Dictionary` takes 10 ns.
@frozen public struct IntMap: ~Copyable {
  @usableFromInline var keys: UnsafeMutablePointer<UInt64>
  @usableFromInline var values: UnsafeMutablePointer<Int32>
  @usableFromInline var shift: UInt64
  @usableFromInline var used: Int

  /// How many keys it holds.
  @inlinable public var count: Int { used }

  /// Values are never negative; -1 marks a free place.
  public init(minimumCapacity: Int = 64) {
    var bits: UInt64 = 6
    while 1 << bits < minimumCapacity * 2 { bits += 1 }
    let size = 1 << Int(bits)
    keys = .allocate(capacity: size)
    keys.initialize(repeating: 0, count: size)
    values = .allocate(capacity: size)
    values.initialize(repeating: -1, count: size)
    shift = 64 - bits
    used = 0
  }

  deinit {
    keys.deallocate()
    values.deallocate()
  }

  /// The number kept for a key, or -1.
  @inlinable @inline(__always) public func value(of key: UInt64) -> Int32 {
    var place = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> shift)
    while true {
      let value = values[place]
      if value < 0 || keys[place] == key { return value }
      place = (place &+ 1) & (1 << Int(truncatingIfNeeded: 64 &- shift) &- 1)
    }
  }

  /// Keeps a number, which must not be negative, for a key.
  public mutating func set(_ key: UInt64, _ value: Int32) {
    precondition(value >= 0, "an IntMap's values are not negative")
    let size = 1 << Int(64 - shift)
    if used * 2 >= size { grow() }
    var place = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> shift)
    let mask = 1 << Int(64 - shift) - 1
    while values[place] >= 0, keys[place] != key { place = (place + 1) & mask }
    if values[place] < 0 { used += 1 }
    keys[place] = key
    values[place] = value
  }

  private mutating func grow() {
    let size = 1 << Int(64 - shift)
    var larger = IntMap(minimumCapacity: size)
    for place in 0..<size where values[place] >= 0 { larger.set(keys[place], values[place]) }
    swap(&keys, &larger.keys)
    swap(&values, &larger.values)
    swap(&shift, &larger.shift)
  }
}
