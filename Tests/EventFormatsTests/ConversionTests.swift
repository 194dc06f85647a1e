import ByteIO
import EventFormats
import Testing

/// Each conversion of format strings, in the forms of C11 7.21.6.1 and of the kernel's
/// Documentation/core-api/printk-formats.rst, against texts worked out by hand.
@Suite struct ConversionTests {
  private func text(_ format: String, _ arguments: String) -> String {
    PrintFormatTests.event().print("\"\(format)\", \(arguments)")
  }

  // MARK: Numbers

  @Test func decimal() {
    #expect(text("%d %i %u", "REC->a, REC->a, REC->a") == "-5 -5 4294967291")
    #expect(text("%ld %lu", "REC->c, REC->c") == "-9 18446744073709551607")
    #expect(text("%lld %Ld %qd %jd", "REC->c, REC->c, REC->c, REC->c") == "-9 -9 -9 -9")
    #expect(text("%zd %zu %td", "REC->c, REC->c, REC->c") == "-9 18446744073709551607 -9")
  }

  @Test func shortDecimal() {
    #expect(text("%hd %hhd %hu %hhu", "REC->c, REC->c, REC->c, REC->c") == "-9 -9 65527 247")
    // 0x180 is -128 as a signed char.
    #expect(text("%hhd %hd", "0x180, 0x18000") == "-128 -32768")
  }

  @Test func hexadecimal() {
    #expect(text("%x %X %lx %lX", "REC->a, REC->a, 171, 171") == "fffffffb FFFFFFFB ab AB")
    #expect(text("%hx %hhx %llx", "REC->c, REC->c, REC->c") == "fff7 f7 fffffffffffffff7")
    #expect(text("%#x %#X %#x %#08x", "171, 171, 0, 171") == "0xab 0XAB 0 0x0000ab")
  }

