import ByteIO
import Glibc
import Reports
import Testing
import TraceDat
import TraceTestSupport

/// What `kscope dump` says of files, and that trace-cmd says the same.
@Suite struct FileDumpTests {
  static let hasOracle = CommandRun.exists("trace-cmd")
  static let pages = Array(TestEvent.pages(3).joined())

  let folder = TemporaryFolder()

  func summary(_ path: String) throws -> (text: String, problems: [TraceFileError]) {
    let summary = FileDump(of: try TraceFile(path: path))
    var sink = ByteSink()
    summary.write(to: &sink)
    return (sink.text, summary.problems)
  }

  func summary(of bytes: [UInt8]) throws -> (text: String, problems: [TraceFileError]) {
    try summary(folder.write(bytes, to: "t.dat"))
  }

  /// What trace-cmd prints of a file.
  func oracle(_ path: String) throws -> String {
    try #require(CommandRun(["trace-cmd", "dump", "--summary", "-i", path])).output
  }

  static func builder(order: ByteOrder = .little, longSize: Int = 8) -> TraceBuilder {
    var builder = TraceBuilder(
      cpuCount: 4,
      buffers: [
        .init(cpus: [(2, pages)]),
        .init(name: "one", clock: "mono", cpus: [(0, pages), (3, pages)]),
      ])
    builder.order = order
    builder.longSize = longSize
    builder.ftraceFormats = [TestEvent.format]
    builder.systems.append((name: "empty", formats: []))
    builder.kallsyms = "ffffffff81000000 T _stext\n"
    builder.printkFormats = "0xffffffff82000000 : \"hello\\n\"\n"
    builder.options.append((id: 5, data: Array("Linux test\0".utf8)))
    return builder
  }

  // MARK: Text

