/// One question of the page.
package struct PageRequest: Sendable, Equatable {
  /// What stands behind `api/`: `tiles`, `events/near`.
  package let path: String
  /// The parameters in their order, decoded.
  package let parameters: [Parameter]

  package struct Parameter: Sendable, Equatable {
    package var name: String
    package var value: String
  }

  /// Reads `tiles?level=14&rows=0-7%2C12`; nil where what is escaped is no UTF-8.
  ///
  /// A `+` among the parameters is a blank, as forms and `URLSearchParams` write it.
  package init?(_ target: some StringProtocol) {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = Self.decoded(parts[0], plusIsBlank: false) else { return nil }
    var parameters: [Parameter] = []
    for pair in parts.dropFirst().joined().split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(sides[0], plusIsBlank: true),
        let value = Self.decoded(sides.count > 1 ? sides[1] : "", plusIsBlank: true)
      else { return nil }
      parameters.append(Parameter(name: name, value: value))
    }
    self.path = path
    self.parameters = parameters
  }

  /// The text of a parameter: the first of that name.
  package subscript(name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }

  /// The text of a parameter that has to be there.
  package func text(_ name: String) throws(PageError) -> String {
    guard let text = self[name] else { throw .badRequest("\(path) needs \(name)=") }
    return text
  }

  /// The number that a parameter is; nil where it is not there.
  package func number<Number: LosslessStringConvertible & Numeric>(
    _ name: String, as type: Number.Type = Number.self
  ) throws(PageError) -> Number? {
    guard let text = self[name] else { return nil }
    // "nan" and "inf" are numbers to Swift.
    guard let number = Number(text), number == number, number - number == .zero else {
      throw .badRequest("\(name)= takes a number here, not \"\(text)\"")
    }
    return number
  }

  /// The number that a parameter has to be.
  package func needed<Number: LosslessStringConvertible & Numeric>(
    _ name: String, as type: Number.Type = Number.self
  ) throws(PageError) -> Number {
    guard let number = try number(name, as: type) else {
      throw .badRequest("\(path) needs \(name)=")
    }
    return number
  }

  /// Text with its `%2C`s as the bytes they are (RFC 3986 §2.1); nil where that is no UTF-8, or a
  /// `%` stands alone.
  private static func decoded(_ text: some StringProtocol, plusIsBlank: Bool) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
        else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