  @Test func hexadecimalWithZerosOfWholeFields() {
    #expect(text("%08x %08lx %04x", "REC->b, REC->b, REC->a") == "00000007 00000007 fffffffb")
    #expect(
      text("%016llx %020llx %1x", "REC->c, REC->b, REC->b")
        == "fffffffffffffff7 00000000000000000007 7")
    #expect(text("%08lx %08x", "(unsigned long)(REC->b), REC->c") == "00000007 fffffff7")
    #expect(text("%02x %08hx", "REC->h, REC->h") == "fffffffd 0000fffd")
  }

  @Test func octal() {
    #expect(text("%o %#o %#o %ho", "8, 8, 0, REC->c") == "10 010 0 177767")
  }

  @Test func flagsWidthAndPrecision() {
    #expect(text("%5d|%-5d|%05d|%+d|% d|%.3d", "7, 7, 7, 7, 7, 7") == "    7|7    |00007|+7| 7|007")
    #expect(
      text("%05d|%+05d|%-05d|%8.3d|%08.3d", "-7, 7, 7, -7, -7")
        == "-0007|+0007|7    |    -007|    -007")
    #expect(
      text("%*d|%-*d|%.*d|%*d|%0*x", "4, 7, 4, 7, 3, 7, -4, 7, 8, 171")
        == "   7|7   |007|7   |000000ab")
    #expect(text("%.0d|%.0x|%5.0u|", "0, 0, 0") == "||     |")
  }

  @Test func characters() {
    #expect(text("%c%c|%3c|%-3c|%c|", "65, 0x62, 66, 67, 0") == "Ab|  B|C  ||")
  }

  @Test func percentSigns() {
    #expect(text("%d%% %%d", "REC->b") == "7% %d")
  }

  // MARK: Text

  @Test func texts() {
    #expect(
      text("%s|%8s|%-8s|%.2s|%8.2s", "REC->z, REC->z, REC->z, REC->z, REC->z")
        == "zed|     zed|zed     |ze|      ze")
    #expect(text("%.*s|%*s|%s", "3, __get_str(s), 6, REC->z, \"lit\"") == "hel|   zed|lit")
  }

  @Test func textThatIsAnAddress() {
    var event = EventBuilder()
    event.printk = "0xffffffff81aa0000 : \"constant\"\n"
    event.number("const char * known", UInt64(0xffff_ffff_81aa_0000))
    event.number("const char * unknown", UInt64(0xffff_ffff_81aa_0008))
    #expect(event.print(#""%s %s", REC->known, REC->unknown"#) == "constant ffffffff81aa0008")
  }

  // MARK: Pointers

  @Test func pointers() {
    #expect(
      text("%p %p|%20p|%-6p|", "REC->p, 0, REC->p, 0")
        == "0xffffffff81002010 (nil)|  0xffffffff81002010|(nil) |")
  }

  @Test func pointersAsTheyAre() {
    #expect(
      text("%px|%pK|%px|", "REC->p, REC->p, 0") == "0xffffffff81002010|0xffffffff81002010|(nil)|")
  }

  @Test func symbols() {
    #expect(text("%ps %pf", "REC->p, (void *)REC->p") == "bar_inner bar_inner")
    #expect(
      text("%pS %pF %pB", "REC->p, REC->p, REC->p")
        == "bar_inner+0x10 bar_inner+0x10 bar_inner+0x10")
    #expect(text("%pS %ps", "5, 5") == "0x5 0x5")
    #expect(text("%pSR|%-12ps|", "REC->p, REC->p") == "bar_inner+0x10|bar_inner   |")
  }

  @Test func bytes() {
    #expect(
      text("%*ph|%*phC|%*phD|%*phN", "3, REC->arr, 3, REC->arr, 3, REC->arr, 3, REC->arr")
        == "01 02 fe|01:02:fe|01-02-fe|0102fe")
    #expect(text("%2ph|%*ph|", "REC->arr, 0, REC->arr") == "01 02||")
  }

  @Test func pointerToAnAddress() {
    var event = EventBuilder()
    event.number("phys_addr_t at", UInt64(0x1234))
    #expect(event.print(#""%pa", &REC->at"#) == "0x1234")
  }

  private func addresses() -> EventBuilder {
    var event = EventBuilder()
    event.bytes("u8 m[6]", [0xaa, 0xbb, 0xcc, 1, 2, 3])
    event.bytes("u8 v4[4]", [10, 0, 0, 255])
    event.bytes("u8 v6[16]", [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    event.bytes(
      "u8 mapped[16]", [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 192, 168, 1, 2])
    event.bytes("u8 u[16]", Array(0..<16))
    event.dynamic("u8[] sa", [2, 0, 0, 80, 10, 0, 0, 1])
    event.dynamic(
      "u8[] sa6",
      [10, 0, 0, 80, 0, 0, 0, 9] + [0x20, 1] + [UInt8](repeating: 0, count: 13) + [1, 3, 0, 0, 0])
    return event
  }

  @Test func hardwareAddresses() {
    #expect(
      addresses().print(#""%pM %pm %pMF %pMR %pmR", REC->m, REC->m, REC->m, REC->m, REC->m"#)
        == "aa:bb:cc:01:02:03 aabbcc010203 aa-bb-cc-01-02-03 03:02:01:cc:bb:aa 030201ccbbaa")
  }

  @Test func ip4() {
    #expect(
      addresses().print(
        #""%pI4 %pi4 %pI4n %pI4b %pI4l", REC->v4, REC->v4, REC->v4, REC->v4, REC->v4"#)
        == "10.0.0.255 010.000.000.255 10.0.0.255 10.0.0.255 255.0.0.10")
  }

  @Test func ip6() {
    #expect(
      addresses().print(#""%pI6 %pi6", REC->v6, REC->v6"#)
        == "2001:0db8:0000:0000:0001:0000:0000:0001 20010db8000000000001000000000001")
    // RFC 5952: the first of two equally long runs of zeros is cut out.
    #expect(
      addresses().print(#""%pI6c %pI6c", REC->v6, REC->mapped"#)
        == "2001:db8::1:0:0:1 ::ffff:192.168.1.2")
  }

  @Test func socketAddresses() {
    guard ByteOrderProbe.isLittle else { return }
    #expect(
      addresses().print(#""%pIS %pISp %piSp", REC->sa, REC->sa, REC->sa"#)
        == "10.0.0.1 10.0.0.1:80 010.000.000.001:80")
    #expect(
      addresses().print(#""%pISc %pISpc %pISpfsc", REC->sa6, REC->sa6, REC->sa6"#)
        == "2001::1 [2001::1]:80 [2001::1]:80/9%3")
  }

  @Test func uuids() {
    #expect(
      addresses().print(#""%pU %pUb %pUB", REC->u, REC->u, REC->u"#)
        == "00010203-0405-0607-0809-0a0b0c0d0e0f 00010203-0405-0607-0809-0a0b0c0d0e0f "
        + "00010203-0405-0607-0809-0A0B0C0D0E0F")
    #expect(
      addresses().print(#""%pUl %pUL", REC->u, REC->u"#)
        == "03020100-0504-0706-0809-0a0b0c0d0e0f 03020100-0504-0706-0809-0A0B0C0D0E0F")
  }

  /// An address that is too short says so, as libtraceevent does.
  @Test func addressesThatAreTooShort() {
    let text = addresses().print(
      #""%pM|%pI6|%pU|%pI4", REC->v4, REC->v4, REC->v4, __get_dynamic_array(none)"#)
    #expect(text.hasPrefix("[FAILED TO PARSE]"))
    #expect(
      addresses().print(#""%pM|%pI6|%pU", REC->v4, REC->v4, REC->v4"#)
        == "INVALIDMAC|INVALIDIPv6|INVALIDUUID")
  }

  // MARK: C's expressions

  @Test func precedence() {
    #expect(text("%d %d %d", "2 + 3 * 4, (2 + 3) * 4, 1 << 2 + 1") == "14 20 8")
    #expect(text("%d %d", "10 - 3 - 2, 100 / 10 / 2") == "5 5")
    #expect(text("%d %d %d", "1 | 2 ^ 3 & 2, 5 & 4 == 4, 7 & ~2") == "1 1 5")
    #expect(text("%d %d", "1 || 0 && 0, !0 + 1") == "1 2")
    #expect(text("%d", "REC->b ? REC->b == 7 ? 1 : 2 : 3") == "1")
    #expect(text("%d %d", "17 % 5, -17 % 5") == "2 -2")
  }

  @Test func signs() {
    #expect(text("%d %d %d", "REC->a < 0, REC->c < 0, REC->h < 0") == "1 1 1")
    // An int meets an unsigned int: C11 6.3.1.8 makes both unsigned.
    #expect(text("%d %d", "REC->a < REC->b, REC->c < REC->b") == "0 1")
    #expect(text("%lld %lld %lld", "REC->c >> 1, REC->a / 2, REC->c / 2") == "-5 -2 -4")
    #expect(text("%d %d", "(u8)REC->a, (s8)251") == "251 -5")
    #expect(text("%llu", "(unsigned long long)(u32)REC->a") == "4294967291")
    #expect(text("%llu", "1 << 31") == "18446744071562067968")
  }

  @Test func numbersAsWritten() {
    #expect(text("%d %d %d %d", "0x1F, 017, 'A', 10UL") == "31 15 65 10")
    #expect(text("%llu", "18446744073709551615ULL") == "18446744073709551615")
  }
}
