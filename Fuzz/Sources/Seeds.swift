import ByteIO
import EventFormats
import Glibc
import TraceTestSupport

/// The inputs that fuzzing begins with: sound ones, small, one of every kind.
enum Seeds {
  /// Print formats that use everything there is (Documentation/trace/events.rst of the kernel).
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
  ]

  private static func format(_ number: Int, _ fields: String, _ print: String) -> String {
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

  private static var formats: [String] {
    prints.enumerated().map { format($0, $1.fields, $1.print) }
  }

  private static func record(_ number: Int, _ order: ByteOrder) -> [UInt8] {
    UInt16(300 + number).bytes(order) + [0, 0] + Int32(77).bytes(order)
      + UInt32(0x0004_000c).bytes(order) + Array("abc\0defghijk\0\0\0\0".utf8)
  }

  private static func page(_ order: ByteOrder, _ longSize: Int, time: UInt64) -> PageBuilder {
    var page = PageBuilder(time: time, order: order, longSize: longSize, size: 1024)
    for number in prints.indices { page.event(after: 1000, record(number, order)) }
    page.timeExtend(by: 1 << 30)
    page.discarded(count: 8)
    page.absoluteTime(time + 1 << 31)
    page.event(after: 10, record(0, order) + [UInt8](repeating: 1, count: 120))
    page.padding()
    return page
  }

  private static func file(_ order: ByteOrder, _ longSize: Int) -> TraceBuilder {
    let first = page(order, longSize, time: 1_000_000_000)
    var lossy = page(order, longSize, time: 9_000_000_000)
    lossy.lost = .count(3)
    let pages = first.bytes + lossy.bytes
    var file = TraceBuilder(
      cpuCount: 2, pageSize: 1024,
      buffers: [
        .init(pageSize: 1024, cpus: [(0, pages), (1, first.bytes)]),
        .init(name: "one", pageSize: 1024, cpus: [(1, pages)]),
      ])
    file.order = order
    file.longSize = longSize
    file.headerPage = first.headerPage
    file.systems = [("fuzz", formats)]
    file.kallsyms = "ffffffff81000000 T _stext\n"
    file.printkFormats = "0xffffffff82000000 : \"hello\\n\"\n"
    file.commandLines = "1 init\n77 some thread\n"
    return file
  }

  /// Writes those of a target into a folder.
  static func write(_ target: FuzzTarget, to folder: String) {
    var seeds: [[UInt8]] = []
    for (order, longSize) in [(ByteOrder.little, 8), (.big, 8), (.little, 4), (.big, 4)] {
      let choice = (order == .big ? 1 : 0) | (longSize == 4 ? 2 : 0) as UInt8
      switch target {
      case .file: seeds += [file(order, longSize).version6, file(order, longSize).version7]
      case .page: seeds.append([choice] + page(order, longSize, time: 5_000_000_000).bytes)
      case .format:
        for (number, format) in formats.enumerated() {
          seeds.append([choice] + Array(format.utf8) + [0] + record(number, order))
        }
      }
    }
    for (number, bytes) in seeds.enumerated() {
      let descriptor = open("\(folder)/seed-\(number)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
      do {
        try bytes.withUnsafeBytes { try writeAll($0, to: descriptor) }
      } catch {
        print(error)
        exit(2)
      }
      close(descriptor)
    }
  }
}
