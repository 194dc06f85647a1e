import ByteIO
import Glibc

/// All steps of a filter, for all events, and what they use: plain memory.
///
/// Made once, then only read; the filter that owns it gives it back.
struct FilterProgram: @unchecked Sendable {
  let ops: UnsafePointer<FilterOp>
  let text: UnsafeRawPointer
  let ranges: UnsafePointer<ClosedRange<UInt64>>
  let regexes: UnsafePointer<UnsafePointer<regex_t>>

  init(
    ops: [FilterOp], text: [UInt8], ranges: [ClosedRange<UInt64>], regexes: [POSIXRegex]
  ) {
    self.ops = Self.copy(ops)
    self.text = UnsafeRawPointer(Self.copy(text))
    self.ranges = Self.copy(ranges)
    self.regexes = Self.copy(regexes.map { UnsafePointer($0.compiled) })
  }

  private static func copy<T>(_ array: [T]) -> UnsafePointer<T> {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: max(array.count, 1))
    memory.initialize(from: array, count: array.count)
    return UnsafePointer(memory)
  }

  func deallocate() {
    ops.deallocate()
    text.deallocate()
    ranges.deallocate()
    regexes.deallocate()
  }
}

/// What the compilers of all events share: patterns and symbols are looked at once.
final class FilterAssets {
  var text: [UInt8] = []
  var ranges: [ClosedRange<UInt64>] = []
  var regexes: [POSIXRegex] = []

  /// The fields of the events that the filter at hand speaks of: none of these is a symbol.
  var fieldNames: Set<String> = []

  private var addressOfName: [String: UInt64?] = [:]
  private var patterns: [[UInt8]: TextPattern] = [:]
  private var symbols: [SymbolQuestion: Range<Int>] = [:]
  private var interned: [[UInt8]: Range<Int>] = [:]

  struct SymbolQuestion: Hashable {
    var text: [UInt8]
    var isPattern: Bool
  }

  /// Where some bytes lie in the program's text.
  func intern(_ bytes: [UInt8]) -> Range<Int> {
    if let known = interned[bytes] { return known }
    let place = text.count..<text.count + bytes.count
    text += bytes
    interned[bytes] = place
    return place
  }

  func pattern(_ bytes: [UInt8]) throws(POSIXRegexError) -> TextPattern {
    if let known = patterns[bytes] { return known }
    let pattern = try TextPattern(bytes)
    patterns[bytes] = pattern
    if case .regex(let regex) = pattern { regexes.append(regex) }
    return pattern
  }

  /// The number of a pattern's expression.
  func number(of regex: POSIXRegex) -> Int? { regexes.firstIndex { $0 === regex } }

  /// The address of a symbol, where a name is one and no field.
  func address(ofSymbol name: String, in table: SymbolTable) -> UInt64? {
    if fieldNames.contains(name) { return nil }
    if let known = addressOfName[name] { return known }
    let address = table.address(named: name)
    addressOfName[name] = .some(address)
    return address
  }

  /// Where the addresses of the symbols with a name, or with names that match, lie in the ranges.
  func addresses(
    _ bytes: [UInt8], isPattern: Bool, in table: SymbolTable
  ) throws(POSIXRegexError) -> Range<Int> {
    let question = SymbolQuestion(text: bytes, isPattern: isPattern)
    if let known = symbols[question] { return known }
    let found: [ClosedRange<UInt64>]
    if isPattern {
      let pattern = try pattern(bytes)
      found = table.addresses { pattern.matches($0) }
    } else {
      found = table.addresses { name in
        name.count == bytes.count && name.elementsEqual(bytes)
      }
    }
    let place = ranges.count..<ranges.count + found.count
    ranges += found
    symbols[question] = place
    return place
  }
}
