import ByteIO
import Glibc
import Recording
import Reports
import RingBuffer
import TraceDat

/// Replays a recording through what `kscope stream` does with a kernel's pages:
/// `kscope-bench stream FILE [OUTPUT]`.
///
/// Prints how many events a second of processor time that is, how much of a core 200,000 events a
/// second would take, and the most memory that pages took. OUTPUT gets the text; without it, it is
/// thrown away.
enum StreamMeasurement {
  /// What `stream` must keep up with.
  private static let rate = 200_000.0

  static func run(_ arguments: [String]) throws {
    let file = try TraceFile(path: arguments[0])
    let output = open(
      arguments.count > 1 ? arguments[1] : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
      0o600)
    guard output >= 0 else { throw SystemError("open", path: arguments.last) }
    defer { close(output) }
    let stream = try LiveStream(replaying: file)
    var options = ReportOptions()
    options.printsHead = false
    let report = try LiveReport(
      stream.file, options: options, format: .text, names: names(of: file))

    var events = 0
    var lines = 0
    var rounds = 0
    var peak = 0
    let start = ProcessorTime.seconds
    repeat {
      let range = try stream.round()
      rounds += 1
      peak = max(peak, stream.bytesHeld)
      try report.show(range, isLast: stream.hasEnded) { bytes in
        lines += bytes.count
        try writeAll(bytes, to: output)
      }
    } while !stream.hasEnded
    let seconds = ProcessorTime.seconds - start
    for data in try EventCount.streams(of: file) { events += EventCount.events(of: data) }
    let perSecond = Double(events) / max(seconds, 1e-9)
    print("events\t\(events)")
    print("text-bytes\t\(lines)")
    print("rounds\t\(rounds)")
    print("peak-page-bytes\t\(peak)")
    print("processor-seconds\t\(seconds)")
    print("events-per-second\t\(Int(perSecond))")
    print("core-share-at-200000\t\(rate / perSecond)")
  }

  private static func names(of file: TraceFile) -> LiveTaskNames {
    let saved = (try? file.text(.savedCommandLines).withBytes { Array($0) }) ?? []
    return LiveTaskNames(saved: { saved }, current: { _ in nil })
  }
}

/// How many events a recording has.
enum EventCount {
  static func streams(of file: TraceFile) throws(TraceFileError) -> [EventStream] {
    var streams: [EventStream] = []
    for (number, buffer) in file.buffers.enumerated() {
      for data in buffer.cpus {
        streams.append(
          EventStream(pages: try PageIndex(data, of: buffer, in: file), buffer: number))
      }
    }
    return streams
  }

  static func events(of stream: EventStream) -> Int {
    var events = 0
    let layout = stream.pages.layout
    stream.pages.forEachPage { page in
      guard let start = page.baseAddress else { return }
      var cursor = RecordCursor(page: start, layout: layout, available: page.count)
      while cursor.next() != nil { events &+= 1 }
    }
    return events
  }
}
