package import ByteIO
import RingBuffer
import TraceDat

/// Looks for times that run backwards on a CPU: what `report --ts-check` says.
package struct TimeCheck {
  /// One for each CPU where they do.
  package private(set) var problems: [any ExplainedError] = []

  package init(_ input: ReportInput) {
    for stream in input.streams {
      var cursor = EventCursor([stream])
      var latest: UInt64 = 0
      var count = 0
      var first: (from: UInt64, to: UInt64)?
      while let event = cursor.next() {
        if event.record.time < latest {
          count += 1
          if first == nil { first = (latest, event.record.time) }
        } else {
          latest = event.record.time
        }
      }
      if let first {
        let source = input.sources[stream.buffer]
        problems.append(
          BackwardTime(
            path: source.file.path, buffer: source.buffer.name, cpu: stream.cpu, count: count,
            from: first.from, to: first.to))
      }
    }
  }
}

/// A CPU whose events are not in the order of their times.
struct BackwardTime: ExplainedError, Equatable {
  var path: String
  var buffer: String
  var cpu: Int
  /// How many events are earlier than one before them.
  var count: Int
  /// The first of them, in units of the shown clock.
  var from: UInt64
  var to: UInt64

  var message: String {
    let place = buffer.isEmpty ? "CPU \(cpu)" : "CPU \(cpu) of buffer \(buffer)"
    return "\(path): times of \(place) run backwards at \(count) "
      + "\(count == 1 ? "event" : "events"), first from \(from) to \(to)"
  }
}
