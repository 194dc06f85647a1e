import ByteIO
import RingBuffer
import TraceDat

/// A whole trace.dat.
enum FileTarget {
  private static let eventLimit = 10_000

  static func run(_ bytes: UnsafeRawBufferPointer) {
    let mapped = MappedFile(copying: bytes, named: "fuzz.dat")
    guard let file = try? TraceFile(mapped: mapped) else { return }
    for problem in file.problems { precondition(!problem.message.isEmpty) }
    readTexts(of: file)
    let streams = streams(of: file)
    walk(streams)
    cut(streams)
  }

  private static func readTexts(of file: TraceFile) {
    let texts = file.eventFormats()
    var sum: UInt8 = 0
    for text in texts.texts { for byte in text.bytes { sum &+= byte } }
    for which in [TraceFile.Text.kallsyms, .printkFormats, .savedCommandLines] {
      guard let text = try? file.text(which) else { continue }
      for byte in text.bytes { sum &+= byte }
      if which == .savedCommandLines { _ = TaskNames(savedCommandLines: text.bytes) }
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

  private static func walk(_ streams: [EventStream]) {
    var cursor = EventCursor(streams)
    var sum: UInt8 = 0
    var events = 0
    while events < eventLimit, let event = cursor.next() {
      for byte in event.record.bytes { sum &+= byte }
      events += 1
    }
    Sinkhole.swallow(UInt64(sum))
  }

  /// A file's slices, put one behind the other, hold what the file does.
  private static func cut(_ streams: [EventStream]) {
    let plan = SlicePlan(streams, bytesPerSlice: 1 << 13)
    guard !plan.times.isEmpty, plan.times.count < 64 else { return }
    var whole = EventCursor(streams)
    var count = 0
    while count < eventLimit, whole.next() != nil { count += 1 }
    guard count < eventLimit else { return }

    var found = 0
    var from = streams.map { _ in EventStream.Position.start }
    for time in plan.times {
      let to = streams.indices.map { streams[$0].position(ofTime: time, notBefore: from[$0]) }
      var slice = EventCursor(streams, from: from, to: to)
      while slice.next() != nil { found += 1 }
      from = to
    }
    var last = EventCursor(streams, from: from)
    while last.next() != nil { found += 1 }
    precondition(found == count, "slices hold \(found) events, the whole \(count)")
  }
}
