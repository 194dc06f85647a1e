import ByteIO
import EventFormats

/// A filter's text up to a zero byte, then a record of the event that it is for.
enum FilterTarget {
  /// Fields of every kind that a filter may ask for.
  static let format = """
    name: sample
    ID: 300
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:s8 s8;\toffset:8;\tsize:1;\tsigned:1;
    \tfield:u16 list[3];\toffset:10;\tsize:6;\tsigned:0;
    \tfield:s64 s64;\toffset:16;\tsize:8;\tsigned:1;
    \tfield:u64 u64;\toffset:24;\tsize:8;\tsigned:0;
    \tfield:char comm[8];\toffset:32;\tsize:8;\tsigned:0;
    \tfield:__data_loc char[] name;\toffset:40;\tsize:4;\tsigned:0;
    \tfield:unsigned long ip;\toffset:48;\tsize:8;\tsigned:0;

    print fmt: "%d", REC->s8

    """

  /// Where the last field ends.
  private static let recordSize = 56

  private static let catalogs: [EventCatalog] = [ByteOrder.little, .big].map { order in
    var builder = EventCatalogBuilder(longSize: 8, byteOrder: order)
    var format = Self.format
    format.withUTF8 { builder.add(format: UnsafeRawBufferPointer($0), system: "samples") }
    builder.symbols = SymbolTable(
      text: "ffffffff81000000 T first\nffffffff81001000 T second\nffffffff81002000 T third\n")
    return builder.build()
  }

  /// Filters to begin with: text, a zero byte, a record of 64 bytes.
  static let seeds: [[UInt8]] = [
    "sample", "samples/.*: s8 == -1 && u64 > 0x10", "sample: list[2] & 4 || !(s64 < 1.5s)",
    "sample: comm =~ '^ba' || name != \"x\"", "sample: ip == second && TIME > 5ms || CPU == 3",
    "sample: COMM == 'bash' && PID % 3 == 1 - 2 * -s8 / (u64 >> 3) ^ ~7",
  ].map { Array($0.utf8) + [0] + (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 37) } }

  static func run(_ bytes: UnsafeRawBufferPointer) {
    let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
    let text = String(decoding: bytes[..<end], as: UTF8.self)
    let record = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(0, bytes.endIndex - end - 1), alignment: 16)
    defer { record.deallocate() }
    record.copyBytes(from: bytes[end...].dropFirst())
    for catalog in catalogs {
      do {
        let filter = try EventFilter([FilterText(text)], events: catalog)
        let opposite = try EventFilter([FilterText(text, isInverted: true)], events: catalog)
        precondition(!filter.compiledText.isEmpty)
        let passes = answer(filter, record)
        // A record that is too short for what is asked passes neither.
        let isWhole = record.count >= recordSize
        precondition(!isWhole || passes != answer(opposite, record), "both or neither pass")
      } catch {
        precondition(!error.message.isEmpty)
      }
    }
  }

  private static func answer(
    _ filter: EventFilter, _ record: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let verdict = filter.table[300]
    if verdict.contains(.passes) { return true }
    guard verdict.contains(.asks) else { return false }
    return filter.matches(
      UnsafeRawBufferPointer(record), id: 300, FilterSurroundings(cpu: 3, time: 57_000_000_000))
  }
}
