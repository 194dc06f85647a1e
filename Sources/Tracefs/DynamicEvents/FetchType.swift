import ByteIO

/// The type of a probe's argument (Documentation/trace/kprobetrace.rst, "Types").
public struct FetchType: Hashable, Sendable, CustomStringConvertible {
  public enum Element: Hashable, Sendable {
    /// `s8` … `s64`, `u8` … `u64`, and `x8` … `x64`, which print in hexadecimal.
    case signed(bits: Int)
    case unsigned(bits: Int)
    case hexadecimal(bits: Int)
    case char
    /// A text in the kernel's memory.
    case string
    /// A text in the task's memory.
    case userString
    /// An address, printed as symbol and offset.
    case symbol
    /// The same, recorded as text.
    case symbolString
    /// `b4@8/32`: bits of an integer.
    case bitfield(width: Int, offset: Int, container: Int)
    /// `%pd`: the name of a `struct dentry`.
    case dentryName
    /// `%pD`: the name of a `struct file`.
    case fileName
  }

  public var element: Element
  /// How many there are in an array, from 1 to 64; nil for one alone.
  public var count: Int?

  public init(_ element: Element, count: Int? = nil) {
    self.element = element
    self.count = count
  }

  /// The most elements of an array.
  static let countLimit = 64
  static let widths = [8, 16, 32, 64]

  public var description: String {
    let array = count.map { "[\($0)]" } ?? ""
    switch element {
    case .signed(let bits): return "s\(bits)\(array)"
    case .unsigned(let bits): return "u\(bits)\(array)"
    case .hexadecimal(let bits): return "x\(bits)\(array)"
    case .bitfield(let width, let offset, let container):
      return "b\(width)@\(offset)/\(container)\(array)"
    default:
      let word = Self.words.first { $0.element == element }?.text ?? ""
      return word + array
    }
  }

  fileprivate static let words: [(text: String, element: Element)] = [
    ("char", .char), ("string", .string), ("ustring", .userString), ("symbol", .symbol),
    ("symstr", .symbolString), ("%pd", .dentryName), ("%pD", .fileName),
  ]

  /// Throws where a width is none of the kernel's or an array too long.
  public func check() throws(TracefsError) {
    switch element {
    case .signed(let bits), .unsigned(let bits), .hexadecimal(let bits):
      guard Self.widths.contains(bits) else { throw bad("8, 16, 32 or 64 bits wide") }
    case .bitfield(let width, let offset, let container):
      guard Self.widths.contains(container), width > 0, offset >= 0,
        width <= container, offset <= container - width
      else { throw bad("bits that lie in 8, 16, 32 or 64") }
    default: break
    }
    if let count {
      guard (1...Self.countLimit).contains(count) else { throw bad("an array of 1 to 64") }
    }
  }

  private func bad(_ expected: String) -> TracefsError {
    .badValue(what: "type", text: description, expected: expected)
  }
}

extension TextScanner {
  mutating func takeFetchType() throws(TracefsError) -> FetchType {
    let start = place
    let word = take { !Self.isBlank($0) && $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "\\") }
    guard let element = try Self.element(word) else {
      let known = ["u", "s", "x"].flatMap { letter in FetchType.widths.map { "\(letter)\($0)" } }
      throw failure(
        "no such type: \(word)", at: start,
        nearest: Nearest.names(to: word, among: known + FetchType.words.map(\.text)))
    }
    var type = FetchType(element)
    // The kernel's text of help writes `\[`, for shells.
    if take("\\[") || take("[") {
      type.count = try expectInt("the length of the array")
      guard take("\\]") || take("]") else { throw failure("expected ']'") }
    }
    do throws(TracefsError) { try type.check() } catch {
      throw failure(error.message, at: start)
    }
    return type
  }

  private static func element(_ word: String) throws(TracefsError) -> FetchType.Element? {
    if let known = FetchType.words.first(where: { $0.text == word }) { return known.element }
    guard let letter = word.first, let bits = Int(word.dropFirst().prefix { $0.isNumber }) else {
      return nil
    }
    let isWhole = "\(letter)\(bits)" == word && FetchType.widths.contains(bits)
    switch letter {
    case "s" where isWhole: return .signed(bits: bits)
    case "u" where isWhole: return .unsigned(bits: bits)
    case "x" where isWhole: return .hexadecimal(bits: bits)
    case "b":
      let parts = word.dropFirst().split(
        omittingEmptySubsequences: false, whereSeparator: { $0 == "@" || $0 == "/" })
      guard parts.count == 3, word == "b\(parts[0])@\(parts[1])/\(parts[2])",
        let offset = Int(parts[1]), let container = Int(parts[2])
      else { return nil }
      return .bitfield(width: bits, offset: offset, container: container)
    default: return nil
    }
  }
}
