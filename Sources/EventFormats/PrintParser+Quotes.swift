/// Quotation marks within a format string, which the kernel shows without their backslashes.
extension PrintParser {
  /// Reads `"instr="%s" addr=0x%llx", __get_str(instr), REC->addr`, as arm64's
  /// `instruction_emulation` has it: the string ends at a mark with a comma or nothing behind it.
  ///
  /// - Returns: nil where that does not help.
  static func parseWithInnerQuotes(
    _ text: String, longSize: Int
  ) -> (format: [UInt8], arguments: [Expression])? {
    let quote = UInt8(ascii: "\"")
    let backslash = UInt8(ascii: "\\")
    let bytes = Array(text.utf8)
    guard bytes.first == quote else { return nil }
    var string = [quote]
    var isEscaped = false
    var attempts = 0
    for at in bytes.indices.dropFirst() {
      if bytes[at] == quote, !isEscaped {
        let rest = bytes[(at + 1)...].drop { $0 <= 0x20 }
        if rest.isEmpty || rest.first == UInt8(ascii: ",") {
          // Beyond the first argument there is no format string any more.
          guard attempts < 8, !String(decoding: string, as: UTF8.self).contains("REC->") else {
            return nil
          }
          attempts += 1
          let candidate = String(decoding: string + bytes[at...], as: UTF8.self)
          if let parsed = try? parseStrictly(candidate, longSize: longSize) { return parsed }
        }
        string.append(backslash)
      }
      string.append(bytes[at])
      isEscaped = bytes[at] == backslash && !isEscaped
    }
    return nil
  }
}
