import ByteIO
import KernelTools
import Reports
import TraceDat
import TraceTestSupport
import Tracefs

/// A recording of events whose truth is known, with the formats of one of the lab's kernels.
///
/// `EventTexts` lays out the records; the code that is tested reads them by other means.
struct ToolTrace {
  /// Declared here as well, so that tests need not import where it is laid out.
  enum Value {
    case number(Int)
    case text(String)
    case bytes([UInt8])

    fileprivate var laidOut: EventTexts.Value {
      switch self {
      case .number(let number): .number(number)
      case .text(let text): .text(text)
      case .bytes(let bytes): .bytes(bytes)
      }
    }
  }

  static let kernels = EventTexts.kernels

  private let folder = TemporaryFolder()
  private var texts: EventTexts
  private var cpus: RecordedCPUs
  /// A recording that a kernel made, in place of what is added here.
  private var recording: String?
  var commandLines = "7 dd\n9 my shell\n"
  /// Addresses and names of functions, as /proc/kallsyms has them.
  var symbols = ""
  /// What uname(2) tells of the kernel; nil for a file that does not say.
  var uname: String? = "Linux lab 6.12.0 x86_64"

  /// - Parameters:
  ///   - kernel: a folder of `Fixtures`.
  ///   - names: the files there; `opens`, `syncs` and their like have some of the system `syscalls`,
  ///     and `kscope-tcp` some of `kscope`.
  init(
    kernel: String, cpuCount: Int = 2, order: ByteOrder = .little, _ names: [String]
  ) throws {
    texts = try EventTexts(kernel: kernel, order: order, names)
    cpus = RecordedCPUs(count: cpuCount, order: order)
  }

  /// - Parameter recording: a file of `Fixtures`.
  init(recording: String) throws {
    try self.init(kernel: "6.12", [])
    self.recording = recording
  }

  /// Adds an event that is like another, by another name.
  mutating func copyFormat(_ title: String, as name: String) {
    texts.copyFormat(title, as: name)
  }

  /// Takes a field out of a format, as if its event had been made without it.
  mutating func dropField(_ field: String, of title: String) {
    texts.dropField(field, of: title)
  }

  /// Gives an event's format what another kernel has behind `print fmt:`.
  mutating func setPrintFormat(_ text: String, of title: String) {
    texts.setPrintFormat(text, of: title)
  }

  /// Adds an event; fields that are not named are 0.
  mutating func add(
    _ time: UInt64, cpu: Int = 0, thread: Int32, _ title: String, _ values: [String: Value] = [:]
  ) {
    cpus.add(time, cpu: cpu, texts.record(thread: thread, title, values.mapValues(\.laidOut)))
  }

  /// Adds the calls that led to the event before it on that CPU, the innermost first; the format is
  /// in `ftrace`.
  mutating func addStack(
    _ time: UInt64, cpu: Int = 0, thread: Int32, _ addresses: [UInt64]
  ) {
    let bytes = (addresses + [.max]).flatMap { address in
      (0..<8).map {
        UInt8(truncatingIfNeeded: address >> (8 * (texts.order == .little ? $0 : 7 - $0)))
      }
    }
    add(time, cpu: cpu, thread: thread, "ftrace:kernel_stack", ["caller": .bytes(bytes)])
  }

  /// What is added to a CPU next comes behind a loss.
  mutating func loseEvents(cpu: Int = 0) { cpus.loseEvents(cpu: cpu) }

