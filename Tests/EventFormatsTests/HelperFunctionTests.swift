import ByteIO
import EventFormats
import Testing

/// Each helper function of print formats, on `PrintFormatTests.event()` unless it needs another.
///
/// Expectations are worked out by hand from what the kernel's include/trace/stages headers and
/// kernel/trace/trace_output.c say; Documentation/print-formats.md has what trace-cmd 3.1.6 prints.
@Suite struct HelperFunctionTests {
  private func text(_ arguments: String, format: String = "%s") -> String {
    PrintFormatTests.event().print("\"\(format)\", \(arguments)")
  }

  // MARK: Names of numbers

  @Test func printFlags() {
    #expect(text(#"__print_flags(REC->b, "|", {1, "A"}, {2, "B"}, {8, "C"})"#) == "A|B|0x4")
    #expect(text(#"__print_flags(REC->b, "", {1, "A"}, {2, "B"}, {4, "C"})"#) == "ABC")
    #expect(text(#"__print_flags(0, "|", {1, "A"})"#) == "")
    // A name of several bits needs all of them; what is left of an int has 32 bits.
    #expect(text(#"__print_flags(REC->a, "|", {0xf, "low"}, {3, "AB"})"#) == "AB|0xfffffff8")
    #expect(text(#"__print_flags(REC->a, "|", {0xfffffff0, "high"})"#) == "high|0xb")
  }

