import EventFormats
import Testing
import TraceTestSupport

/// Print formats on made-up records. Unless a comment says otherwise, trace-cmd 3.1.6 prints the same.
@Suite struct PrintFormatTests {
  static let symbols = """
    0000000000000000 A fixed_percpu_data
    ffffffff81001000 T foo_outer
    ffffffff81002000 t bar_inner
    ffffffff81003000 t baz\t[mymod]
    ffffffff81004000 T last

    """

  /// int a = -5, unsigned b = 7, long long c = -9, and one of each kind of text.
  static func event() -> EventBuilder {
    var event = EventBuilder()
    event.symbols = symbols
    event.number("int a", Int32(-5))
    event.number("unsigned int b", UInt32(7))
    event.number("long long c", Int64(-9))
    event.number("const char * p", UInt64(0xffff_ffff_8100_2010))
    event.text("char z[8]", "zed", size: 8)
    event.bytes("u8 arr[4]", [1, 2, 0xfe, 0xff])
    event.number("s16 h", Int16(-3))
    event.dynamic("char[] s", Array("hello\0".utf8))
    event.dynamic("u16[] words", [1, 0, 2, 0, 0, 3])
    event.dynamic("unsigned long[] mask", [5, 0, 0, 0, 0, 0, 0, 0x80])
    return event
  }

