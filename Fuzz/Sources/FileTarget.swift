import ByteIO
import Glibc
import Reports
import RingBuffer
import TraceDat

/// A whole trace.dat.
enum FileTarget {
  /// A slice check of a file with more events would take long and find nothing new.
  private static let eventLimit = 10_000
  private static let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  static func run(_ bytes: UnsafeRawBufferPointer) {
    let mapped = MappedFile(copying: bytes, named: "fuzz.dat")
    guard let file = try? TraceFile(mapped: mapped) else { return }
    for problem in file.problems { precondition(!problem.message.isEmpty) }
    readTexts(of: file)
    cut(streams(of: file))
    sumUp(file)
    print(file)
  }

  private static func sumUp(_ file: TraceFile) {
    let dump = FileDump(of: file, .all)
    var sink = ByteSink()
    dump.write(to: &sink, isForTerminal: true)
    for problem in dump.problems { precondition(!problem.message.isEmpty) }
  }

  private static func readTexts(of file: TraceFile) {
    var sum: UInt8 = 0
    for which in [TraceFile.Text.kallsyms, .printkFormats, .savedCommandLines] {
      guard let text = try? file.text(which) else { continue }
      text.withBytes { for byte in $0 { sum &+= byte } }
    }
    Sinkhole.swallow(UInt64(sum))
  }

  private static func streams(of file: TraceFile) -> [EventStream] {
    var streams: [EventStream] = []
    for (number, buffer) in file.buffers.enumerated() {
      for data in buffer.cpus {
        guard let pages = try? PageIndex(data, of: buffer, in: file) else { continue }
        streams.append(EventStream(pages: pages, buffer: number))
      }
    }
    return streams
  }

  /// A file's slices, put one behind the other, hold what the file does.
  private static func cut(_ streams: [EventStream]) {
    var whole = EventCursor(streams)
    var count = 0
    var sum: UInt8 = 0
    while count < eventLimit, let event = whole.next() {
      for byte in event.record.bytes { sum &+= byte }
      count += 1
    }
    Sinkhole.swallow(UInt64(sum))
    var plan = SlicePlan(streams, bytesPerSlice: 1 << 11)
    var times: [UInt64] = []
    while times.count < 64, let time = plan.next() { times.append(time) }
    guard count < eventLimit, !times.isEmpty, times.count < 64 else { return }
    precondition(zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "cuts rise")

    var found = 0
    var from = streams.map { _ in EventStream.Position.start }
    for time in times {
      let to = streams.indices.map { streams[$0].position(ofTime: time, notBefore: from[$0]) }
      var slice = EventCursor(streams, from: from, to: to)
      while slice.next() != nil { found += 1 }
      from = to
    }
    var last = EventCursor(streams, from: from)
    while last.next() != nil { found += 1 }
    precondition(found == count, "slices hold \(found) events, the whole \(count)")
  }

  private static func print(_ file: TraceFile) {
    var options = ReportOptions()
    options.workers = 1
    options.bytesPerSlice = 1 << 11
    guard let input = try? ReportInput([ReportInput.Recording(file)], options: options) else {
      preconditionFailure("without filters every file can be reported")
    }
    let losses = try? TextReport(input, options: options).write(to: nowhere)
    for problem in input.problems + (losses ?? []) { precondition(!problem.message.isEmpty) }
    _ = try? JSONReport(input, options: options).write(to: nowhere)
    // Counting and walking find the same events.
    let counts = EventCounts(input, workers: 1)
    precondition(counts.counts.reduce(0) { $0 + $1.count } == counts.total)
    let histogram = Histogram(input)
    precondition(histogram.total <= counts.total)
    var text = ByteSink()
    histogram.write(to: &text, isForTerminal: true)
    histogram.writeFolded(to: &text)
    let profile = Profile(input, options: options, Profile.Options())
    profile.write(to: &text, isForTerminal: true)
    profile.writeJSON(to: &text)
    for problem in histogram.problems + profile.problems { precondition(!problem.message.isEmpty) }
  }
}
