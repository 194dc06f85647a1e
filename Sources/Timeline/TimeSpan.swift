import EventFormats
import Reports
import RingBuffer
import TraceDat

/// When a recording begins and ends, found without a look at all of it.
struct TimeSpan {
  var first: UInt64 = 0
  var last: UInt64 = 0

  init(_ streams: [EventStream]) {
    first = EventCursor(streams).peek?.record.time ?? 0
    last = first
    for stream in streams where stream.pages.count > 0 {
      // The last page may be empty, or broken.
      for page in stride(
        from: stream.pages.count - 1, through: max(0, stream.pages.count - 8), by: -1)
      {
        var cursor = EventCursor(
          [stream], from: [.init(page: page, offset: 0)], to: [stream.end])
        var time: UInt64?
        while let run = cursor.nextRun() { time = run.records[run.count - 1].time }
        guard let time else { continue }
        // A clock that jumps back must not make it end before it begins.
        if time > last { last = time }
        break
      }
    }
  }

  /// How many events are looked at for a switch.
  private static let look = 1 << 16

  /// Whether switches between tasks are among the first events of any CPU.
  static func hasSwitches(_ input: ReportInput, _ times: TimeSpan) -> Bool {
    let readers = input.sources.map { source -> Int? in
      source.events.event(system: "sched", name: "sched_switch")?.id
    }
    guard readers.contains(where: { $0 != nil }) else { return false }
    for stream in input.streams {
      guard let wanted = readers[stream.buffer] else { continue }
      let source = input.sources[stream.buffer]
      let common = source.events.common
      var cursor = EventCursor([stream])
      var count = 0
      while count < look, let run = cursor.nextRun() {
        for place in 0..<run.count {
          let id = common.read(common.type, of: run.records[place].bytes, source.file.order)
          if id & 0xffff == wanted { return true }
        }
        count += run.count
      }
    }
    return false
  }
}
