import ByteIO
import TraceDat
import TraceTestSupport

/// Pages, and whole files of both versions, packed or not.
extension Seeds {
  private static func page(_ order: ByteOrder, _ longSize: Int, time: UInt64) -> PageBuilder {
    var page = PageBuilder(time: time, order: order, longSize: longSize, size: 1024)
    for number in own.indices { page.event(after: 1000, record(number, order)) }
    page.timeExtend(by: 1 << 30)
    page.discarded(count: 8)
    page.absoluteTime(time + 1 << 31)
    page.event(after: 10, record(0, order) + [UInt8](repeating: 1, count: 120))
    page.padding()
    return page
  }

  static var pages: [[UInt8]] {
    machines.flatMap { order, longSize in
      var lossy = page(order, longSize, time: 5_000_000_000)
      lossy.lost = .count(3)
      return [page(order, longSize, time: 1 << 60), lossy].map {
        [PageTarget.choice(order, longSize)] + $0.bytes
      }
    }
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
    file.systems = [("fuzz", own)]
    file.kallsyms = "ffffffff81000000 T _stext\n"
    file.printkFormats = "0xffffffff82000000 : \"hello\\n\"\n"
    file.commandLines = "1 init\n77 some thread\n"
    return file
  }

  /// Every option that a reader looks at (trace-cmd.dat.v7(5), "OPTIONS").
  private static func optionsFile(_ order: ByteOrder) -> TraceBuilder {
    var file = file(order, 8)
    file.buffers.removeLast()
    file.systems[0].formats = [own[0]]
    file.options = [
      (1, Array("0x5c2ab4fe3\0".utf8)), (2, Array("CPU: 0\nentries: 0\n\0".utf8)),
      (4, Array("local [x86-tsc]\n\0".utf8)), (5, Array("Linux test\0".utf8)),
      (7, Array("-1000\0".utf8)), (8, UInt32(2).bytes(order)), (9, Array("3.1.6\0".utf8)),
      (11, UInt64(99).bytes(order)),
      (
        14,
        UInt32(5 << 20).bytes(order) + UInt32(22).bytes(order) + UInt64(1000).bytes(order)
      ),
    ]
    return file
  }

  /// The events that the report prints by itself, or takes names from.
  private static var tracersFile: TraceBuilder {
    let wanted = [
      "function", "funcgraph_entry", "funcgraph_exit", "kernel_stack", "bprint", "print",
      "raw_data", "func_repeats", "sched_switch", "sched_wakeup",
    ]
    var formats = kernelFormats.filter { _, text in
      wanted.contains { text.hasPrefix("name: \($0)\n") }
    }
    formats.sort { $0.system < $1.system }
    var page = PageBuilder(time: 1_000_000_000, size: 4096)
    for round in 0..<2 {
      for (_, text) in formats {
        var record = record(of: text)
        // A task that the file's list does not name.
        record[4] = 200
        page.event(after: round == 0 ? 1000 : 1 << 28, record)
      }
    }
    var file = TraceBuilder(
      cpuCount: 2, buffers: [.init(cpus: [(0, page.bytes), (1, page.bytes)])])
    file.ftraceFormats = formats.filter { $0.system == "ftrace" }.map(\.text)
    file.systems = [("sched", formats.filter { $0.system == "sched" }.map(\.text))]
    file.kallsyms = "0000000000000000 T zero\nffffffff81000000 T _stext\n"
    file.printkFormats = "0x4 : \"hello %s\\n\"\n"
    return file
  }

  private static func packing(_ compression: Compression) -> TraceBuilder.Packing {
    TraceBuilder.Packing(name: compression.rawValue) { bytes in
      let packed = try? bytes.withUnsafeBytes { try Compressor(compression).compressed($0) }
      return packed ?? []
    }
  }

  static var files: [[UInt8]] {
    var seeds: [[UInt8]] = []
    for (order, longSize) in machines {
      let file = file(order, longSize)
      seeds += [file.version6, file.version7]
    }
    for file in [optionsFile(.little), optionsFile(.big), tracersFile] {
      seeds += [file.version6, file.version7]
    }
    for compression in [Compression.zlib, .zstd] {
      for var file in [file(.little, 8), optionsFile(.big), tracersFile] {
        file.packing = packing(compression)
        seeds.append(file.version7)
      }
    }
    var latency = optionsFile(.little)
    latency.latencyText = "# tracer: wakeup\n#\n  <idle>-0  0d..2.  0us : ttwu_do_activate\n"
    seeds.append(latency.version6)
    latency.buffers = []
    seeds.append(latency.version7)
    latency.packing = packing(.zlib)
    seeds.append(latency.version7)
    return seeds
  }
}
