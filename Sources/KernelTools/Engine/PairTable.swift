/// What has begun and not ended: found again by its key, as many as fit; the oldest makes room.
///
/// A key is two numbers, such as a device and a sector, or 0 and a thread. Memory for the entries is
/// taken once, and is none of the machine's before it is used.
package struct PairTable<Value>: ~Copyable {
  private struct Entry {
    var high: UInt64
    var low: UInt64
    var value: Value
    /// Neighbours by age, -1 for none.
    var older: Int32
    var newer: Int32
  }

  package let capacity: Int
  /// How many made room for newer ones.
  package private(set) var dropped = 0
  package private(set) var count = 0

  private let entries: UnsafeMutablePointer<Entry>
  /// A table of places in `entries`, at least twice as many as are used, -1 for none; a collision
  /// takes the next one.
  private var table: UnsafeMutablePointer<Int32>
  private var mask: Int
  /// Places in `entries` that were used and are free again.
  private let free: UnsafeMutablePointer<Int32>
  private var freeCount = 0
  private var used = 0
  private var oldest: Int32 = -1
  private var newest: Int32 = -1

  /// - Parameter capacity: rounded up to a power of two.
  package init(capacity wanted: Int = 1 << 16) {
    var capacity = 2
    while capacity < wanted { capacity *= 2 }
    self.capacity = capacity
    mask = Self.firstSize - 1
    entries = .allocate(capacity: capacity)
    free = .allocate(capacity: capacity)
    table = Self.emptyTable(mask + 1)
  }

  /// To begin with: few tools ever have more under way than fit.
  private static var firstSize: Int { 1 << 8 }

  private static func emptyTable(_ size: Int) -> UnsafeMutablePointer<Int32> {
    let table = UnsafeMutablePointer<Int32>.allocate(capacity: size)
    table.initialize(repeating: -1, count: size)
    return table
  }

  deinit {
    var place = oldest
    while place >= 0 {
      let next = entries[Int(place)].newer
      (entries + Int(place)).deinitialize(count: 1)
      place = next
    }
    entries.deallocate()
    free.deallocate()
    table.deallocate()
  }

  /// Begins one; what had begun under the same key and did not end is forgotten.
  package mutating func begin(_ high: UInt64, _ low: UInt64, _ value: Value) {
    if let slot = slot(high, low) {
      entries[Int(table[slot])].value = value
      renew(table[slot])
      return
    }
    if count == capacity {
      dropped += 1
      let entry = entries + Int(oldest)
      if let slot = slot(entry.pointee.high, entry.pointee.low) { _ = take(at: slot) }
    }
    let place: Int32
    if freeCount > 0 {
      freeCount -= 1
      place = free[freeCount]
    } else {
      place = Int32(truncatingIfNeeded: used)
      used += 1
    }
    (entries + Int(place)).initialize(
      to: Entry(high: high, low: low, value: value, older: newest, newer: -1))
    if newest >= 0 { entries[Int(newest)].newer = place } else { oldest = place }
    newest = place
    count += 1
    if count * 2 > mask + 1 { grow() } else { enter(place, high, low) }
  }

  /// What began under a key.
  package func value(_ high: UInt64, _ low: UInt64) -> Value? {
    slot(high, low).map { entries[Int(table[$0])].value }
  }

  /// Ends one, and hands over what began.
  package mutating func end(_ high: UInt64, _ low: UInt64) -> Value? {
    guard count > 0, let slot = slot(high, low) else { return nil }
    return take(at: slot)
  }

  /// Ends one, and shows what began where it lies: good until the next begins.
  @inline(__always) mutating func endInPlace(_ high: UInt64, _ low: UInt64) -> UnsafePointer<Value>?
  where Value: BitwiseCopyable {
    guard count > 0, let slot = slot(high, low) else { return nil }
    let entry = entries + Int(table[slot])
    release(slot)
    return UnsafePointer(entry.pointer(to: \.value))
  }

  /// Forgets all, as after a loss of events: what ended among them is not known.
  package mutating func removeAll() {
    while oldest >= 0 {
      let entry = entries + Int(oldest)
      guard let slot = slot(entry.pointee.high, entry.pointee.low) else { return }
      _ = take(at: slot)
    }
  }

  /// Forgets those whose keys begin alike.
  package mutating func removeAll(beginning high: UInt64) {
    var place = oldest
    while place >= 0 {
      let entry = entries + Int(place)
      place = entry.pointee.newer
      guard entry.pointee.high == high, let slot = slot(high, entry.pointee.low) else { continue }
      _ = take(at: slot)
    }
  }

  // MARK: The table

  @inline(__always) private func enter(_ place: Int32, _ high: UInt64, _ low: UInt64) {
    var slot = home(high, low)
    while table[slot] >= 0 { slot = (slot &+ 1) & mask }
    table[slot] = place
  }

  private mutating func grow() {
    table.deallocate()
    mask = mask * 2 + 1
    table = Self.emptyTable(mask + 1)
    var place = oldest
    while place >= 0 {
      let entry = entries + Int(place)
      enter(place, entry.pointee.high, entry.pointee.low)
      place = entry.pointee.newer
    }
  }

  @inline(__always) private func home(_ high: UInt64, _ low: UInt64) -> Int {
    var mixed = (high ^ low &* 0x9e37_79b9_7f4a_7c15) &* 0xbf58_476d_1ce4_e5b9
    mixed ^= mixed >> 32
    return Int(truncatingIfNeeded: mixed) & mask
  }

  @inline(__always) private func slot(_ high: UInt64, _ low: UInt64) -> Int? {
    var slot = home(high, low)
    while table[slot] >= 0 {
      let entry = entries + Int(table[slot])
      if entry.pointee.low == low, entry.pointee.high == high { return slot }
      slot = (slot &+ 1) & mask
    }
    return nil
  }

  private mutating func take(at found: Int) -> Value {
    let entry = entries + Int(table[found])
    release(found)
    return entry.move().value
  }

  /// An entry is none of the table's any more, and its memory free for the next.
  private mutating func release(_ found: Int) {
    let place = table[found]
    unlink(entries + Int(place))
    free[freeCount] = place
    freeCount += 1
    count -= 1
    // Those behind it that collided move up, so that no search ends at the gap.
    var gap = found
    var next = (gap + 1) & mask
    while table[next] >= 0 {
      let other = entries + Int(table[next])
      let wanted = home(other.pointee.high, other.pointee.low)
      if (next &- wanted) & mask >= (next &- gap) & mask {
        table[gap] = table[next]
        gap = next
      }
      next = (next + 1) & mask
    }
    table[gap] = -1
  }

  private mutating func renew(_ place: Int32) {
    guard place != newest else { return }
    unlink(entries + Int(place))
    entries[Int(place)].older = newest
    entries[Int(place)].newer = -1
    if newest >= 0 { entries[Int(newest)].newer = place } else { oldest = place }
    newest = place
  }

  @inline(__always) private mutating func unlink(_ entry: UnsafePointer<Entry>) {
    let (older, newer) = (entry.pointee.older, entry.pointee.newer)
    if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
    if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
  }
}
