package import ByteIO
import Glibc

// An event's own fields for programs: as members of a JSON object, or as cells of a CSV row.
//
// Whole numbers are numbers; addresses (pointers, and longs that the print format shows in
// hexadecimal) are strings "0x…", since readers of JSON lose bits of large numbers; addresses that
// the print format shows as symbols are strings "name+0x10"; character arrays are strings; other
// arrays are arrays.
extension EventCatalog {
  /// Appends `"name":value` of every own field, with commas between them.
  package func printJSONFields(
    record: UnsafeRawBufferPointer, eventIndex: Int, into sink: inout ByteSink,
    scratch: inout PrintScratch
  ) {
    PrintInterpreter.run(jsonProgram(at: eventIndex), record, context, into: &sink, &scratch)
  }

  /// Whether the event's fields say less than its text: a `trace_printk` with packed arguments.
  package func needsText(at index: Int) -> Bool {
    system(at: index).elementsEqual("ftrace".utf8)
      && (name(at: index).elementsEqual("bprint".utf8)
        || name(at: index).elementsEqual("bputs".utf8))
  }
}

/// For whom fields are written.
enum FieldSyntax: UInt64 { case json, csv }

extension PrintCompiler {
  /// The program that prints all own fields as members of a JSON object.
  static func members(of format: EventFormat, longSize: Int, swapped: Bool) -> PrintProgram {
    let shown = conversionsOfFields(format, longSize: longSize, swapped: swapped)
    var compiler = PrintCompiler(format: format, longSize: longSize, swapped: swapped)
    var isFirst = true
    for field in format.fields where !field.name.isEmpty {
      let before = compiler
      do throws(PrintFormatProblem) {
        var name = ByteSink(capacity: 64)
        Array(field.name.utf8).withUnsafeBytes { name.append(json: $0) }
        try compiler.emitText(
          Array((isFirst ? "\"" : ",\"").utf8) + Array(name.bytes) + Array("\":".utf8))
        try compiler.value(of: field, shown: shown.first { $0.field == field.name }, .json)
        isFirst = false
      } catch {
        compiler = before
      }
    }
    return compiler.program()
  }

  /// The program that prints some fields as cells, a comma before each; empty where there is none.
  static func cells(
    _ fields: [Field?], of format: EventFormat, longSize: Int, swapped: Bool
  ) -> PrintProgram {
    let shown = conversionsOfFields(format, longSize: longSize, swapped: swapped)
    var compiler = PrintCompiler(format: format, longSize: longSize, swapped: swapped)
    for field in fields {
      // Every row has every column, also of what cannot be printed.
      try? compiler.emitText([UInt8(ascii: ",")])
      guard let field else { continue }
      let before = compiler
      do throws(PrintFormatProblem) {
        try compiler.value(of: field, shown: shown.first { $0.field == field.name }, .csv)
      } catch {
        compiler = before
      }
    }
    return compiler.program()
  }

  private mutating func value(
    of field: Field, shown: Shown?, _ syntax: FieldSyntax
  ) throws(PrintFormatProblem) {
    let kind = loadKind(field).rawValue
    let isTracers = format.system == "ftrace"
    let isFunction = isTracers && ["ip", "parent_ip", "func"].contains(field.name)
    let isSymbol = isFunction || shown?.isSymbol ?? false
    let isAddress = field.kind == .pointer || field.size == 8 && shown?.isHexadecimal ?? false
    switch field.kind {
    case .integer where isSymbol, .pointer where isSymbol:
      try quote(syntax)
      try emit(
        PrintOp(
          code: .fieldSymbol, a: kind, b: isFunction ? 0 : 1, c: reach(field.offset, field.size)))
      try quote(syntax)
    case .integer, .pointer:
      if isAddress {
        try quote(syntax)
        try emitText(Array("0x".utf8))
        try emit(PrintOp(code: .fieldHex64, a: kind, c: reach(field.offset, field.size)))
        try quote(syntax)
      } else {
        try emit(
          PrintOp(
            code: field.isSigned ? .fieldDecimal64 : .fieldUnsigned64, a: kind,
            c: reach(field.offset, field.size)))
      }
    case .text, .array, .dynamic, .relative:
      if isTracers, format.name.hasSuffix("_stack"), field.kind == .array {
        // The declaration has eight; the record has as many as it has.
        try emitConstant(Self.pair(field.offset, Int(UInt32.max)))
        try emit(
          PrintOp(
            code: .jsonSymbols, a: longKind, b: UInt16(longSize), d: syntax.rawValue), stack: -1)
        return
      }
      guard try region(.field(field.name)) != nil else {
        throw PrintFormatProblem("its bytes cannot be found", at: 0)
      }
      if field.kind == .text || field.isByteArray && field.type.contains("char") {
        try emit(PrintOp(code: .jsonText, d: syntax.rawValue), stack: -1)
      } else {
        let size = [1, 2, 4, 8].contains(field.elementSize) ? field.elementSize : 1
        let element = LoadKind(size: size, isSigned: field.isSigned, swapped: swapped)
        try emit(
          PrintOp(
            code: .jsonArray, a: element.rawValue, b: UInt16(size), c: field.isSigned ? 1 : 0,
            d: syntax.rawValue),
          stack: -1)
      }
    }
  }

