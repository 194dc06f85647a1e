extension EventFormat {
  /// Fields that end beyond this are taken for a damaged file: no sub-buffer is larger.
  static let largestRecord = 1 << 20
  /// The most fields an event may have.
  static let mostFields = 4096

  /// Parses the text of one `format` file.
  ///
  /// `longSize` is the traced kernel's, in bytes. A print format that makes no sense is no error
  /// here: fields can be read without it.
  package init(
    parsing bytes: UnsafeRawBufferPointer, system: String, longSize: Int = 8
  ) throws(EventFormatError) {
    self.system = system
    name = ""
    id = -1
    commonFields = []
    fields = []
    printFormat = ""
    printFormatLine = 0

    var line = 0
    var start = 0
    while start < bytes.count {
      line += 1
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      start = end + 1
      if let value = text.value(after: "name:") {
        name = value
      } else if let value = text.value(after: "ID:") {
        guard let number = Int(value), (0...0xffff_ffff).contains(number) else {
          throw problem(line, "the ID is \"\(value)\", expected a number")
        }
        id = number
      } else if text.value(after: "print fmt:") != nil {
        // The rest of the file belongs to it, should it go over several lines.
        printFormatLine = line
        let from = start - 1 - text.count + (text.offset(after: "print fmt:") ?? 0)
        printFormat = String(
          decoding: UnsafeRawBufferPointer(rebasing: bytes[from...]), as: UTF8.self)
        while printFormat.utf8.last == 0x0a || printFormat.utf8.last == 0x20 {
          printFormat.removeLast()
        }
        break
      } else if let field = try field(text, line: line, longSize: longSize) {
        guard fields.count + commonFields.count < Self.mostFields else {
          throw problem(line, "more than \(Self.mostFields) fields")
        }
        if field.name.utf8.starts(with: "common_".utf8) && fields.isEmpty {
          commonFields.append(field)
        } else {
          fields.append(field)
        }
      }
    }
    guard !name.isEmpty else { throw problem(line, "no line starts with \"name:\"") }
    guard id >= 0 else { throw problem(line, "no line starts with \"ID:\"") }
  }

  private func problem(_ line: Int, _ what: String) -> EventFormatError {
    EventFormatError(event: name.isEmpty ? "\(system)/?" : title, line: max(line, 1), problem: what)
  }

  /// `field:unsigned int a;<tab>offset:8;<tab>size:4;<tab>signed:0;`
  private func field(
    _ text: UnsafeRawBufferPointer, line: Int, longSize: Int
  ) throws(EventFormatError) -> Field? {
    guard let after = text.offset(after: "field:") ?? text.offset(after: "field special:") else {
      return nil
    }
    guard let semicolon = text[after...].firstIndex(of: UInt8(ascii: ";")) else {
      throw problem(line, "a field has no \";\" after its declaration")
    }
    let rest = UnsafeRawBufferPointer(rebasing: text[semicolon...])
    guard let offset = rest.number(after: "offset:"), let size = rest.number(after: "size:") else {
      throw problem(line, "a field has no offset or no size")
    }
    let declaration = String(decoding: text[after..<semicolon], as: UTF8.self)
    guard offset >= 0, size >= 0, offset <= Self.largestRecord, size <= Self.largestRecord else {
      throw problem(line, "\"\(declaration)\" lies outside every record (\(offset) + \(size))")
    }
    guard let parsed = FieldDeclaration(declaration, size: size, longSize: longSize) else {
      throw problem(line, "\"\(declaration)\" declares no name")
    }
    if parsed.kind == .dynamic || parsed.kind == .relative, size != 4, size != 2 {
      throw problem(line, "\"\(declaration)\" has \(size) bytes, expected 4")
    }
    return Field(
      name: parsed.name, type: parsed.type, offset: offset, size: size,
      isSigned: rest.number(after: "signed:") ?? 0 != 0, kind: parsed.kind,
      elementSize: parsed.elementSize, isLong: parsed.isLong, isByteArray: parsed.isByteArray)
  }
}

extension UnsafeRawBufferPointer {
  /// Where the text after a keyword starts, when this line begins with it (blanks aside).
  func offset(after keyword: StaticString) -> Int? {
    var at = 0
    while at < count, self[at].isBlank { at += 1 }
    guard hasBytes(of: keyword, at: at) else { return nil }
    at += keyword.utf8CodeUnitCount
    while at < count, self[at] == 0x20 || self[at] == 0x09 { at += 1 }
    return at
  }

  /// The trimmed text after a keyword that starts the line.
  func value(after keyword: StaticString) -> String? {
    guard let at = offset(after: keyword) else { return nil }
    var end = count
    while end > at, self[end - 1].isBlank { end -= 1 }
    return String(decoding: self[at..<end], as: UTF8.self)
  }

  /// The number after the first place where a keyword stands.
  func number(after keyword: StaticString) -> Int? {
    let length = keyword.utf8CodeUnitCount
    var at = 0
    while at + length <= count {
      if hasBytes(of: keyword, at: at) {
        let digits = self[(at + length)...].prefix { $0 != UInt8(ascii: ";") && $0 != 0x0a }
        return Int(String(decoding: digits, as: UTF8.self).drop { $0 == " " })
      }
      at += 1
    }
    return nil
  }

  func hasBytes(of keyword: StaticString, at offset: Int) -> Bool {
    let length = keyword.utf8CodeUnitCount
    guard offset >= 0, offset + length <= count else { return false }
    return (0..<length).allSatisfy { self[offset + $0] == keyword.utf8Start[$0] }
  }
}