  @Test func printFlagsOf64Bits() {
    let names = #"{1ULL << 63, "top"}, {1ULL << 40, "mid"}"#
    #expect(
      text("__print_flags_u64(REC->c, \"|\", \(names))") == "top|mid|0x7ffffefffffffff7")
    #expect(text("__print_flags_u64(1ULL << 40, \"|\", \(names))") == "mid")
  }

  @Test func printSymbolic() {
    #expect(text(#"__print_symbolic(REC->b, {6, "six"}, {7, "seven"})"#) == "seven")
    #expect(text(#"__print_symbolic(REC->b, {6, "six"})"#) == "0x7")
    #expect(text(#"__print_symbolic(REC->b, {7, "first"}, {7, "second"})"#) == "first")
    #expect(text(#"__print_symbolic(REC->a, {-5, "minus"})"#) == "minus")
    let many = (0..<20).map { "{\($0 * 3 + 1), \"n\($0)\"}" }.joined(separator: ", ")
    #expect(text("__print_symbolic(REC->b, \(many))") == "n2")
    #expect(text("__print_symbolic(REC->b + 1, \(many))") == "0x8")
  }

  @Test func printSymbolicOf64Bits() {
    #expect(text(#"__print_symbolic_u64(REC->c, {-9LL, "minus"})"#) == "minus")
    #expect(text(#"__print_symbolic_u64(REC->c, {9ULL, "nine"})"#) == "0xfffffffffffffff7")
    #expect(text(#"__print_symbolic_u64(1ULL << 33, {1ULL << 33, "high"})"#) == "high")
  }

  @Test func printSymbolicStr() {
    #expect(text(#"__print_symbolic_str(REC->b, {7, "seven"}, {8, "eight"})"#) == "seven")
    #expect(text(#"__print_symbolic_str(REC->b, {8, "eight"})"#) == "0x7")
  }

  // MARK: Bytes and arrays

  @Test func printHex() {
    #expect(text("__print_hex(REC->arr, 3)") == "01 02 fe")
    #expect(text("__print_hex(__get_dynamic_array(s), 2)") == "68 65")
    #expect(text("__print_hex(REC->arr, 0)") == "")
    // No more than there is.
    #expect(text("__print_hex(REC->arr, 100)") == "01 02 fe ff")
  }

  @Test func printHexStr() {
    #expect(text("__print_hex_str(REC->arr, 4)") == "0102feff")
    #expect(
      text("__print_hex_str(__get_dynamic_array(s), __get_dynamic_array_len(s))")
        == "68656c6c6f00")
  }

  @Test func printArray() {
    #expect(text("__print_array(__get_dynamic_array(words), 3, 2)") == "1 2 768")
    #expect(text("__print_array(REC->arr, 4, 1)") == "1 2 254 255")
    #expect(text("__print_array(__get_dynamic_array(mask), 1, 8)") == "9223372036854775813")
    #expect(text("__print_array(REC->arr, 1, sizeof(u32))") == "4294836737")
  }

  @Test func printDynamicArray() {
    #expect(text("__print_dynamic_array(words, 2)") == "{0x1,0x2,0x300}")
    #expect(text("__print_dynamic_array(words, sizeof(u8))") == "{0x1,0x0,0x2,0x0,0x0,0x3}")
    #expect(text("__print_dynamic_array(mask, 8)") == "{0x8000000000000005}")
  }

  @Test func printHexDump() {
    let line = "01 02 fe ff" + String(repeating: " ", count: 38) + "....\n"
    #expect(
      text(#"__print_hex_dump("d: ", DUMP_PREFIX_OFFSET, 16, 1, REC->arr, 4, 1)"#)
        == ("\nd: 00000000: " + line).dropLast())
    #expect(
      text(#"__print_hex_dump("d: ", DUMP_PREFIX_NONE, 16, 1, REC->arr, 4, true)"#)
        == ("\nd: " + line).dropLast())
    // Groups of 4 are numbers of the traced machine; two lines of 16, the second one short.
    var event = EventBuilder(byteOrder: .little)
    event.dynamic("u8[] x", Array(0x41..<0x41 + 22))
    let dump = #"__print_hex_dump("", 2, 16, 4, __get_dynamic_array(x), 22, 1)"#
    #expect(
      event.print("\"%s\", \(dump)")
        == "\n00000000: 44434241 48474645 4c4b4a49 504f4e4d  ABCDEFGHIJKLMNOP"
        + "\n00000010: 51 52 53 54 55 56" + String(repeating: " ", count: 32) + "QRSTUV")
    let bare = #"__print_hex_dump("", 0, 32, 8, __get_dynamic_array(x), 16, 0)"#
    #expect(event.print("\"%s\", \(bare)") == "\n4847464544434241 504f4e4d4c4b4a49")
  }

  @Test func printHexDumpOfABigEndianMachine() {
    var event = EventBuilder(byteOrder: .big)
    event.dynamic("u8[] x", Array(0x41..<0x49))
    let dump = #"__print_hex_dump("", 0, 16, 4, __get_dynamic_array(x), 8, 0)"#
    #expect(event.print("\"%s\", \(dump)") == "\n41424344 45464748")
  }

  // MARK: Parts of the record

  private func arrays() -> EventBuilder {
    var event = EventBuilder()
    event.relative("char[] name", Array("rel\0".utf8))
    event.relative("u16[] words", [1, 0, 2, 0])
    event.relative("unsigned long[] mask", [0x2e, 0, 0, 0, 0, 0, 0, 0])
    event.dynamic("unsigned long[] cpus", [0x2f, 0, 0, 0, 1, 0, 0, 0])
    event.dynamic("u8[] sa", [2, 0, 0, 80, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    event.relative(
      "u8[] sa6",
      [10, 0, 0x1f, 0x90, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [
        1, 0, 0, 0, 0,
      ])
    return event
  }

  @Test func getDynamicArray() {
    #expect(text("((u16 *)__get_dynamic_array(words))[2]", format: "%d") == "768")
    #expect(text("*(u16 *)__get_dynamic_array(words)", format: "%d") == "1")
    // Outside of the array there is nothing.
    #expect(text("((u16 *)__get_dynamic_array(words))[3]", format: "%d") == "0")
    #expect(
      text("__get_dynamic_array_len(words), __get_dynamic_array_len(s)", format: "%d %d") == "6 6")
  }

  @Test func getRelativeArray() {
    let event = arrays()
    #expect(
      event.print(
        #""%d %d", ((u16 *)__get_rel_dynamic_array(words))[1], __get_rel_dynamic_array_len(words)"#)
        == "2 4")
    #expect(event.print(#""%s", __get_rel_str(name)"#) == "rel")
  }

  @Test func getStr() {
    #expect(text("__get_str(s), REC->z", format: "%s.%s") == "hello.zed")
    #expect(text("__get_str(s)[1]", format: "%c") == "e")
  }

  @Test func bitmasks() {
    let event = arrays()
    guard event.byteOrder == .little else { return }
    #expect(text("__get_bitmask(mask)") == "80000000,00000005")
    #expect(event.print(#""%s", __get_rel_bitmask(mask)"#) == "00000000,0000002e")
  }

  @Test func cpumasks() {
    let event = arrays()
    guard event.byteOrder == .little else { return }
    #expect(event.print(#""%s", __get_cpumask(cpus)"#) == "0-3,5,32")
    #expect(event.print(#""%s", __get_rel_cpumask(mask)"#) == "1-3,5")
    #expect(text("__get_cpumask(mask)") == "0,2,63")
  }

  @Test func socketAddresses() {
    let event = arrays()
    guard event.byteOrder == .little else { return }
    #expect(event.print(#""%s", __get_sockaddr(sa)"#) == "10.0.0.1:80")
    #expect(event.print(#""%s", __get_sockaddr_rel(sa6)"#) == "[2001:db8::1]:8080")
    #expect(event.print(#""%s", __get_rel_sockaddr(sa6)"#) == "[2001:db8::1]:8080")
    #expect(event.print(#""%pISpc", __get_sockaddr(sa)"#) == "10.0.0.1:80")
  }

  @Test func getBufIsEmpty() {
    #expect(text("__get_buf(16), REC->b", format: "<%s> %d") == "<> 7")
  }

  // MARK: Numbers

  @Test func nanoseconds() {
    var event = EventBuilder()
    event.number("u64 t", UInt64(12_000_345_678))
    #expect(
      event.print(
        #""%llu.%09u", __print_ns_to_secs(REC->t), __print_ns_without_secs(REC->t)"#)
        == "12.000345678")
  }

  @Test func sizes() {
    #expect(
      text(
        "sizeof(u64), sizeof(REC->z), sizeof(unsigned short), sizeof(void *)",
        format: "%d %d %d %d") == "8 8 2 8")
  }

  @Test func compilerFunctions() {
    #expect(text("__builtin_expect(!!(REC->b == 7), 1)", format: "%d") == "1")
    #expect(text("__builtin_constant_p(REC->b)", format: "%d") == "0")
  }

  @Test func littleEndianWords() {
    var event = EventBuilder(byteOrder: .big)
    event.bytes("u8 word[2]", [0x34, 0x12])
    #expect(event.print(#""%x", __le16_to_cpup((__le16 *)REC->word)"#) == "1234")
  }

  /// What wraps a number in the kernel's own types says the number.
  @Test func pageTableEntries() {
    #expect(text("pte_val(native_make_pte(REC->b))", format: "%d") == "7")
    #expect(
      text(
        "pmd_val(native_make_pmd(REC->b)), pud_val(native_make_pud(REC->b)), pgd_val(native_make_pgd(REC->b))",
        format: "%d %d %d") == "7 7 7")
    #expect(text("jiffies_to_msecs(REC->b)", format: "%u") == "7")
  }

  /// Functions inside the kernel whose numbers mean the same in every kernel.
  @Test func functionsOfDrivers() {
    #expect(text("libata_trace_parse_status(p, 0x51)") == "{ DRDY DSC ERR }")
    #expect(text("libata_trace_parse_status(p, REC->b - 7)") == "{ }")
    #expect(text("libata_trace_parse_host_stat(p, REC->b - 2)") == "{ INTR ACTIVE }")
    #expect(text("libata_trace_parse_eh_err_mask(p, REC->b)") == "7{ DEV HSM TIMEOUT }")
    #expect(text("libata_trace_parse_eh_err_mask(p, REC->b - 7)") == "0")
    #expect(text("mc_event_error_type(REC->b - 6)") == "Uncorrected")
    #expect(text("mc_event_error_type(REC->b), REC->b", format: "%s %d") == "Info 7")
    #expect(text("cper_severity_str(REC->b - 5)") == "corrected")
    #expect(text("cper_severity_str(REC->a)") == "unknown")
    #expect(text("cper_mem_err_type_str(REC->b + 1)") == "parity error")
    #expect(text("cper_mem_err_type_str(REC->b + 9)") == "unknown")
  }

  /// What another function inside the kernel would say is the last number that it was given.
  @Test func functionsOfTheKernel() {
    #expect(text("libata_trace_parse_qc_flags(p, REC->b)") == "0x7")
    #expect(text("libata_trace_parse_tf_flags(p, REC->b + 9), REC->b", format: "%s %d") == "0x10 7")
  }

  /// `({ … })` that writes with the kernel's trace_seq functions is passed over.
  @Test func statementsThatWrite() {
    let block = """
      ({ const char *saved = trace_seq_buffer_ptr(p); trace_seq_printf(p, "x %d", REC->b); saved; })
      """
    #expect(PrintFormatTests.event().print("\"<%s> %d\", \(block), REC->b") == "<> 7")
  }
}
