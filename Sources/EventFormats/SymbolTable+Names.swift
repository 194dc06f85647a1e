extension SymbolTable {
  /// The function that an address is in; the address where that is not known.
  package func functionName(at address: UInt64) -> String {
    guard let symbol = lookup(address) else { return "0x" + String(address, radix: 16) }
    return String(decoding: symbol.name, as: UTF8.self)
  }

  /// The same, with how far behind the function's beginning the address is: `schedule+0x5e`.
  package func place(of address: UInt64) -> String {
    let offset = lookup(address).map { "+0x" + String(address &- $0.address, radix: 16) }
    return functionName(at: address) + (offset ?? "")
  }
}
