import Glibc

/// An address of this machine at which the page can be had.
package struct ListenAddress: Sendable, Equatable {
  /// The address in numbers, as `inet_pton` reads it.
  package let text: String
  /// Whether only this machine reaches it.
  package let isLoopback: Bool
  let isIPv6: Bool

  package static let loopback = ListenAddress(text: "127.0.0.1", isLoopback: true, isIPv6: false)

  private init(text: String, isLoopback: Bool, isIPv6: Bool) {
    self.text = text
    self.isLoopback = isLoopback
    self.isIPv6 = isIPv6
  }

  /// Reads `127.0.0.1`, `::1`, `[::1]` or `localhost`; nil for what is no address in numbers: a
  /// name may stand for an address that nobody meant.
  package init?(_ text: String) {
    if text == "localhost" {
      self = .loopback
      return
    }
    let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
    let bare = isBracketed ? String(text.dropFirst().dropLast()) : text
    var four = in_addr()
    var six = in6_addr()
    if !isBracketed, inet_pton(AF_INET, bare, &four) == 1 {
      let first = withUnsafeBytes(of: &four) { $0[0] }
      self.init(text: bare, isLoopback: first == 127, isIPv6: false)
    } else if inet_pton(AF_INET6, bare, &six) == 1 {
      let bytes = withUnsafeBytes(of: &six) { Array($0) }
      let isLoopback = bytes == [UInt8](repeating: 0, count: 15) + [1]
      self.init(text: bare, isLoopback: isLoopback, isIPv6: true)
    } else {
      return nil
    }
  }

  /// Whether it stands for all addresses of this machine.
  var isAny: Bool { text.utf8.allSatisfy { "0.:".utf8.contains($0) } }

  /// What a browser is told: an address that stands for all is none that it could go to.
  var hostInURL: String {
    if isAny { return Self.machineName ?? "localhost" }
    return isIPv6 ? "[\(text)]" : text
  }

  static var machineName: String? {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return nil }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
