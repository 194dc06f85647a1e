import ByteIO
import EventFormats

/// An event made up for a test: fields one after the other, a print format and a record.
struct EventBuilder {
  static let common = """
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;


    """

  var system = "test"
  var name = "event"
  var byteOrder = ByteOrder.host
  var longSize = 8
  var symbols = ""
  var printk = ""
  var generation = TextGeneration.version3_1
  var rawFields = EventChoice.none
  private(set) var fields = ""
  private(set) var record: [UInt8] = []
  private var tail: [(place: Int, bytes: [UInt8], isRelative: Bool)] = []

  init(system: String = "test", name: String = "event", byteOrder: ByteOrder = .host) {
    self.system = system
    self.name = name
    self.byteOrder = byteOrder
    record = [1, 0, 0, 0, 7, 0, 0, 0]
  }

  mutating func declare(_ declaration: String, size: Int, signed: Bool) {
    fields +=
      "\tfield:\(declaration);\toffset:\(record.count);\tsize:\(size);\tsigned:\(signed ? 1 : 0);\n"
  }

  /// A number, stored in the record's byte order at the next place that its size divides.
  mutating func number<T: FixedWidthInteger>(_ declaration: String, _ value: T) {
    let size = MemoryLayout<T>.size
    while record.count % size != 0 { record.append(0) }
    declare(declaration, size: size, signed: T.isSigned)
    withUnsafeBytes(of: byteOrder == .little ? value.littleEndian : value.bigEndian) {
      record += $0
    }
  }

  mutating func bytes(_ declaration: String, _ value: [UInt8], size: Int? = nil) {
    declare(declaration, size: size ?? value.count, signed: false)
    record += value
  }

  mutating func text(_ declaration: String, _ value: String, size: Int) {
    let padding = [UInt8](repeating: 0, count: max(0, size - value.utf8.count))
    bytes(declaration, Array(value.utf8) + padding)
  }

  /// A `__data_loc` field; its bytes go behind all fixed ones.
  mutating func dynamic(_ declaration: String, _ value: [UInt8]) {
    while record.count % 4 != 0 { record.append(0) }
    declare("__data_loc \(declaration)", size: 4, signed: false)
    tail.append((record.count, value, false))
    record += [0, 0, 0, 0]
  }

  /// A `__rel_loc` field: the same, its place counted from the field's own end.
  mutating func relative(_ declaration: String, _ value: [UInt8]) {
    while record.count % 4 != 0 { record.append(0) }
    declare("__rel_loc \(declaration)", size: 4, signed: false)
    tail.append((record.count, value, true))
    record += [0, 0, 0, 0]
  }

  func format(_ printFormat: String) -> String {
    "name: \(name)\nID: 1\nformat:\n\(Self.common)\(fields)\nprint fmt: \(printFormat)\n"
  }

  /// The record with the dynamic parts in place.
  var whole: [UInt8] {
    var record = record
    for (place, bytes, isRelative) in tail {
      let offset = isRelative ? record.count - place - 4 : record.count
      let word = UInt32(bytes.count) << 16 | UInt32(offset)
      withUnsafeBytes(of: byteOrder == .little ? word.littleEndian : word.bigEndian) {
        record.replaceSubrange(place..<place + 4, with: $0)
      }
      record += bytes
      while record.count % 4 != 0 { record.append(0) }
    }
    return record
  }

  func catalog(_ printFormat: String) -> EventCatalog {
    var builder = EventCatalogBuilder(longSize: longSize, byteOrder: byteOrder)
    builder.add(format: format(printFormat), system: system)
    builder.symbols = SymbolTable(text: symbols)
    builder.generation = generation
    builder.rawFields = rawFields
    var printk = printk
    printk.withUTF8 { builder.setPrintkFormats(UnsafeRawBufferPointer($0)) }
    return builder.build()
  }

  /// What the info column shows.
  func print(_ printFormat: String = "\"\"", raw: Bool = false, timestamp: UInt64 = 0) -> String {
    let catalog = catalog(printFormat)
    return catalog.text(of: whole, raw: raw, timestamp: timestamp)
  }
}

extension EventCatalog {
  /// The info column of a record of the event at `index`.
  func text(
    of record: [UInt8], at index: Int = 0, raw: Bool = false, timestamp: UInt64 = 0
  ) -> String {
    var sink = ByteSink()
    var scratch = PrintScratch()
    record.withUnsafeBytes { bytes in
      if raw {
        printRawFields(record: bytes, eventIndex: index, into: &sink, scratch: &scratch)
      } else {
        printInfo(record: bytes, time: timestamp, eventIndex: index, into: &sink, scratch: &scratch)
      }
    }
    return sink.text
  }
}
