/// One argument of `-l`, `-n` or `-g`.
public enum FunctionRule: Equatable, Sendable {
  /// Letters, digits and `_ * ? .` only: the kernel matches it itself.
  case glob(String)
  /// Anything else: an expression that whole names in the list of functions must match.
  case regex(String)
  /// `func:command…`, written as it is after all others.
  case command(String)

  public init(_ text: String) {
    func isPlain(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_*?.".utf8.contains(byte)
      }
    }
    if text.contains(":") {
      self = .command(text)
    } else if text.utf8.allSatisfy(isPlain) {
      self = .glob(text)
    } else {
      self = .regex(text)
    }
  }
}
