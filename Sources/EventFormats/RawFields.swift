package import ByteIO

// ` name=value` for each of an event's own fields, as `trace-cmd report -R` prints them.
extension EventCatalog {
  /// Appends every own field of the record, each with a blank before it.
  ///
  /// A field that the print format prints alone is shown in the same way; others by their type.
  package func printRawFields(
    record: UnsafeRawBufferPointer, eventIndex: Int, into sink: inout ByteSink,
    scratch: inout PrintScratch
  ) {
    PrintInterpreter.run(
      rawProgram(at: eventIndex), record, context, into: &sink, &scratch)
  }
}

extension PrintCompiler {
  /// An argument of the print format that is a field and nothing else.
  struct Shown {
    var field: String
    var spec: ConversionSpec
    /// Whether `0x` stands before the conversion; it then belongs to the number.
    var hasPrefix: Bool
    /// Whether the print format ends with it.
    var isEnd = false

    var isHexadecimal: Bool { spec.letter | 0x20 == UInt8(ascii: "x") }

    /// Whether it is the address of a function: `%ps` and its like.
    var isSymbol: Bool {
      spec.letter == UInt8(ascii: "p")
        && [UInt8(ascii: "S"), UInt8(ascii: "s"), UInt8(ascii: "F"), UInt8(ascii: "f")]
          .contains(spec.suffix.first ?? 0)
    }
  }

  /// The program that prints the fields by name.
  ///
  /// A field takes the conversion of the argument that it is, until one took the print format's
  /// end: the fields after that one are shown by their types. So does trace-cmd 3.1.6 (observed on
  /// `hrtimer_expire_entry` and `netfs_read`, and on `timer_expire_entry` and `tlb_flush`, whose
  /// formats end with another field or with text).
  ///
  /// - Parameter hasAddresses: whether addresses of functions stand behind their names.
  static func rawFields(
    of format: EventFormat, longSize: Int, swapped: Bool, hasAddresses: Bool = false
  ) -> PrintProgram {
    var shown = conversionsOfFields(format, longSize: longSize, swapped: swapped)
    var next = 0
    var compiler = PrintCompiler(format: format, longSize: longSize, swapped: swapped)
    for field in format.fields {
      let before = compiler
      do throws(PrintFormatProblem) {
        try compiler.emitText(Array(" \(field.name)=".utf8))
        // The search begins behind the last find and goes round.
        let place =
          shown[next...].firstIndex { $0.field == field.name }
          ?? shown[..<next].firstIndex { $0.field == field.name }
        let way = place.map { shown[$0] }
        if let place { next = place + 1 }
        if let way, way.isEnd { (shown, next) = ([], 0) }
        if let way, field.kind == .integer || field.kind == .pointer {
          if way.hasPrefix { try compiler.emitText(Array("0x".utf8)) }
          if hasAddresses, way.isSymbol {
            let hasOffset = way.spec.suffix.first.map { $0 & 0x20 == 0 } ?? false
            try compiler.symbol(.field(field.name), form: hasOffset ? 4 : 3)
          } else {
            try compiler.conversion(way.spec, .field(field.name))
          }
        } else {
          try compiler.rawField(field)
        }
      } catch {
        compiler = before
      }
    }
    return compiler.program()
  }

  static func conversionsOfFields(
    _ format: EventFormat, longSize: Int, swapped: Bool
  ) -> [Shown] {
    var shown: [Shown] = []
    guard let parsed = try? PrintParser.parse(format.printFormat, longSize: longSize) else {
      return shown
    }
    var compiler = PrintCompiler(format: format, longSize: longSize, swapped: swapped)
    var rest = parsed.arguments[...]
    var isLastShown = false
    try? compiler.conversions(parsed.format) { (compiler, spec) throws(PrintFormatProblem) in
      if spec.flags.contains(.widthOnStack) { _ = rest.popFirst() }
      if spec.flags.contains(.precisionOnStack) { _ = rest.popFirst() }
      var argument = rest.popFirst()
      while case .cast(_, let inner) = argument { argument = inner }
      let isAlone = !spec.flags.contains(.widthOnStack) && !spec.flags.contains(.precisionOnStack)
      isLastShown = false
      if isAlone, case .field(let name) = argument {
        isLastShown = true
        let hasPrefix = compiler.text.suffix(2).elementsEqual("0x".utf8)
        shown.append(Shown(field: name, spec: spec, hasPrefix: hasPrefix))
      }
      // Keeps the texts of two conversions apart.
      compiler.text.append(0)
    }
    if isLastShown, compiler.text.last == 0 { shown[shown.count - 1].isEnd = true }
    return shown
  }

  private mutating func rawField(_ field: Field) throws(PrintFormatProblem) {
    let kind = loadKind(field).rawValue
    switch field.kind {
    case .integer:
      let code: PrintCode =
        field.isSigned ? .fieldDecimal64 : field.isLong ? .fieldHex64 : .fieldUnsigned64
      if code == .fieldHex64 { try emitText(Array("0x".utf8)) }
      try emit(PrintOp(code: code, a: kind, c: reach(field.offset, field.size)))
    case .pointer:
      try emitText(Array("0x".utf8))
      try emit(PrintOp(code: .fieldHex64, a: kind, c: reach(field.offset, field.size)))
    case .text, .array, .dynamic, .relative:
      guard try region(.field(field.name)) != nil else { return }
      try emit(PrintOp(code: .rawBytes, a: field.isByteArray ? 1 : 0), stack: -1)
    }
  }
}

extension PrintInterpreter {
  /// Text where every byte up to the NUL can be printed, else `ARRAY[aa, bb]`.
  static func appendRawBytes(
    _ bytes: UnsafeRawBufferPointer, asText: Bool, into sink: inout ByteSink
  ) {
    if asText {
      let text = bytes.prefix { $0 != 0 }
      if text.allSatisfy({ (0x20..<0x7f).contains($0) || $0.isBlank }) {
        sink.append(UnsafeRawBufferPointer(rebasing: text))
        return
      }
    }
    sink.append("ARRAY[")
    for (index, byte) in bytes.enumerated() {
      if index > 0 { sink.append(", ") }
      appendHexByte(byte, into: &sink)
    }
    sink.append(UInt8(ascii: "]"))
  }
}
