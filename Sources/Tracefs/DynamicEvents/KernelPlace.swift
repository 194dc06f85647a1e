/// Where a probe of the kernel's code stands.
public enum KernelPlace: Hashable, Sendable {
  /// `[module:]symbol[+offset]`.
  case symbol(String, module: String? = nil, offset: UInt64 = 0)
  /// An address; the kernel lists it hashed.
  case address(UInt64)
}

extension KernelPlace: CustomStringConvertible {
  public var description: String {
    switch self {
    case .symbol(let name, let module, let offset):
      (module.map { "\($0):" } ?? "") + name + (offset == 0 ? "" : "+\(offset)")
    case .address(let address): "0x\(String(address, radix: 16))"
    }
  }

  /// What the kernel makes of it in the name of an event.
  var nameInEvent: String {
    switch self {
    case .symbol(let name, let module, let offset):
      (module.map { "\($0)_" } ?? "") + "\(name)_\(offset)"
    case .address(let address): "0x\(String(address, radix: 16))"
    }
  }

  /// Compilers add `.isra.0` and the like to names.
  static func isSymbol(_ name: some StringProtocol) -> Bool {
    guard let first = name.utf8.first, !TextScanner.isDigit(first) else { return false }
    return name.utf8.allSatisfy {
      TextScanner.isNameByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "$")
    }
  }

  func check() throws(TracefsError) {
    guard case .symbol(let name, let module, _) = self else { return }
    guard Self.isSymbol(name) else {
      throw .badValue(
        what: "place of a probe", text: "\(self)", expected: "[MODULE:]SYMBOL[+OFFSET]")
    }
    if let module { try Self.check(module: module) }
  }

  private static func check(module: String) throws(TracefsError) {
    guard !module.isEmpty,
      module.utf8.allSatisfy({ TextScanner.isNameByte($0) || $0 == UInt8(ascii: "-") })
    else { throw .badValue(what: "module", text: module, expected: "the name of a module") }
  }
}

extension TextScanner {
  mutating func takeKernelPlace() throws(TracefsError) -> KernelPlace {
    if let address = try takeNumber() { return .address(address) }
    func isPart(_ byte: UInt8) -> Bool { !Self.isBlank(byte) && !":+%".utf8.contains(byte) }
    let start = place
    var name = take(while: isPart)
    var module: String?
    if take(":") {
      module = name
      name = take(while: isPart)
    }
    let offset = take("+") ? try expectNumber("an offset") : 0
    let place = KernelPlace.symbol(name, module: module, offset: offset)
    do throws(TracefsError) { try place.check() } catch {
      throw failure("expected [MODULE:]SYMBOL[+OFFSET] or an address", at: start)
    }
    return place
  }
}
