import ByteIO
import EventFormats

/// An event's format and a record of it: a byte that chooses the machine and the system, the text
/// up to a zero byte, the record.
enum FormatTarget {
  /// The systems whose events have handlers of their own, and one that has none.
  static let systems = [
    "fuzz", "ftrace", "kmem", "sched", "timer", "tlb", "kvm", "kvmmmu", "syscalls", "scsi", "xen",
  ]

  /// What the first byte of an input says.
  static func choice(_ order: ByteOrder, _ longSize: Int, system: String) -> UInt8 {
    let system = UInt8(systems.firstIndex(of: system) ?? 0)
    return (order == .big ? 1 : 0) | (longSize == 4 ? 2 : 0) | system << 2
  }

  /// No record in a page is longer, whatever its format makes of it.
  private static let textLimit = 1 << 24

  private static let symbols =
    "ffffffff81000000 T _stext\nffffffff81001000 t foo\t[m]\nffffffff81002000 D ops\n"
  private static let printkFormats: StaticString = """
    0xffffffff82000000 : "%s has %d of %p and %*.3s %pS %%\\n"
    0xffffffff82000040 : "plain"
    0x82000000 : "%hhx %lld %pI4 %lu %c"

    """

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
    builder.symbols = SymbolTable(text: symbols)
    printkFormats.withUTF8Buffer { builder.setPrintkFormats(UnsafeRawBufferPointer($0)) }
    let system = systems[Int(choice >> 2) % systems.count]
    builder.add(format: UnsafeRawBufferPointer(rebasing: rest[..<end]), system: system)
    let catalog = builder.build()
    var sink = ByteSink()
    var scratch = PrintScratch()
    let bytes = UnsafeRawBufferPointer(record)
    for index in 0..<catalog.count {
      for _ in 0..<2 {
        catalog.printInfo(record: bytes, time: 0, eventIndex: index, into: &sink, scratch: &scratch)
        catalog.printRawFields(record: bytes, eventIndex: index, into: &sink, scratch: &scratch)
      }
    }
    precondition(sink.count < textLimit, "\(sink.count) bytes of text")
    for problem in builder.problems + catalog.problems(all: true) {
      precondition(!problem.message.isEmpty)
    }
  }
}
