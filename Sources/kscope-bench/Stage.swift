import Glibc
import Reports
import RingBuffer
import TraceDat

/// How far the events of a recording are taken; each stage does what those before it do, and more.
enum Stage: String, CaseIterable {
  /// Every event's header is decoded, CPU by CPU.
  case decode
  /// The events of all CPUs are put in the order of their times.
  case merge
  /// Each is made a line; the lines are thrown away (written to /dev/null).
  case format
  /// The lines are written to a file.
  case write

  /// Runs the stage once, on one thread. `output` is open for writing.
  ///
  /// - Returns: how many events there were; nil where the stage does not count them.
  func run(_ file: TraceFile, output: Int32) throws -> Int? {
    switch self {
    case .decode: return try Self.decode(file)
    case .merge: return try Self.merge(file)
    case .format, .write:
      var options = ReportOptions()
      options.workers = 1
      _ = try TextReport([file], options: options).write(to: output)
      return nil
    }
  }

  private static func decode(_ file: TraceFile) throws(TraceFileError) -> Int {
    var events = 0
    var times: UInt64 = 0
    for stream in try streams(of: file) {
      let layout = stream.pages.layout
      stream.pages.forEachPage { page in
        guard let start = page.baseAddress else { return }
        var cursor = RecordCursor(page: start, layout: layout, available: page.count)
        while let record = cursor.next() {
          events &+= 1
          times &+= record.time
        }
      }
    }
    Sinkhole.swallow(times)
    return events
  }

  private static func merge(_ file: TraceFile) throws(TraceFileError) -> Int {
    var cursor = EventCursor(try streams(of: file))
    var events = 0
    var times: UInt64 = 0
    while let event = cursor.next() {
      events &+= 1
      times &+= event.record.time
    }
    Sinkhole.swallow(times)
    return events
  }

  private static func streams(of file: TraceFile) throws(TraceFileError) -> [EventStream] {
    var streams: [EventStream] = []
    for (number, buffer) in file.buffers.enumerated() {
      for data in buffer.cpus {
        streams.append(
          EventStream(pages: try PageIndex(data, of: buffer, in: file), buffer: number))
      }
    }
    return streams
  }
}

/// Where results go that only keep the optimizer from leaving out the work.
enum Sinkhole {
  @inline(never) static func swallow(_ value: UInt64) {
    if value == 0x5eed_5eed_5eed_5eed { print("what a coincidence") }
  }
}
