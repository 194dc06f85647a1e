/// Where a probe of a program's code stands (Documentation/trace/uprobetracer.rst).
public struct UserPlace: Hashable, Sendable, CustomStringConvertible {
  /// Of the program or library: absolute, and without blanks, at which the kernel would end it.
  public var path: String
  /// In the file, in bytes.
  public var offset: UInt64
  /// In the file, of a counter that the kernel raises while the probe is on (SDT markers).
  public var referenceCounter: UInt64?

  public init(_ path: String, offset: UInt64, referenceCounter: UInt64? = nil) {
    self.path = path
    self.offset = offset
    self.referenceCounter = referenceCounter
  }

  public var description: String {
    "\(path):0x\(String(offset, radix: 16))"
      + (referenceCounter.map { "(0x\(String($0, radix: 16)))" } ?? "")
  }

  /// What the kernel makes of it in the name of an event.
  var nameInEvent: String {
    let file = path.split(separator: "/").last ?? ""
    return "\(file.prefix { $0 != "." })_0x\(String(offset, radix: 16))"
  }

  func check() throws(TracefsError) {
    guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != 0x23 })
    else {
      throw .badValue(
        what: "path of a probe", text: path, expected: "an absolute path without blanks and #")
    }
  }
}

extension TextScanner {
  /// `%return` may stand before or behind the counter's offset.
  mutating func takeUserPlace(isReturn: inout Bool) throws(TracefsError) -> UserPlace {
    let start = place
    let whole = word
    guard let colon = whole.utf8.lastIndex(of: UInt8(ascii: ":")) else {
      throw failure("expected PATH:OFFSET", at: start)
    }
    let path = String(whole[..<colon])
    advance(path.utf8.count + 1)
    var result = UserPlace(path, offset: try expectNumber("an offset in the file"))
    if take("%return") { isReturn = true }
    if take("(") {
      result.referenceCounter = try expectNumber("the offset of a counter")
      try expect(")")
    }
    if take("%return") { isReturn = true }
    do throws(TracefsError) { try result.check() } catch {
      throw failure("expected an absolute path", at: start)
    }
    return result
  }
}