  @Test(arguments: [
    (
      #""%d %u %x %lld %lx", REC->a, REC->a, REC->a, REC->c, REC->c"#,
      "-5 4294967291 fffffffb -9 fffffffffffffff7"
    ),
    (
      #""%d%%  %5d|%-5d|%05d|%#x|%#o|%.3d|%X|%o", REC->b,REC->b,REC->b,REC->b,REC->b,REC->b,REC->b,REC->a,REC->b"#,
      "7%      7|7    |00007|0x7|07|007|FFFFFFFB|7"
    ),
    (
      #""%hx %hhx %hu %hhd %Lu %zd %i", REC->c, REC->c, REC->c, REC->c, REC->c, REC->c, REC->a"#,
      "fff7 f7 65527 -9 18446744073709551607 -9 -5"
    ),
    (#""%p %p", REC->c, 0"#, "0xfffffffffffffff7 (nil)"),
    (
      #""%10s|%-10s|%.2s|%10.2s|%.*s|%*s|", __get_str(s), REC->z, __get_str(s), __get_str(s), 3, __get_str(s), 9, REC->z"#,
      "     hello|zed       |he|        he|hel|      zed|"
    ),
    (
      #""%s %s %s", REC->b ? "yes" : "no", REC->b > 9 ? __get_str(s) : REC->z, REC->p"#,
      "yes zed ffffffff81002010"
    ),
    (
      #""%pS|%ps|%pF|%pf", REC->p, REC->p, REC->p, REC->p"#,
      "bar_inner+0x10|bar_inner|bar_inner+0x10|bar_inner"
    ),
    (
      #""%*phC|%*phD|%*phN|%*ph", 3, __get_dynamic_array(s), 3, __get_dynamic_array(s), 3, __get_dynamic_array(s), 3, __get_dynamic_array(s)"#,
      "68:65:6c|68-65-6c|68656c|68 65 6c"
    ),
    (
      #""%s|%s|%s", __print_hex(REC->arr, 3), __print_hex_str(REC->arr, 4), __print_array(__get_dynamic_array(words), 3, 2)"#,
      "01 02 fe|0102feff|1 2 768"
    ),
    (#""%s %d", __get_bitmask(mask), __get_dynamic_array_len(s)"#, "80000000,00000005 6"),
    (#""%s", __print_symbolic(REC->b, { FOO, "foo"}, {7, "seven"})"#, "seven"),
    (#""%s", __print_symbolic(REC->b, {0, "zero"}, {6, "six"})"#, "0x7"),
    (
      #""%s|%s|%s", __print_flags(REC->b, "|", {1, "A"}, {2, "B"}, {8, "C"}), __print_flags(REC->b - 7, "|", {1, "A"}, {0, "NONE"}), __print_flags(REC->b, "", {1, "A"}, {2, "B"}, {4, "C"})"#,
      "A|B|0x4||ABC"
    ),
    (
      #""%d %d %d %d", 2 + 3 * 4, (2 + 3) * 4, 1 << 2 + 1, REC->b ? REC->b == 7 ? 1 : 2 : 3"#,
      "14 20 8 1"
    ),
    (#""%d %d %d %d", !REC->b, ~REC->b, -REC->b, REC->b && REC->a"#, "0 -8 -7 1"),
    (#""%llu %lx", (u8)REC->a, foo_outer"#, "251 ffffffff81001000"),
    (#""a" "b\t%s\n", __get_str(s)"#, "ab\thello"),
  ])
  func conversionsAndExpressions(format: String, text: String) {
    #expect(Self.event().print(format) == text)
  }

  /// Where C and the kernel say one thing and trace-cmd 3.1.6 another, C is right
  /// (Documentation/differences.md).
  @Test(arguments: [
    (#""%d %d", 10 - 3 - 2, 100 / 10 / 2"#, "5 5"),
    (#""%d %d %d", REC->a < 0, REC->c < 0, REC->h < 0"#, "1 1 1"),
    (#""%lld %lld %lld", REC->c / 2, REC->a / 2, REC->c >> 1"#, "-4 -2 -5"),
    (#""%s", __print_symbolic(REC->a, {-5, "minus"})"#, "minus"),
    (#""%d", REC->b & (8 | 16)"#, "0"),
    (#""%c%c[%c]", 65, 66, 0"#, "AB[]"),
    (
      #""%+d % d %px %pK", REC->b, REC->b, REC->c, REC->c"#,
      "+7  7 0xfffffffffffffff7 0xfffffffffffffff7"
    ),
    (#""%d %d", sizeof(u64), sizeof(REC->z)"#, "8 8"),
    (#""%4ph|%pB|\x41\101", REC->arr, REC->p"#, "01 02 fe ff|bar_inner+0x10|AA"),
    (#""%s %s", __get_cpumask(mask), __print_dynamic_array(words, 2)"#, "0,2,63 {0x1,0x2,0x300}"),
    (
      #""%llu.%09u", __print_ns_to_secs(REC->c), __print_ns_without_secs(REC->c)"#,
      "18446744073.709551607"
    ),
    (#""%s", __print_symbolic_u64(REC->b, {7ULL, "seven"})"#, "seven"),
    (#""%d", ({ int x = (REC->b); int y = (3); ((x) < (y) ? (x) : (y)); })"#, "3"),
    (#""%s", REC->b == NO_SUCH_ENUMERATOR ? "same" : "other""#, "other"),
  ])
  func theKernelsMeaningWins(format: String, text: String) {
    #expect(Self.event().print(format) == text)
  }

  @Test func divisionByZeroIsZero() {
    #expect(Self.event().print(#""%d %d", REC->b / 0, REC->a % (REC->b - 7)"#) == "0 0")
    let least = #""%lld", (long long)(-9223372036854775807 - 1) / ((int)REC->b - 8)"#
    #expect(Self.event().print(least) == "-9223372036854775808")
  }

  @Test func networkAddresses() {
    var event = EventBuilder()
    event.bytes("u8 m[6]", [0xaa, 0xbb, 0xcc, 1, 2, 3])
    event.bytes("u8 v4[4]", [10, 0, 0, 255])
    event.bytes("u8 v6[16]", [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    event.bytes("u8 u[16]", Array(0..<16))
    event.number("u16 family", UInt16(2))
    event.dynamic("u8[] sa", [2, 0, 0, 80, 10, 0, 0, 1] + [UInt8](repeating: 0, count: 20))
    #expect(
      event.print(#""%pM|%pm|%pMF|%pMR", REC->m, REC->m, REC->m, REC->m"#)
        == "aa:bb:cc:01:02:03|aabbcc010203|aa-bb-cc-01-02-03|03:02:01:cc:bb:aa")
    #expect(event.print(#""%pI4|%pi4", REC->v4, REC->v4"#) == "10.0.0.255|010.000.000.255")
    #expect(
      event.print(#""%pI6|%pi6|%pI6c", REC->v6, REC->v6, REC->v6"#)
        == "2001:0db8:0000:0000:0000:0000:0000:0001|20010db8000000000000000000000001|2001:db8::1")
    #expect(
      event.print(#""%pU|%pUB|%pUl|%pUL", REC->u, REC->u, REC->u, REC->u"#)
        == "00010203-0405-0607-0809-0a0b0c0d0e0f|00010203-0405-0607-0809-0A0B0C0D0E0F"
        + "|03020100-0504-0706-0809-0a0b0c0d0e0f|03020100-0504-0706-0809-0A0B0C0D0E0F")
    if ByteOrderProbe.isLittle {
      #expect(event.print(#""%pISpc", __get_sockaddr(sa)"#) == "10.0.0.1:80")
    }
  }

  @Test func recordsOfTheOtherByteOrder() {
    var event = EventBuilder(byteOrder: EventCatalogOrder.other.byteOrder)
    event.number("int a", Int32(-5))
    event.number("u16 h", UInt16(0x1234))
    event.number("u64 q", UInt64(0x1122_3344_5566_7788))
    event.dynamic("char[] s", Array("far\0".utf8))
    #expect(
      event.print(#""%d %x %llx %s %d", REC->a, REC->h, REC->q, __get_str(s), REC->h >> 8"#)
        == "-5 1234 1122334455667788 far 18")
  }

  @Test func fieldsBeyondTheRecordAreEmpty() {
    let catalog = Self.event().catalog(#""%d %s", REC->b, __get_str(s)"#)
    #expect(catalog.text(of: [1, 0, 0, 0, 7, 0, 0, 0]) == "0 ")
    #expect(catalog.text(of: []) == "0 ")
  }

  /// As arm64's `instruction_emulation` has them; trace-cmd cannot parse it.
  @Test(arguments: [
    (#""instr="%s" a=%d", __get_str(s), REC->a"#, #"instr="hello" a=-5"#),
    (#""%d "quoted"", REC->b"#, #"7 "quoted""#),
    (#"""%s", "%d"", REC->z, REC->a"#, #""zed", "-5""#),
    (#""all "\\" in quotes \"""#, #"all "\" in quotes ""#),
  ])
  func quotationMarksWithoutBackslashesAreText(format: String, text: String) {
    let event = Self.event()
    #expect(event.catalog(format).problems(all: true) == [])
    #expect(event.print(format) == text)
  }

  /// What is wrong behind the string stays wrong, though a mark and a comma come later.
  @Test(arguments: [
    #""%d", REC->a +, __print_symbolic(REC->b, { 7, "x" }, { 8, "y" })"#, #""%d" REC->a, "x", "y""#,
    #""%d"#,
  ])
  func whatIsNoFormatIsNotTakenForText(format: String) {
    #expect(Self.event().catalog(format).problems(all: true).count == 1)
  }

  @Test(arguments: [
    #""%d"#, #"%d", REC->b"#, #""%d", REC->"#, #""%d", REC->nothing"#, #""%s", __get_str(nothing)"#,
    #""%d", (REC->b"#, #""%d", REC->b REC->b"#, #""%d", 12ab"#,
    #""%d", ({ a b ) })"#, #""%d", ({ int x )"#, #""%d", ({ a b"#,
  ])
  func brokenFormatsFallBackToFields(format: String) throws {
    let catalog = Self.event().catalog(format)
    let problem = try #require(catalog.problems(all: true).first)
    #expect(problem.event == "test/event")
    #expect(problem.line == 20)
    let text = catalog.text(of: Self.event().whole)
    #expect(text.hasPrefix("[FAILED TO PARSE] a=-5 b=7 c=-9 p=0xffffffff81002010 z=zed"))
  }

  @Test func nestingIsBounded() {
    let deep = String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000)
    #expect(Self.event().catalog("\"%d\", \(deep)").problems(all: true).count == 1)
    let long = String(repeating: "1+", count: 100_000) + "1"
    #expect(Self.event().catalog("\"%d\", \(long)").problems(all: true).count == 1)
    let minus = String(repeating: "-", count: 100_000) + "1"
    #expect(Self.event().catalog("\"%d\", \(minus)").problems(all: true).count == 1)
  }

  @Test func anyBytesOfAFormatAreRead() throws {
    var random = SplitMix64(state: 7)
    let good = Array(
      Self.event().format(
        #""%s %d %*ph", __print_flags(REC->b, "|", {1, "A"}), (int)REC->a << 2, 3, REC->arr"#
      ).utf8)
    for _ in 0..<3000 {
      var bad = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bad[Int.random(in: 0..<bad.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      var builder = EventCatalogBuilder()
      bad.withUnsafeBytes { builder.add(format: $0, system: "test") }
      let catalog = builder.build()
      if catalog.count == 1 { _ = catalog.text(of: Self.event().whole) }
    }
  }
}

enum ByteOrderProbe {
  static var isLittle: Bool { UInt16(littleEndian: 1) == 1 }
}
