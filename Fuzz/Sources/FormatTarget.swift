import ByteIO
import EventFormats

/// An event's format and a record of it: a byte that chooses the machine, the text up to a zero
/// byte, the record.
enum FormatTarget {
  /// No record in a page is longer, whatever its format makes of it.
  private static let textLimit = 1 << 24

  static func run(_ bytes: UnsafeRawBufferPointer) {
    guard let choice = bytes.first else { return }
    let rest = bytes.dropFirst()
    let end = rest.firstIndex(of: 0) ?? rest.endIndex
    let record = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(0, rest.endIndex - end - 1), alignment: 16)
    defer { record.deallocate() }
    record.copyBytes(from: rest[end...].dropFirst())

    var builder = EventCatalogBuilder(
      longSize: choice & 2 == 0 ? 8 : 4, byteOrder: choice & 1 == 0 ? .little : .big)
    builder.symbols = SymbolTable(text: "ffffffff81000000 T _stext\nffffffff81001000 t foo\t[m]\n")
    builder.add(format: UnsafeRawBufferPointer(rebasing: rest[..<end]), system: "fuzz")
    let catalog = builder.build()
    var sink = ByteSink()
    var scratch = PrintScratch()
    for index in 0..<catalog.count {
      for _ in 0..<2 {
        catalog.printInfo(
          record: UnsafeRawBufferPointer(record), eventIndex: index, into: &sink,
          scratch: &scratch)
      }
    }
    precondition(sink.count < textLimit, "\(sink.count) bytes of text")
    for problem in builder.problems + catalog.problems(all: true) {
      precondition(!problem.message.isEmpty)
    }
  }
}