  /// Adds events of all kinds whose fields and times may be anything, as in a damaged recording.
  mutating func addAnything(_ count: Int, _ random: inout some RandomNumberGenerator) {
    let titles = texts.formats.keys.sorted()
    let numbers = [
      -1, .min, .max, .min + 1, 1 << 31, -1 << 31, 1 << 32, 1 << 62, 1 << 48, 255, 4095, -4095,
    ]
    var time: UInt64 = 1_000_000_000
    for _ in 0..<count {
      guard let title = titles.randomElement(using: &random), let format = texts.formats[title]
      else {
        return
      }
      let cpu = Int.random(in: cpus.cpus.indices, using: &random)
      var values: [String: Value] = [:]
      for field in format.fields where field.offset >= 8 {
        if Bool.random(using: &random) {
          // Of few numbers: what begins finds its end.
          values[field.name] = .number(Int.random(in: 0..<4, using: &random))
        } else if field.type.contains("__data_loc"), Bool.random(using: &random) {
          values[field.name] = .text("a name")
        } else if field.size > 8 {
          values[field.name] = .bytes(
            (0..<field.size).map { _ in UInt8.random(in: 0...255, using: &random) })
        } else {
          values[field.name] = .number(numbers.randomElement(using: &random) ?? 0)
        }
      }
      switch UInt8.random(in: 0...255, using: &random) {
      case 0: time = [0, 1 << 63, .max - 5, time / 2].randomElement(using: &random) ?? 0
      case 1: loseEvents(cpu: cpu)
      case 2...4: time = time &- 1_000_000
      default: time = time &+ UInt64.random(in: 0..<5000, using: &random)
      }
      let thread = Int32.random(in: 0...9, using: &random) - 1
      add(time, cpu: cpu, thread: thread, title, values)
    }
  }

  /// The tool's rows over the recording, as text, below the banner that it has live.
  func rows(_ name: String, _ arguments: [String] = []) throws -> [String] {
    try run(name, arguments).text
  }

  /// What is known of threads; nothing, as of a recording.
  var factsOf: @Sendable (Int32) -> ThreadFacts = { _ in ThreadFacts() }
  var wallOffset: UInt64?
  /// As the tools' own instances have it.
  var clock = "mono"
  /// As tools over recordings, which trace nothing, have none.
  var hasBanner = true
  /// Threads and children of the wanted process that were there before.
  var family: [Int32] = []
  /// The tool's own, which asks disks for what is not shown.
  var ownProcess: Int32?
  /// When the first interval begins; nil for the first event.
  var startsAt: UInt64?

  /// - Parameter counted: what the kernel counted meanwhile, and in which table.
  func run(
    _ name: String, _ arguments: [String] = [], counted: [(row: CountedRow, table: Int)] = []
  ) throws -> (text: [String], notes: [String]) {
    guard let type = ToolList.tool(named: name),
      let options = try ToolOptions(arguments + ["--input", "-"], for: type.about)
    else { return ([], []) }
    let run = try ToolRun(
      try type.init(options), over: try EventFeed(try file(), options: ReportOptions()),
      factsOf: factsOf, wallOffset: wallOffset)
    if let ownProcess { run.leaveOut(process: ownProcess) }
    run.adopt(family)
    var text: [UInt8] = []
    run.begin(at: startsAt, hasBanner: hasBanner)
    try run.takeAll { text += $0 }
    for (row, table) in counted { run.take(row, table: table) }
    run.finish()
    try run.flush { text += $0 }
    return (Self.lines(of: text), run.notes)
  }

  /// What a tool of the kernel's own lines prints of the recording.
  func streamed(_ name: String, _ arguments: [String]) throws -> [String] {
    guard let type = ToolList.stream(named: name),
      let options = try ToolOptions(arguments + ["--input", "-"], for: type.about)
    else { return [] }
    let tool = try type.init(options)
    let report = try LiveReport(
      try file(), options: try tool.reportOptions(ofRecording: true),
      format: options.format == .json ? .json : .text, names: nil)
    var text: [UInt8] = []
    try report.showAll { text += $0 }
    return Self.lines(of: text)
  }

  private static func lines(of text: [UInt8]) -> [String] {
    String(decoding: text, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).dropLast().map(String.init)
  }

  private func file() throws -> TraceFile {
    if let recording {
      let here = #filePath.split(separator: "/").dropLast().joined(separator: "/")
      return try TraceFile(path: "/\(here)/Fixtures/\(recording)")
    }
    var builder = TraceBuilder(
      cpuCount: cpus.cpus.count, buffers: [.init(clock: clock, cpus: cpus.pages)])
    builder.systems = texts.systems.filter { $0.name != "ftrace" }
    builder.ftraceFormats = texts.systems.filter { $0.name == "ftrace" }.flatMap(\.formats)
    builder.kallsyms = symbols
    builder.commandLines = commandLines
    builder.order = texts.order
    if let uname {
      builder.options.append((TraceOption.ID.uname.rawValue, Array(uname.utf8) + [0]))
    }
    return try TraceFile(path: folder.write(builder.version7, to: "t.dat"))
  }
}
