import ByteIO
import EventFormats

/// Names of functions by address, looked up in the symbols once each.
///
/// One worker owns one. A place of the table has all there is to say of an address in half a cache
/// line: the function tracer asks twice an event.
struct FunctionNames: ~Copyable {
  /// What is known of an address.
  struct Name {
    fileprivate var address: UInt64
    /// The function that holds the address; empty where no symbol is known.
    var text: PaddedText
    /// Of the name's bytes, not 0; names that differ in it are different. 0 where there is no name.
    var hash: UInt64
  }

  /// Behind every symbol, so that it never has a name.
  private static let noAddress = UInt64.max

  private let symbols: SymbolTable
  private let nothing = PaddedText(copying: UnsafeRawBufferPointer(start: nil, count: 0))
  /// Open addressing; `noAddress` marks a free place.
  private var table: UnsafeMutablePointer<Name>
  private var bits: UInt64 = 12
  private var count = 0

  init(symbols: SymbolTable) {
    self.symbols = symbols
    table = Self.emptyTable(bits, nothing)
  }

  deinit {
    releaseTexts()
    table.deallocate()
    nothing.deallocate()
  }

  /// What is known of an address; good until the next call.
  @inline(__always) mutating func name(of address: UInt64) -> UnsafePointer<Name> {
    var place = Int(truncatingIfNeeded: (address &* 0x9e37_79b9_7f4a_7c15) &>> (64 &- bits))
    // Looking for `noAddress` itself ends at a free place, which has no name.
    while table[place].address != address {
      if _slowPath(table[place].address == Self.noAddress) { return add(address) }
      place = (place &+ 1) & (1 &<< Int(truncatingIfNeeded: bits) &- 1)
    }
    return UnsafePointer(table + place)
  }

  @inline(never) private mutating func add(_ address: UInt64) -> UnsafePointer<Name> {
    // A damaged file may name any number of addresses: then the table starts afresh.
    if count >= 1 << 18 { clear() }
    if count * 2 >= 1 << Int(bits) { grow() }
    var name = Name(address: address, text: nothing, hash: 0)
    if let symbol = symbols.lookup(address), !symbol.name.isEmpty {
      name.text = PaddedText(copying: symbol.name)
      name.hash = max(Self.hash(symbol.name), 1)
    }
    let place = place(for: address)
    table[place] = name
    count += 1
    return UnsafePointer(table + place)
  }

  private func place(for address: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: (address &* 0x9e37_79b9_7f4a_7c15) >> (64 - bits))
    while table[place].address != Self.noAddress { place = (place + 1) & (1 << Int(bits) - 1) }
    return place
  }

  private mutating func grow() {
    let old = table
    let size = 1 << Int(bits)
    bits += 1
    table = Self.emptyTable(bits, nothing)
    for place in 0..<size where old[place].address != Self.noAddress {
      table[self.place(for: old[place].address)] = old[place]
    }
    old.deallocate()
  }

  private func releaseTexts() {
    for place in 0..<(1 << Int(bits)) where table[place].hash != 0 {
      table[place].text.deallocate()
    }
  }

  private mutating func clear() {
    releaseTexts()
    table.update(
      repeating: Name(address: Self.noAddress, text: nothing, hash: 0), count: 1 << Int(bits))
    count = 0
  }

  private static func emptyTable(
    _ bits: UInt64, _ nothing: PaddedText
  ) -> UnsafeMutablePointer<Name> {
    let table = UnsafeMutablePointer<Name>.allocate(capacity: 1 << Int(bits))
    table.initialize(
      repeating: Name(address: Self.noAddress, text: nothing, hash: 0), count: 1 << Int(bits))
    return table
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}
