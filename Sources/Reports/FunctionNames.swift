import ByteIO
import EventFormats

/// Names of functions by address, looked up in the symbols once each.
///
/// One worker owns one; the names stay in the symbols' text.
struct FunctionNames: ~Copyable {
  private let symbols: SymbolTable
  private var index = IntMap(minimumCapacity: 4096)
  private var names: UnsafeMutablePointer<CallIndent.Name?>
  private var capacity = 4096

  init(symbols: SymbolTable) {
    self.symbols = symbols
    names = .allocate(capacity: capacity)
  }

  deinit { names.deallocate() }

  /// The function that holds an address; nil where no symbol is known.
  @inline(__always) mutating func name(of address: UInt64) -> CallIndent.Name? {
    let number = index.value(of: address)
    if _fastPath(number >= 0) { return names[Int(number)] }
    return add(address)
  }

  private mutating func add(_ address: UInt64) -> CallIndent.Name? {
    var name: CallIndent.Name?
    if let symbol = symbols.lookup(address), let start = symbol.name.baseAddress {
      name = CallIndent.Name(
        start: start, count: symbol.name.count, hash: Self.hash(symbol.name))
    }
    // Bounded: a damaged file may name any number of addresses.
    if index.count < 1 << 20 {
      if index.count == capacity { grow() }
      (names + index.count).initialize(to: name)
      index.set(address, Int32(index.count))
    }
    return name
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<CallIndent.Name?>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: names, count: capacity)
    names.deallocate()
    names = larger
    capacity *= 2
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}
