import ByteIO
import EventFormats
import Testing

/// The filters of `report -F`: what each lets through of one record whose fields are known.
@Suite struct FilterTests {
  /// An event with numbers of every width, both signs, and texts of every kind.
  private static let format = """
    name: sample
    ID: 300
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:s8 s8;\toffset:8;\tsize:1;\tsigned:1;
    \tfield:u8 u8;\toffset:9;\tsize:1;\tsigned:0;
    \tfield:s16 s16;\toffset:10;\tsize:2;\tsigned:1;
    \tfield:s32 s32;\toffset:12;\tsize:4;\tsigned:1;
    \tfield:u32 u32;\toffset:16;\tsize:4;\tsigned:0;
    \tfield:u16 u16;\toffset:20;\tsize:2;\tsigned:0;
    \tfield:s64 s64;\toffset:24;\tsize:8;\tsigned:1;
    \tfield:u64 u64;\toffset:32;\tsize:8;\tsigned:0;
    \tfield:char comm[16];\toffset:40;\tsize:16;\tsigned:0;
    \tfield:__data_loc char[] name;\toffset:56;\tsize:4;\tsigned:0;
    \tfield:unsigned long ip;\toffset:64;\tsize:8;\tsigned:0;
    \tfield:char tail[];\toffset:72;\tsize:0;\tsigned:0;

    print fmt: "%d", REC->s32

    """
  private static let other = format.replacing("name: sample", with: "name: other")
    .replacing("ID: 300", with: "ID: 301").replacing(" s32;", with: " different;")
    .replacing("REC->s32", with: "REC->different")

  static func catalog(_ order: ByteOrder = .host) -> EventCatalog {
    var builder = EventCatalogBuilder(longSize: 8, byteOrder: order)
    builder.add(format: format, system: "samples")
    builder.add(format: other, system: "others")
    builder.symbols = SymbolTable(
      text: "ffffffff81000000 T first\nffffffff81001000 T second\nffffffff81002000 T third\n")
    return builder.build()
  }

