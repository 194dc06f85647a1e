package import ArgumentParser
import ByteIO
import Glibc
import Reports
import TraceDat

/// `kscope split`: parts of a recording, each a recording of its own.
package struct SplitCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Cut a recording into smaller ones, by time, events or pages.",
    discussion: """
      Without -r one file is written, NAME.1; with it as many as there are, NAME.0001, NAME.0002 … \
      Each holds the formats, symbols and names of the whole, in its version and compression, and \
      every event stands in one of them only. START and END are times as a report shows them, both \
      included. A part by time begins with the first event behind the part before.

      EXAMPLES
        kscope split 57.1 57.2             a tenth of a second of ./trace.dat: trace.dat.1
        kscope split -r -s 10              files of ten seconds
        kscope split -e 100000 -o start    the first 100,000 events: start.1
        kscope split -C 3 -i a.dat         one CPU
        kscope split -B db -i a.dat        one instance
      """)

  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("input")],
    help: ArgumentHelp("Read this recording.", valueName: "file"))
  var input = "trace.dat"

  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("output")],
    help: ArgumentHelp(
      "What the files' names begin with (the recording's name).", valueName: "name")
  )
  var output: String?

  @Option(
    name: [.customShort("s"), .customLong("seconds")],
    help: ArgumentHelp("So many seconds a file.", valueName: "n"))
  var seconds: UInt64?

  @Option(
    name: [.customShort("m"), .customLong("milliseconds")],
    help: ArgumentHelp("So many milliseconds a file.", valueName: "n"))
  var milliseconds: UInt64?

  @Option(
    name: [.customShort("u"), .customLong("microseconds")],
    help: ArgumentHelp("So many microseconds a file.", valueName: "n"))
  var microseconds: UInt64?

  @Option(
    name: [.customShort("e"), .customLong("events")],
    help: ArgumentHelp("So many events a file.", valueName: "n"))
  var events: Int?

  @Option(
    name: [.customShort("p"), .customLong("pages")],
    help: ArgumentHelp("So many pages of each CPU a file.", valueName: "n"))
  var pages: Int?

  @Flag(
    name: [.customShort("r"), .customLong("repeat")],
    help: "Go on from file to file until the end.")
  var repeats = false

  @Flag(
    name: [.customShort("c"), .customLong("per-cpu")],
    help: "Count each CPU's events by themselves.")
  var perCPU = false

  @Option(
    name: [.customShort("C"), .customLong("cpu")],
    help: ArgumentHelp("Only these CPUs: 0,3 or 2-4.", valueName: "list"))
  var cpu: String?

  @Option(
    name: [.customShort("B"), .customLong("instance")],
    help: ArgumentHelp("Only this instance; may be given several times.", valueName: "name"))
  var instances: [String] = []

  @Flag(
    name: [.customShort("t"), .customLong("top")],
    help: "Only the top-level buffer, beside the instances of -B.")
  var top = false

  @Argument(help: ArgumentHelp("The first and the last time, in seconds.", valueName: "start end"))
  var times: [String] = []

  package init() {}

  package func validate() throws {
    let sizes: [(String, UInt64?)] = [
      ("-s", seconds), ("-m", milliseconds), ("-u", microseconds),
      ("-e", events.map { UInt64(clamping: $0) }), ("-p", pages.map { UInt64(clamping: $0) }),
    ]
    let given = sizes.filter { $0.1 != nil }
    guard given.count <= 1 else {
      throw ValidationError(
        "\(given.map(\.0).joined(separator: " and ")) cannot be combined; say one size for a file")
    }
    for (name, value) in given where value == 0 {
      throw ValidationError("\(name) takes a number of 1 or more")
    }
    guard !repeats || !given.isEmpty else {
      throw ValidationError("-r needs a size for a file: -s, -m, -u, -e or -p")
    }
    guard times.count <= 2 else {
      throw ValidationError("one start and one end, not \(times.count) times")
    }
    _ = try window
  }

  package func run() throws {
    let file = try TraceFile(path: input)
    for name in instances where !file.buffers.contains(where: { $0.name == name }) {
      let known = file.buffers.map(\.name).filter { !$0.isEmpty }
      throw ValidationError(
        "\(input) has no instance \"\(name)\""
          + (known.isEmpty ? "" : "; it has \(known.joined(separator: ", "))"))
    }
    let whole = FilePart(
      of: file, clock: ClockCorrection(of: file), cpus: try cpu.map { try CPUList.parse($0) },
      buffers: { isWanted($0.name) })
    var rewriter = FileRewriter(file)
    var splitter = FileSplitter(whole, times: try window, limit: limit)
    var count = 0
    while let part = splitter.next() {
      count += 1
      let path = self.path(of: count)
      guard !FileIdentity.isSame(input, path) else {
        throw ValidationError("\(path) is the recording itself; choose other names with -o")
      }
      let bytes = try rewriter.write(
        to: path, version: file.version, compression: file.compression, part: part)
      try announce(path, part, bytes)
      if !repeats { break }
    }
    let problems = whole.problems + rewriter.problems
    if count == 0 {
      Failure.report(NothingToSplit(path: input))
    }
    if Failure.report(problems) || count == 0 { throw ExitCode(1) }
  }

  private func announce(_ path: String, _ part: FilePart, _ bytes: Int64) throws {
    var sink = ByteSink()
    sink.append("\(path)  from ")
    let microseconds = ((part.firstTime ?? 0) + 500) / 1000
    sink.append("\(microseconds / 1_000_000).")
    let decimals = "\(microseconds % 1_000_000)"
    sink.append(String(repeating: "0", count: 6 - decimals.utf8.count) + decimals)
    sink.append("  \(bytes) bytes of events\n")
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }

  private func isWanted(_ buffer: String) -> Bool {
    if instances.isEmpty { return !top || buffer.isEmpty }
    return buffer.isEmpty ? top : instances.contains(buffer)
  }

  private func path(of number: Int) -> String {
    let base = output ?? input
    guard repeats else { return "\(base).1" }
    let digits = "\(number)"
    return "\(base)." + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  private var limit: FileSplitter.Limit {
    func time(_ count: UInt64, of unit: UInt64) -> FileSplitter.Limit {
      let (length, isBeyond) = count.multipliedReportingOverflow(by: unit)
      return .time(isBeyond ? .max : length)
    }
    if let seconds { return time(seconds, of: 1_000_000_000) }
    if let milliseconds { return time(milliseconds, of: 1_000_000) }
    if let microseconds { return time(microseconds, of: 1000) }
    if let events { return perCPU ? .eventsPerCPU(events) : .events(events) }
    if let pages { return .pages(pages) }
    return .none
  }

  /// The times between which events are taken; nil for all.
  private var window: ClosedRange<UInt64>? {
    get throws {
      guard !times.isEmpty else { return nil }
      let ends = try times.map { text in
        guard let time = ShownTime(text) else {
          throw ValidationError("\"\(text)\" is no time in seconds, such as 75678.923853")
        }
        return time.nanoseconds
      }
      guard ends.count == 2 else { return ends[0].lowerBound...UInt64.max }
      guard ends[0].lowerBound <= ends[1].upperBound else {
        throw ValidationError("the start \(times[0]) is behind the end \(times[1])")
      }
      return ends[0].lowerBound...ends[1].upperBound
    }
  }
}

/// A part of a recording was asked for in which nothing happened.
struct NothingToSplit: ExplainedError {
  var path: String
  var message: String { "\(path): no event is in what was asked for; no file was written" }
  var hint: String? { "`kscope report --first-event --last-event -i \(path)` shows its times" }
}
