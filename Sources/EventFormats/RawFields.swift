package import ByteIO

extension EventCatalog {
  /// Appends ` name=value` for each of the event's own fields, as `trace-cmd report -R` does.
  package func printRawFields(
    record: UnsafeRawBufferPointer, eventIndex: Int, into sink: inout ByteSink,
    scratch: inout PrintScratch
  ) {
    guard let format = try? format(at: eventIndex), record.baseAddress != nil else { return }
    let swapped = context.swapped
    for field in format.fields {
      sink.append(0x20)
      sink.append(field.name)
      sink.append(UInt8(ascii: "="))
      if field.kind == .integer || field.kind == .pointer, field.size > 8 || field.size == 0 {
        continue
      }
      guard field.offset <= record.count, record.count - field.offset >= field.size,
        let base = record.baseAddress
      else { continue }
      let kind = LoadKind(size: field.size, isSigned: field.isSigned, swapped: swapped)
      switch field.kind {
      case .integer:
        let value = kind.load(base, field.offset)
        if field.isSigned {
          sink.append(decimal: Int64(bitPattern: value))
        } else if field.isLong {
          sink.append("0x")
          sink.append(hex: value)
        } else {
          sink.append(decimal: value)
        }
      case .pointer:
        sink.append("0x")
        sink.append(hex: kind.load(base, field.offset))
      case .text, .array, .dynamic, .relative:
        let region: (offset: Int, length: Int)
        if field.kind == .dynamic || field.kind == .relative {
          let op = PrintOp(
            code: .dynamicRegion, a: field.kind == .relative ? 1 : 0, b: UInt16(field.size),
            c: UInt32(field.offset))
          region = PrintInterpreter.located(op, base, record.count, swapped)
        } else {
          region = (field.offset, field.size == 0 ? record.count - field.offset : field.size)
        }
        appendBytes(field, base, region, into: &sink)
      }
    }
  }

  /// Text where every byte up to the NUL can be printed, else `ARRAY[…]`.
  private func appendBytes(
    _ field: Field, _ base: UnsafeRawPointer, _ region: (offset: Int, length: Int),
    into sink: inout ByteSink
  ) {
    let bytes = UnsafeRawBufferPointer(start: base + region.offset, count: region.length)
    let text = bytes.prefix { $0 != 0 }
    let isText = field.isByteArray && text.allSatisfy { (0x20..<0x7f).contains($0) || $0.isBlank }
    if isText {
      sink.append(UnsafeRawBufferPointer(rebasing: text))
      return
    }
    sink.append("ARRAY[")
    for (index, byte) in bytes.enumerated() {
      if index > 0 { sink.append(", ") }
      PrintInterpreter.appendHexByte(byte, into: &sink)
    }
    sink.append(UInt8(ascii: "]"))
  }
}