  private mutating func quote(_ syntax: FieldSyntax) throws(PrintFormatProblem) {
    if syntax == .json { try emitText([UInt8(ascii: "\"")]) }
  }

  private var longKind: UInt8 {
    LoadKind(size: longSize, isSigned: false, swapped: swapped).rawValue
  }
}

extension PrintInterpreter {
  static func appendStructured(
    _ op: PrintOp, _ bytes: UnsafeRawBufferPointer, _ context: PrintContext,
    into sink: inout ByteSink, _ scratch: inout PrintScratch
  ) {
    let isCSV = op.d == FieldSyntax.csv.rawValue
    switch op.code {
    case .jsonText:
      let text = textPart(of: bytes)
      if isCSV { return sink.append(csv: text) }
      sink.append(UInt8(ascii: "\""))
      sink.append(json: text)
      sink.append(UInt8(ascii: "\""))
    case .jsonArray: appendNumbers(op, bytes, isCSV: isCSV, into: &sink)
    default: appendSymbols(op, bytes, isCSV: isCSV, context, into: &sink, &scratch)
    }
  }

  /// The bytes up to the first NUL.
  private static func textPart(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard let start = bytes.baseAddress else { return bytes }
    let used = strnlen(start.assumingMemoryBound(to: CChar.self), bytes.count)
    return UnsafeRawBufferPointer(start: start, count: used)
  }

  /// `[1,2]`; with blanks between them in a cell.
  private static func appendNumbers(
    _ op: PrintOp, _ bytes: UnsafeRawBufferPointer, isCSV: Bool, into sink: inout ByteSink
  ) {
    if !isCSV { sink.append(UInt8(ascii: "[")) }
    if let start = bytes.baseAddress {
      let size = max(Int(op.b), 1)
      for index in 0..<bytes.count / size {
        if index > 0 { sink.append(isCSV ? UInt8(ascii: " ") : UInt8(ascii: ",")) }
        let value = LoadKind.load(op.a, start, index * size)
        if op.c != 0 {
          sink.append(decimal: Int64(bitPattern: value))
        } else {
          sink.append(decimal: value)
        }
      }
    }
    if !isCSV { sink.append(UInt8(ascii: "]")) }
  }

  /// The symbols of addresses, up to the mark that ends a stack.
  private static func appendSymbols(
    _ op: PrintOp, _ bytes: UnsafeRawBufferPointer, isCSV: Bool, _ context: PrintContext,
    into sink: inout ByteSink, _ scratch: inout PrintScratch
  ) {
    if !isCSV { sink.append(UInt8(ascii: "[")) }
    if let start = bytes.baseAddress {
      let size = max(Int(op.b), 1)
      let end = size == 8 ? UInt64.max : UInt64(UInt32.max)
      for index in 0..<bytes.count / size {
        let address = LoadKind.load(op.a, start, index * size)
        if address == end { break }
        if index > 0 { sink.append(isCSV ? UInt8(ascii: " ") : UInt8(ascii: ",")) }
        if !isCSV { sink.append(UInt8(ascii: "\"")) }
        appendSymbol(address, form: 1, context, into: &sink, &scratch)
        if !isCSV { sink.append(UInt8(ascii: "\"")) }
      }
    }
    if !isCSV { sink.append(UInt8(ascii: "]")) }
  }
}
