/// What one worker needs while it prints: a stack of numbers, a cache of symbols, a spare record.
///
/// Make one a thread and hand it to every call.
package struct PrintScratch: ~Copyable {
  struct CachedSymbol {
    var address: UInt64
    var offset: UInt64
    var name: UnsafeRawPointer?
    var length: Int
  }

  static let cacheSize = 1024

  let stack: UnsafeMutablePointer<UInt64>
  let cache: UnsafeMutablePointer<CachedSymbol>
  var stackLines = StackLines()
  /// A record too short for its event, followed by zeros.
  private(set) var spare: UnsafeMutableRawBufferPointer

  /// The time of the record that is printed, in ns.
  var time: UInt64 = 0
  /// How a time in the text is written: as in the line's own column.
  package var timeDigits = TimeDigits.microseconds

  package enum TimeDigits: Sendable {
    case microseconds
    case nanoseconds
    /// The clock's units.
    case none
  }

  package init() {
    stack = .allocate(capacity: PrintCompiler.deepestStack + 8)
    stack.initialize(repeating: 0, count: PrintCompiler.deepestStack + 8)
    cache = .allocate(capacity: Self.cacheSize)
    cache.initialize(
      repeating: CachedSymbol(address: 0, offset: 0, name: nil, length: -1), count: Self.cacheSize)
    spare = .allocate(byteCount: 256, alignment: 16)
  }

  deinit {
    stack.deallocate()
    cache.deallocate()
    spare.deallocate()
  }

  /// A copy of the record, filled up with zeros to `size` bytes; valid until the next call.
  mutating func filledUp(_ record: UnsafeRawBufferPointer, to size: Int) -> UnsafeRawBufferPointer {
    if spare.count < size {
      spare.deallocate()
      spare = .allocate(byteCount: size, alignment: 16)
    }
    spare.copyMemory(from: record)
    UnsafeMutableRawBufferPointer(rebasing: spare[record.count..<size])
      .initializeMemory(as: UInt8.self, repeating: 0)
    return UnsafeRawBufferPointer(rebasing: spare[..<size])
  }

  /// The symbol at or before an address: its name (empty where there is none) and how far behind.
  @inline(__always)
  mutating func symbol(
    _ address: UInt64, in table: SymbolTable
  ) -> (name: UnsafeRawBufferPointer, offset: UInt64) {
    let slot = Int(truncatingIfNeeded: (address &* 0x9e37_79b9_7f4a_7c15) >> 54)
    let cached = cache[slot]
    if cached.address == address, cached.length >= 0 {
      return (UnsafeRawBufferPointer(start: cached.name, count: cached.length), cached.offset)
    }
    return fetch(address, table, slot)
  }

  @inline(never)
  private mutating func fetch(
    _ address: UInt64, _ table: SymbolTable, _ slot: Int
  ) -> (name: UnsafeRawBufferPointer, offset: UInt64) {
    let found = table.lookup(address)
    let name = found?.name ?? UnsafeRawBufferPointer(start: nil, count: 0)
    let offset = address &- (found?.address ?? 0)
    cache[slot] = CachedSymbol(
      address: address, offset: offset, name: name.baseAddress, length: name.count)
    return (name, offset)
  }
}
