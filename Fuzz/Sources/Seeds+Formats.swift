import ByteIO
import Glibc
import TraceTestSupport

/// Event formats, each with a record.
extension Seeds {
  /// Print formats that use what the kernel's own hardly do (Documentation/trace/events.rst).
  private static let prints: [(fields: String, print: String)] = [
    ("unsigned int value;\toffset:8;\tsize:4;\tsigned:0;", #""value=%u", REC->value"#),
    (
      "int a;\toffset:8;\tsize:4;\tsigned:1;",
      #""%s %d", __print_flags(REC->a, "|", { 1, "A" }, { 0x2, "B" }), REC->a << 1 | 3"#
    ),
    (
      "int a;\toffset:8;\tsize:4;\tsigned:1;",
      #""%s %#x", __print_symbolic(REC->a & 3, { 0, "ZERO" }, { -1, "NEG" }), (u16)REC->a"#
    ),
    (
      "__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:1;",
      #""name=%s n=%d", __get_str(name), __get_dynamic_array_len(name)"#
    ),
    (
      "u16 arr[4];\toffset:8;\tsize:8;\tsigned:0;",
      #""%s %s %*phC", __print_array(REC->arr, 4, 2), __print_hex(REC->arr, 8), 4, REC->arr"#
    ),
    (
      "u8 ip[16];\toffset:8;\tsize:16;\tsigned:0;",
      #""%pI4 %pI6c %pM %pUb %p", REC->ip, REC->ip, REC->ip, REC->ip, REC->ip"#
    ),
    (
      "unsigned long fn;\toffset:8;\tsize:8;\tsigned:0;",
      #""%pS %ps %c %lld %s", (void *)REC->fn, REC->fn, REC->fn, REC->fn ? -1 : 5, REC->fn > 2 ? "y" : "n""#
    ),
    (
      "__rel_loc unsigned long[] mask;\toffset:8;\tsize:4;\tsigned:0;",
      #""%s", __get_rel_bitmask(mask)"#
    ),
    (
      "__data_loc u8[] buf;\toffset:8;\tsize:4;\tsigned:0;",
      #""%s %s", __print_hex_dump("", 0, 16, 1, __get_dynamic_array(buf), 8, 1), __print_dynamic_array(buf, 1)"#
    ),
    (
      "u64 ns;\toffset:8;\tsize:8;\tsigned:0;",
      #""%llu.%09u %pIS", __print_ns_to_secs(REC->ns), __print_ns_without_secs(REC->ns), __get_sockaddr(sa)"#
    ),
  ]

  static func format(_ number: Int, _ fields: String, _ print: String) -> String {
    """
    name: event\(number)
    ID: \(300 + number)
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:\(fields)

    print fmt: \(print)

    """
  }

  /// What of a kernel's own is taken: the tracers' events, those that have handlers, and whatever
  /// uses a function or a conversion that none before it does.
  static let kernelFormats: [(system: String, text: String)] = {
    guard let path = getenv("KSCOPE_FUZZ_FORMATS"),
      let file = try? MappedFile(path: String(cString: path))
    else { return [] }
    var seen: Set<Substring> = []
    var kept: [(String, String)] = []
    for part in String(bytes: file.bytes.bytes).split(separator: "=== ") {
      guard let end = part.firstIndex(of: "\n") else { continue }
      let system = String(part.prefix { $0 != "/" })
      let text = String(part[end...].dropFirst())
      let isNew = words(text).reduce(false) { seen.insert($1).inserted || $0 }
      let hasHandler = FormatTarget.systems.contains(system) && system != "syscalls"
      if isNew || hasHandler || text.contains("sys_enter_futex\n") { kept.append((system, text)) }
    }
    return kept
  }()

  /// The helper functions, conversions and kinds of field that a format uses.
  private static func words(_ text: String) -> [Substring] {
    text.split { !($0.isLetter || $0.isNumber || "_%*#".contains($0)) }.flatMap { word in
      word.split(separator: "%", omittingEmptySubsequences: false).enumerated().map {
        $0 == 0 ? $1 : $1.prefix(4)
      }
    }.filter { $0.hasPrefix("__") || $0.hasPrefix("p") || $0.hasPrefix("*") }
  }

  static let own = prints.enumerated().map { format($0, $1.fields, $1.print) }

  /// A record of an event of ours.
  static func record(_ number: Int, _ order: ByteOrder) -> [UInt8] {
    UInt16(300 + number).bytes(order) + [0, 0] + Int32(77).bytes(order)
      + UInt32(0x0004_000c).bytes(order) + Array("abc\0defghijk\0\0\0\0".utf8)
  }

  /// A record of an event of a kernel's, with something at its end that its dynamic fields name.
  static func record(of text: String) -> [UInt8] {
    var record = (0..<96).map { UInt8(truncatingIfNeeded: $0 % 8 == 0 ? $0 / 4 : 0) }
    record += Array("dynamic\0".utf8) + [1, 0, 0, 0, 2, 0, 0, 0]
    func number(_ word: String, in line: Substring) -> Int? {
      line.split(separator: "\t").first { $0.hasPrefix(word) }
        .flatMap { Int($0.dropFirst(word.count).prefix { $0.isNumber }) }
    }
    for line in text.split(separator: "\n") {
      if line.hasPrefix("ID: "), let id = UInt16(line.dropFirst(4)) {
        record.replaceSubrange(0..<2, with: id.bytes(.little))
      }
      guard let at = number("offset:", in: line), at + 4 <= 96 else { continue }
      if line.contains("__data_loc") {
        record.replaceSubrange(at..<at + 4, with: UInt32(8 << 16 | 96).bytes(.little))
      } else if line.contains("__rel_loc") {
        record.replaceSubrange(at..<at + 4, with: UInt32(8 << 16 | (92 - at)).bytes(.little))
      }
    }
    return record
  }

  static var formats: [[UInt8]] {
    var seeds: [[UInt8]] = []
    for (order, longSize) in machines {
      for (number, format) in own.enumerated() {
        seeds.append(
          [FormatTarget.choice(order, longSize, system: "fuzz")] + Array(format.utf8) + [0]
            + record(number, order))
      }
    }
    for (system, text) in kernelFormats {
      seeds.append(
        [FormatTarget.choice(.little, 8, system: system)] + Array(text.utf8) + [0]
          + record(of: text))
    }
    return seeds
  }
}
