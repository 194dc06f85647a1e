package import ByteIO
import Glibc

// An event's own fields as members of a JSON object, typed.
//
// Whole numbers are numbers; pointers are strings "0x…", since readers of JSON lose bits of large
// numbers; addresses that the print format shows as symbols are strings "name+0x10"; character
// arrays are strings; other arrays are arrays.
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

extension PrintCompiler {
  /// The program that prints the fields as JSON.
  static func jsonFields(of format: EventFormat, longSize: Int, swapped: Bool) -> PrintProgram {
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
        try compiler.jsonValue(of: field, isSymbol: shown[field.name]?.isSymbol ?? false)
        isFirst = false
      } catch {
        compiler = before
      }
    }
    return compiler.program()
  }

  private mutating func jsonValue(
    of field: Field, isSymbol: Bool
  ) throws(PrintFormatProblem) {
    let kind = loadKind(field).rawValue
    let isFunction =
      format.system == "ftrace" && ["ip", "parent_ip", "func"].contains(field.name)
    switch field.kind {
    case .integer where isSymbol || isFunction, .pointer where isSymbol:
      try emitText([UInt8(ascii: "\"")])
      try emit(
        PrintOp(
          code: .fieldSymbol, a: kind, b: isFunction ? 0 : 1, c: reach(field.offset, field.size)))
      try emitText([UInt8(ascii: "\"")])
    case .integer:
      try emit(
        PrintOp(
          code: field.isSigned ? .fieldDecimal64 : .fieldUnsigned64, a: kind,
          c: reach(field.offset, field.size)))
    case .pointer:
      try emitText(Array("\"0x".utf8))
      try emit(PrintOp(code: .fieldHex64, a: kind, c: reach(field.offset, field.size)))
      try emitText([UInt8(ascii: "\"")])
    case .text, .array, .dynamic, .relative:
      guard try region(.field(field.name)) != nil else {
        throw PrintFormatProblem("its bytes cannot be found", at: 0)
      }
      if field.kind == .text || field.isByteArray && field.type.contains("char") {
        try emit(PrintOp(code: .jsonText), stack: -1)
      } else if format.system == "ftrace", format.name.hasSuffix("_stack") {
        try emit(PrintOp(code: .jsonSymbols, a: longKind, b: UInt16(longSize)), stack: -1)
      } else {
        let size = [1, 2, 4, 8].contains(field.elementSize) ? field.elementSize : 1
        let element = LoadKind(size: size, isSigned: field.isSigned, swapped: swapped)
        try emit(
          PrintOp(
            code: .jsonArray, a: element.rawValue, b: UInt16(size), c: field.isSigned ? 1 : 0),
          stack: -1)
      }
    }
  }

  private var longKind: UInt8 {
    LoadKind(size: longSize, isSigned: false, swapped: swapped).rawValue
  }
}

extension PrintInterpreter {
  static func appendJSON(
    _ op: PrintOp, _ bytes: UnsafeRawBufferPointer, _ context: PrintContext,
    into sink: inout ByteSink, _ scratch: inout PrintScratch
  ) {
    switch op.code {
    case .jsonText: appendJSONText(bytes, into: &sink)
    case .jsonArray: appendJSONArray(op, bytes, into: &sink)
    default: appendJSONSymbols(op, bytes, context, into: &sink, &scratch)
    }
  }

  /// A string of the bytes up to the first NUL.
  private static func appendJSONText(_ bytes: UnsafeRawBufferPointer, into sink: inout ByteSink) {
    sink.append(UInt8(ascii: "\""))
    if let start = bytes.baseAddress {
      let used = strnlen(start.assumingMemoryBound(to: CChar.self), bytes.count)
      sink.append(json: UnsafeRawBufferPointer(start: start, count: used))
    }
    sink.append(UInt8(ascii: "\""))
  }

  /// An array of numbers.
  private static func appendJSONArray(
    _ op: PrintOp, _ bytes: UnsafeRawBufferPointer, into sink: inout ByteSink
  ) {
    sink.append(UInt8(ascii: "["))
    if let start = bytes.baseAddress {
      let size = max(Int(op.b), 1)
      for index in 0..<bytes.count / size {
        if index > 0 { sink.append(UInt8(ascii: ",")) }
        let value = LoadKind.load(op.a, start, index * size)
        if op.c != 0 {
          sink.append(decimal: Int64(bitPattern: value))
        } else {
          sink.append(decimal: value)
        }
      }
    }
    sink.append(UInt8(ascii: "]"))
  }

  /// An array of the symbols at addresses, up to the mark that ends a stack.
  private static func appendJSONSymbols(
    _ op: PrintOp, _ bytes: UnsafeRawBufferPointer, _ context: PrintContext,
    into sink: inout ByteSink, _ scratch: inout PrintScratch
  ) {
    sink.append(UInt8(ascii: "["))
    if let start = bytes.baseAddress {
      let size = max(Int(op.b), 1)
      let end = size == 8 ? UInt64.max : UInt64(UInt32.max)
      for index in 0..<bytes.count / size {
        let address = LoadKind.load(op.a, start, index * size)
        if address == end { break }
        if index > 0 { sink.append(UInt8(ascii: ",")) }
        sink.append(UInt8(ascii: "\""))
        appendSymbol(address, form: 1, context, into: &sink, &scratch)
        sink.append(UInt8(ascii: "\""))
      }
    }
    sink.append(UInt8(ascii: "]"))
  }
}