  @Test(arguments: [ByteOrder.little, .big])
  func version6InTheOrderOfTheFile(order: ByteOrder) throws {
    let builder = Self.builder(order: order, longSize: 4)
    let (text, problems) = try summary(of: builder.version6)
    #expect(problems.isEmpty)
    #expect(
      text == """

         Tracing meta data in file \(folder.path("t.dat")):
        \t[Initial format]
        \t\t6\t[Version]
        \t\t\(order == .little ? "0\t[Little endian]" : "1\t[Big endian]")
        \t\t4\t[Bytes in a long]
        \t\t4096\t[Page size, bytes]
        \t[Header page, \(builder.headerPage.utf8.count) bytes]
        \t[Header event, \(builder.headerEvent.utf8.count) bytes]
        \t[Ftrace format, 1 events]
        \t[Events format, 2 systems]
        \t[Kallsyms, 26 bytes]
        \t[Trace printk, 31 bytes]
        \t[Saved command lines, 7 bytes]
        \t4 [CPUs with tracing data]
        \t[3 options]
        \t[Flyrecord tracing data]
        \t[Tracing clock]
        \t\t[local]
        \t[Flyrecord tracing data]
        \t[Tracing clock]
        \t\t[mono]

        """)
  }

  @Test func version7WithTheLastSectionFirst() throws {
    let builder = Self.builder()
    let (text, problems) = try summary(of: builder.version7)
    #expect(problems.isEmpty)
    #expect(
      text == """

         Tracing meta data in file \(folder.path("t.dat")):
        \t[Initial format]
        \t\t7\t[Version]
        \t\t0\t[Little endian]
        \t\t8\t[Bytes in a long]
        \t\t4096\t[Page size, bytes]
        \t\tnone\t[Compression algorithm]
        \t\t\t[Compression version]
        \t[buffer "", "local" clock, 4096 page size, 1 cpus, 12288 bytes flyrecord data]
        \t[buffer "one", "mono" clock, 4096 page size, 2 cpus, 24576 bytes flyrecord data]
        \t[11 options]
        \t[Saved command lines, 7 bytes]
        \t[Trace printk, 31 bytes]
        \t[Kallsyms, 26 bytes]
        \t[Events format, 2 systems]
        \t[Ftrace format, 1 events]
        \t[Header page, \(builder.headerPage.utf8.count) bytes]
        \t[Header event, \(builder.headerEvent.utf8.count) bytes]
        \t[10 sections]

        """)
  }

  @Test func version6WithoutAClock() throws {
    var builder = Self.builder()
    builder.options = []
    builder.buffers = [builder.buffers[0]]
    let (text, problems) = try summary(of: builder.version6)
    #expect(problems.isEmpty)
    #expect(
      text.hasSuffix(
        "\t[0 options]\n\t[Flyrecord tracing data]\n\t[Tracing clock]\n"
          + "\t\t No tracing clock saved in the file\n"))
  }

  @Test func latencyTextInVersion7() throws {
    let (text, _) = try summary(of: Self.latencyFile)
    #expect(text.contains("\t[buffer \"\", \"local\" clock, latency data]\n\t[8 options]\n"))
    #expect(text.hasSuffix("\t[9 sections]\n"))
  }

  /// A file of version 7 whose only buffer is the text of a latency tracer.
  static var latencyFile: [UInt8] {
    var builder = builder()
    builder.buffers = []
    // The number does not change where the section comes to stand.
    builder.options = [(22, UInt64(0).bytes(.little) + Array("\0local\0".utf8))]
    var bytes = builder.version7
    let place = UInt64(bytes.count).bytes(.little)
    let option = UInt16(22).bytes(.little) + UInt32(15).bytes(.little)
    if let at = bytes.firstIndex(ofRun: option) {
      bytes.replaceSubrange(at + 6..<at + 14, with: place)
    }
    let content = Array("# tracer: wakeup\n".utf8)
    bytes += UInt16(22).bytes(.little) + [0, 0, 0, 0, 0, 0]
    return bytes + UInt64(content.count).bytes(.little) + content
  }

  // MARK: Parts

  static let parts: [(option: String, parts: FileDump.Parts)] = [
    ("--head-page", .headerPage), ("--head-event", .headerEvent),
    ("--ftrace-events", .ftraceFormats), ("--systems", .systems), ("--events", .eventFormats),
    ("--kallsyms", .kallsyms), ("--printk", .printkFormats), ("--cmd-lines", .savedCommandLines),
    ("--options", .options), ("--flyrecord", .flyrecord), ("--clock", .clock), ("--all", .all),
    ("--summary --clock --systems --head-page", [.summary, .clock, .systems, .headerPage]),
  ]

  func dump(_ path: String, _ parts: FileDump.Parts, isForTerminal: Bool = false) throws -> String {
    var sink = ByteSink()
    FileDump(of: try TraceFile(path: path), parts).write(to: &sink, isForTerminal: isForTerminal)
    return sink.text
  }

  /// A file with an option of each kind whose text is known.
  static func builderWithOptions() -> TraceBuilder {
    var builder = builder()
    builder.options += [
      (id: 1, data: Array("0x5a3b".utf8) + [0]), (id: 7, data: Array("-12".utf8) + [0]),
      (id: 2, data: Array("CPU: 0\nentries: 1\n".utf8) + [0]),
      (id: 9, data: Array("3.1.6".utf8) + [0]),
      (id: 8, data: UInt32(4).bytes(.little)),
      (id: 11, data: UInt64(0xABC_DEF0).bytes(.little)),
    ]
    return builder
  }

  @Test func partsHoldTheTextsOfTheFile() throws {
    let path = folder.write(Self.builderWithOptions().version7, to: "t.dat")
    #expect(try dump(path, .kallsyms).contains("\nffffffff81000000 T _stext\n"))
    #expect(try dump(path, .printkFormats).contains("0xffffffff82000000 : \"hello\\n\"\n"))
    #expect(try dump(path, .systems).contains("\t\tempty 0 [system, events]\n"))
    #expect(try dump(path, .eventFormats).contains("name: \(TestEvent.name)\n"))
    let options = try dump(path, .options)
    #expect(options.contains("\t\t[Option UNAME, 11 bytes]\nLinux test\n"))
    #expect(options.contains("\t\t[Option TRACEID, 8 bytes]\n0xABCDEF0\n"))
    #expect(options.contains("\t\t[Option CPUCOUNT, 4 bytes]\n4\n"))
    #expect(options.contains("\t\t[Option OFFSET, 4 bytes]\n-12\n"))
    #expect(try dump(path, .flyrecord).contains(" [name]\n\"mono\" [clock]\n"))
  }

  @Test func everythingIsAllPartsAtOnce() throws {
    let path = folder.write(Self.builderWithOptions().version6, to: "t.dat")
    let all = Set(try dump(path, .all).split(separator: "\n"))
    for (option, parts) in Self.parts {
      for line in try dump(path, parts).split(separator: "\n") {
        #expect(all.contains(line), "\(option)")
      }
    }
  }

  @Test func textsCannotSteerATerminal() throws {
    var builder = Self.builder()
    builder.options.append((id: 5, data: Array("evil\u{1b}]0;title".utf8) + [0]))
    let path = folder.write(builder.version7, to: "t.dat")
    #expect(try dump(path, .options).contains("evil\u{1b}]"))
    let shown = try dump(path, .options, isForTerminal: true)
    #expect(shown.contains("evil^[]0;title\n"))
    #expect(!shown.contains("\u{1b}"))
  }

  @Test func anOptionThatIsTooShortIsShownAsSuch() throws {
    var builder = Self.builder()
    builder.options.append((id: 11, data: [1, 2, 3]))
    let path = folder.write(builder.version7, to: "t.dat")
    #expect(try dump(path, .options).contains("[Option TRACEID, 3 bytes]\n\t\t[the option ends"))
  }

  @Test(.enabled(if: hasOracle, "trace-cmd is not installed"), arguments: [6, 7])
  func partsAreWhatTraceCmdPrints(version: Int) throws {
    let builder = Self.builderWithOptions()
    let path = folder.write(version == 6 ? builder.version6 : builder.version7, to: "t.dat")
    for (option, parts) in Self.parts {
      let arguments = ["trace-cmd", "dump"] + option.split(separator: " ").map(String.init)
      let theirs = try #require(CommandRun(arguments + ["-i", path])).output
      #expect(try dump(path, parts) == theirs, "\(option)")
    }
  }

  // MARK: Damage

  @Test(arguments: [6, 7]) func aFileCutAnywhereIsSummedUpAsFarAsItGoes(version: Int) throws {
    let builder = Self.builder()
    let whole = version == 6 ? builder.version6 : builder.version7
    let lines = Set(try summary(of: whole).text.split(separator: "\n"))
    var summed = 0
    for length in stride(from: 40, to: whole.count - 1, by: 61) {
      guard let (text, problems) = try? summary(of: Array(whole[..<length])) else { continue }
      summed += 1
      #expect(!problems.isEmpty, "cut at \(length)")
      let counts = ["options]", "sections]", "[CPUs with"]
      for line in text.split(separator: "\n") where !counts.contains(where: line.contains) {
        #expect(lines.contains(line), "cut at \(length)")
      }
    }
    #expect(summed > 100)
  }

  @Test func aSectionThatLiesAboutItsSizeCostsOneProblem() throws {
    var bytes = Self.builder().version7
    let kallsyms = try #require(bytes.firstIndex(ofRun: Array("ffffffff81".utf8)))
    bytes[kallsyms - 1] = 0x7f
    let (text, problems) = try summary(of: bytes)
    #expect(problems.count == 1)
    #expect(problems.first?.part == "kallsyms section")
    #expect(!text.contains("Kallsyms"))
    #expect(text.contains("Trace printk, 31 bytes"))
  }

  @Test func aHeaderPageWithoutSenseIsSaidAndMeasured() throws {
    var builder = Self.builder()
    builder.headerPage = "nonsense"
    for bytes in [builder.version6, builder.version7] {
      let (text, problems) = try summary(of: bytes)
      #expect(problems.map(\.part) == ["header_page"])
      #expect(text.contains("\t[Header page, 8 bytes]\n"))
      #expect(text.contains(" bytes flyrecord data]\n") || text.contains("\t\t[mono]\n"))
    }
  }

  @Test func zerosBehindTheLastSectionAreNotSections() throws {
    let bytes = Self.builder().version7 + [UInt8](repeating: 0, count: 4096)
    let (text, problems) = try summary(of: bytes)
    #expect(text.hasSuffix("\t[10 sections]\n"))
    #expect(problems.map(\.offset) == [bytes.count - 4096])
  }

  // MARK: The oracle

  @Test(.enabled(if: hasOracle, "trace-cmd is not installed"), arguments: [6, 7])
  func saysOfBuiltFilesWhatTraceCmdSays(version: Int) throws {
    let builder = Self.builder()
    let path = folder.write(version == 6 ? builder.version6 : builder.version7, to: "t.dat")
    #expect(try summary(path).text == oracle(path))
  }

  @Test(.enabled(if: hasOracle, "trace-cmd is not installed"))
  func saysOfLatencyTextWhatTraceCmdSays() throws {
    let path = folder.write(Self.latencyFile, to: "t.dat")
    #expect(try summary(path).text == oracle(path))
  }

  struct Written: CustomTestStringConvertible, Sendable {
    var version: Int
    var compression: Compression = .none
    var testDescription: String { "version \(version), \(compression.rawValue)" }
  }

  // Debian's trace-cmd 3.1.6 is built with zstd alone.
  @Test(
    .enabled(if: hasOracle, "trace-cmd is not installed"),
    arguments: [
      Written(version: 6), Written(version: 7), Written(version: 7, compression: .zstd),
    ])
  func saysOfWrittenFilesWhatTraceCmdSays(_ written: Written) throws {
    let path = folder.path("w.dat")
    try Self.write(written, to: path)
    let (text, problems) = try summary(path)
    #expect(problems.isEmpty)
    #expect(text == (try oracle(path)))
  }

  @Test(arguments: [Compression.zlib, .zstd])
  func compressionChangesOnlyWhatIsStored(compression: Compression) throws {
    let (plain, packed) = (folder.path("n.dat"), folder.path("p.dat"))
    try Self.write(Written(version: 7), to: plain)
    try Self.write(Written(version: 7, compression: compression), to: packed)
    func parts(_ path: String) throws -> [Substring] {
      try summary(path).text.split(separator: "\n").filter {
        !["file", "Compression", "flyrecord"].contains(where: $0.contains)
      }
    }
    #expect(try parts(packed) == parts(plain))
    let text = try summary(packed).text
    #expect(text.contains("\t\t\(compression.rawValue)\t[Compression algorithm]\n"))
    #expect(text.contains("\t[buffer \"two\", \"mono\" clock, 4096 page size, 1 cpus, "))
  }

  /// Writes a recording of an empty top-level buffer and an instance.
  static func write(_ written: Written, to path: String) throws {
    var metadata = TraceMetadata(
      pageSize: 4096, cpuCount: 2,
      headerPage: Array(PageBuilder(time: 0, size: 4096).headerPage.utf8),
      headerEvent: Array(TestEvent.headerEvent.utf8))
    metadata.byteOrder = .little
    metadata.eventSystems = [.init(name: TestEvent.system, formats: [Array(TestEvent.format.utf8)])]
    metadata.kallsyms = Array("ffffffff81000000 T _stext\n".utf8)
    metadata.options = [TraceOption(.traceClock, text: "[local] global counter\n")]
    let writer = try TraceFileWriter(
      path: path, version: written.version, compression: written.compression, metadata: metadata,
      buffers: [
        BufferLayout(name: "", clock: "local", cpus: [0, 1], pageSize: 4096),
        BufferLayout(name: "two", clock: "mono", cpus: [0, 1], pageSize: 4096),
      ],
      placement: .automatic)
    let region = try writer.region(buffer: 1, cpu: 1)
    let count = pages.withUnsafeBytes {
      pwrite(region.descriptor, $0.baseAddress, $0.count, off_t(region.offset))
    }
    let empty = RegionContent(bytes: 0)
    try writer.finish(
      written: [[empty, empty], [empty, RegionContent(bytes: Int64(count))]],
      late: LateMetadata(commandLines: Array("1 init\n".utf8), options: []))
  }
}

extension [UInt8] {
  /// Where a run of bytes begins.
  fileprivate func firstIndex(ofRun run: [UInt8]) -> Int? {
    indices.first { self[$0...].starts(with: run) }
  }
}
