import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport

/// A recording to write: which buffers, and what each CPU has.
struct WriterCase: CustomTestStringConvertible, Sendable {
  var name: String
  var pageSize = 4096
  var cpuCount: Int
  /// For each buffer its name, page size and pages.
  var buffers: [(name: String, pageSize: Int, cpus: [(cpu: Int, pages: [[UInt8]])])]

  var testDescription: String { name }

  static let oneCPU = WriterCase(
    name: "one CPU", cpuCount: 1, buffers: [("", 4096, [(0, TestEvent.pages(30))])])

  static let sparse = WriterCase(
    name: "sparse CPUs, one without data", cpuCount: 8,
    buffers: [
      (
        "", 4096,
        [
          (1, TestEvent.pages(25, from: 0)), (3, []),
          (7, TestEvent.pages(12, from: 1000, time: 1_000_000_300)),
        ]
      )
    ])

  static let instances = WriterCase(
    name: "instances, the top without data", cpuCount: 2,
    buffers: [
      ("", 4096, [(0, []), (1, [])]),
      ("one", 4096, [(0, TestEvent.pages(11)), (1, TestEvent.pages(3, from: 500))]),
      ("two", 4096, [(0, TestEvent.pages(1, from: 900))]),
    ])

  static let largePages = WriterCase(
    name: "sub-buffers of 16 KiB", pageSize: 16384, cpuCount: 2,
    buffers: [
      (
        "", 16384,
        [
          (0, TestEvent.pages(13, perPage: 700, size: 16384)),
          (1, TestEvent.pages(2, from: 20_000, size: 16384)),
        ]
      )
    ])

  static let all = [oneCPU, sparse, instances, largePages]

  var layouts: [BufferLayout] {
    buffers.map {
      BufferLayout(name: $0.name, clock: "local", cpus: $0.cpus.map(\.cpu), pageSize: $0.pageSize)
    }
  }

  var metadata: TraceMetadata {
    var metadata = TraceMetadata(
      pageSize: pageSize, cpuCount: cpuCount,
      headerPage: Array(PageBuilder(time: 0, size: pageSize).headerPage.utf8),
      headerEvent: Array(TestEvent.headerEvent.utf8))
    metadata.byteOrder = .little
    metadata.eventSystems = [.init(name: TestEvent.system, formats: [Array(TestEvent.format.utf8)])]
    metadata.kallsyms = Array("ffffffff81000000 T _stext\n".utf8)
    metadata.printkFormats = Array("0xffffffff82000000 : \"hello\\n\"\n".utf8)
    metadata.options = [
      TraceOption(.traceClock, text: "[local] global counter\n"),
      TraceOption(.uname, text: "Linux test 6.12.0 x86_64"),
    ]
    return metadata
  }

  static let late = LateMetadata(
    commandLines: Array("1 init\n77 some thread\n".utf8),
    options: [
      TraceOption(.cpuStat, text: "CPU: 0\nentries: 0\n"),
      TraceOption(.request, text: "kscope record -e all"),
    ])

  /// Writes it; the pages go where the writer says, in an order that mixes the CPUs.
  func write(
    to path: String, version: Int, compression: Compression = .none, placement: Placement,
    late: LateMetadata = late
  ) throws {
    let writer = try TraceFileWriter(
      path: path, version: version, compression: compression, metadata: metadata, buffers: layouts,
      placement: placement)
    for (index, buffer) in buffers.enumerated() {
      for (cpu, pages) in buffer.cpus.reversed() {
        let region = try writer.region(buffer: index, cpu: cpu)
        for (number, page) in pages.enumerated() {
          page.write(to: region, at: number * page.count)
        }
      }
    }
    try writer.finish(
      written: buffers.map { buffer in
        buffer.cpus.map { RegionContent(bytes: Int64($0.pages.reduce(0) { $0 + $1.count })) }
      }, late: late)
  }

  /// All values that were recorded, sorted.
  var values: [Int] {
    buffers.flatMap { $0.cpus.flatMap(\.pages) }.flatMap(Self.values(in:)).sorted()
  }

  /// The values of the records in a page of `TestEvent.pages`.
  static func values(in page: [UInt8]) -> [Int] {
    let used = Int(page[8]) | Int(page[9]) << 8
    return stride(from: 16, to: 16 + used, by: 16).map { event in
      (0..<4).reduce(0) { $0 | Int(page[event + 12 + $1]) << ($1 * 8) }
    }
  }
}

extension [UInt8] {
  func write(to region: Region, at offset: Int) {
    _ = withUnsafeBytes {
      pwrite(region.descriptor, $0.baseAddress, $0.count, off_t(region.offset) + offset)
    }
  }
}