  /// s8 −1, u8 200, s16 −300, s32 −5, u32 4,000,000,000, u16 7, s64 −2⁴⁰, u64 2⁶³+1, texts "bash",
  /// "swapper/0" and "tail".
  static func record(_ order: ByteOrder = .host, id: UInt16 = 300) -> [UInt8] {
    func word<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: order == .host ? value : value.byteSwapped) { Array($0) }
    }
    var bytes = word(id) + [0x09, 0x12] + word(Int32(42))
    bytes += [0xff, 200] + word(Int16(-300)) + word(Int32(-5))
    bytes += word(UInt32(4_000_000_000)) + word(UInt16(7)) + [0, 0]
    bytes += word(-(Int64(1) << 40)) + word(UInt64(1) << 63 + 1)
    bytes += Array("bash".utf8) + [UInt8](repeating: 0, count: 12)
    let tail = Array("tail".utf8) + [0, 0, 0, 0]
    bytes += word(UInt32(10) << 16 | UInt32(80)) + [0, 0, 0, 0]
    bytes += word(UInt64(0xffff_ffff_8100_1010)) + tail
    return bytes + Array("swapper/0".utf8) + [0, 0, 0]
  }

  static func matches(
    _ filters: [FilterText], _ order: ByteOrder = .host, id: UInt16 = 300
  ) throws -> Bool {
    let filter = try EventFilter(filters, events: catalog(order))
    return record(order, id: id).withUnsafeBytes { record in
      "bash".utf8.withContiguousStorageIfAvailable { name in
        filter.matches(
          record, id: id,
          FilterSurroundings(cpu: 3, time: 57_000_000_000, taskName: UnsafeRawBufferPointer(name)))
      } ?? false
    }
  }

  @Test(
    arguments: [
      "sample", "SAMPLE", "samples", "samples/sample", "samples:sample", "sam.*", "nothing|sample",
      "others,sample", "sample: s8 == -1", "sample: s8 < 0", "sample: s8 > -2 && s8 < 1",
      "sample: u8 == 200", "sample: u8 > 199", "sample: u8 == -56", "sample: s16 == -300",
      "sample: s16 < -299",
      "sample: s32 == -5", "sample: s32 + 6 == 1", "sample: -s32 == 5", "sample: s32 * 2 < -9",
      "sample: s32 / 2 == -2", "sample: s32 % 3 == -2", "sample: u32 == 4000000000",
      "sample: u32 > 0xee6b27ff", "sample: u32 == 0xee6b2800", "sample: u16 << 1 == 14",
      "sample: u16 >> 1 == 3", "sample: (u16 & 6) == 6", "sample: (u16 | 8) == 15",
      "sample: (u16 ^ 7) == 0", "sample: u16", "sample: !(u16 == 8)", "sample: !u16 == 8",
      "sample: s64 == -1099511627776", "sample: s64 < 0", "sample: u64 == 0x8000000000000001",
      "sample: u64 > 1", "sample: common_pid == 42", "sample: common_flags == 9",
      "sample: (common_flags & 8) == 8", "sample: common_preempt_count == 0x12",
      "sample: u16 == 1 || u16 == 7 && s32 == -5", "sample: u16 == 7 || u16 == 1 && s32 == 9",
      "sample: comm == \"bash\"", "sample: comm == 'bash'", "sample: comm != \"bas\"",
      "sample: comm =~ \"^ba\"", "sample: comm !~ \"zsh\"", "sample: name == \"swapper/0\"",
      "sample: name =~ \"swap.*0$\"", "sample: tail == \"tail\"", "sample: COMM == \"bash\"",
      "sample: CPU == 3", "sample: PID == 42", "sample: TIME == 57s", "sample: TIME < 57001ms",
      "sample: TIME >= 57000000us", "sample: TIME == 57000000000", "sample: ip == second",
      "sample: ip == \"second\"", "sample: ip != first", "sample: ip =~ \"^sec\"",
      "sample,other: s32 == -5", ".*: u16 == 7",
    ], [ByteOrder.little, .big])
  func letsThrough(filter: String, order: ByteOrder) throws {
    #expect(try Self.matches([FilterText(filter)], order))
    #expect(try !Self.matches([FilterText(filter, isInverted: true)], order))
  }

  @Test(arguments: [
    "other", "others", "sample: s8 == 255", "sample: s8 > 0", "sample: s32 > 0", "sample: s64 > 0",
    "sample: u64 < 0", "sample: comm == \"bas\"", "sample: comm == \"bash2\"",
    "sample: comm =~ \"^ash\"", "sample: !(comm == \"bash\")", "sample: CPU == 2",
    "sample: TIME > 57s", "sample: ip == first", "sample: ip == third",
    "sample: u16 == 1 && u16 == 7 || s32 == 9", "sample,other: different == -5",
    "sample: u16 / 0 == 7",
  ])
  func holdsBack(filter: String) throws {
    #expect(try !Self.matches([FilterText(filter)]))
  }

  @Test func ofSeveralOneMustMatchAndNoInvertedOneMay() throws {
    let yes = FilterText("sample: u16 == 7")
    let no = FilterText("sample: u16 == 8")
    let out = FilterText("sample: s32 < 0", isInverted: true)
    let kept = FilterText("sample: s32 > 0", isInverted: true)
    #expect(try Self.matches([yes, no]))
    #expect(try Self.matches([no, yes, kept]))
    #expect(try !Self.matches([yes, out]))
    #expect(try !Self.matches([no]))
    #expect(try Self.matches([kept]))
    #expect(try Self.matches([out], id: 301))
    #expect(try !Self.matches([yes, out], id: 301))
  }

  /// A record that ends anywhere is let through or not; nothing is read behind it.
  @Test func cutOffRecordsAreSafe() throws {
    let filters = [
      "sample: u64 == 1 || comm =~ \"x\" || name == \"y\" || tail =~ \"z\" || ip == second"
    ].map { FilterText($0) }
    let filter = try EventFilter(filters, events: Self.catalog())
    let whole = Self.record()
    for count in 0...whole.count {
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
      defer { bytes.deallocate() }
      bytes.copyBytes(from: whole.prefix(count))
      let found = filter.matches(
        UnsafeRawBufferPointer(bytes), id: 300, FilterSurroundings(cpu: 0, time: 0))
      #expect(count < 72 ? !found : found || count < 72)
    }
  }

  @Test(arguments: [
    ("sampel", "sampel", "sample"), ("sample: s23 == 1", "s23", "s32"),
    ("sample: comm == ", "", ""), ("sample: u16 = 7", "=", "=="), ("sample: (u16 == 7", "", ""),
    ("sample: u16 & 8 == 8", "8 == 8", "("), ("sample: comm =~ \"[a\"", "\"[a\"", ""),
    ("sample: comm < 3", "", ""), ("", "", ""), ("sample:", "", ""),
    ("sample: 99999999999999999999", "", ""),
    ("sample: u16 == 7 u8", "u8", ""), ("sample: comm == \"open", "\"open", ""),
  ])
  func whatIsWrongIsPointedAt(filter: String, place: String, hint: String) throws {
    let error = try #require(throws: FilterError.self) {
      _ = try EventFilter([FilterText(filter)], events: Self.catalog())
    }
    let bytes = Array(filter.utf8)
    #expect(error.place.upperBound <= max(bytes.count, 1) + 1)
    if !place.isEmpty, error.place.upperBound <= bytes.count {
      let marked = String(decoding: bytes[error.place], as: UTF8.self)
      #expect(marked.contains(place) || place.contains(marked))
    }
    #expect(error.message.contains("^"))
    if !hint.isEmpty { #expect(error.hint?.contains(hint) ?? false) }
  }

  @Test func nestingAndLengthAreBounded() {
    let deep = "sample: " + String(repeating: "(", count: 10_000) + "u16"
    #expect(throws: FilterError.self) {
      try EventFilter([FilterText(deep)], events: Self.catalog())
    }
    let long = "sample: " + Array(repeating: "u16 == 9", count: 5000).joined(separator: " || ")
    #expect(throws: FilterError.self) {
      try EventFilter([FilterText(long)], events: Self.catalog())
    }
    let signs = "sample: " + String(repeating: "- ", count: 10_000) + "u16 == 1"
    #expect(throws: FilterError.self) {
      try EventFilter([FilterText(signs)], events: Self.catalog())
    }
  }
}
