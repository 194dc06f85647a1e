import ByteIO
import EventFormats
import Reports
import RingBuffer
import TraceDat

/// A recording, opened: a sequence of its events in the order of their times.
///
///     for event in try EventFile(path: "trace.dat") where event.name == "sched_switch" {
///       print(event.time, event.cpu, event["next_comm"] ?? "?", event["next_pid"] ?? 0)
///     }
///
/// The file is mapped, and memory does not grow with it. What of it cannot be read is passed over
/// and told by `problems`. The format is trace-cmd.dat.v6(5) and trace-cmd.dat.v7(5).
public struct EventFile: Sequence, Sendable {
  /// How many CPUs the recorded machine has.
  public let cpuCount: Int
  /// What of the file cannot be read, a sentence each.
  public let problems: [String]
  private let input: ReportInput

  /// Opens a recording.
  ///
  /// Throws an error whose description says what was expected, and where, if the file cannot be
  /// read at all.
  public init(path: String) throws {
    do {
      let file = try TraceFile(path: path)
      cpuCount = file.cpuCount
      input = try ReportInput([ReportInput.Recording(file)])
    } catch let error as any ExplainedError {
      throw EventFileError(description: error.message)
    }
    problems = input.problems.map(\.message)
  }

  public func makeIterator() -> Iterator { Iterator(input) }

  /// Walks the events once.
  public final class Iterator: IteratorProtocol {
    private let input: ReportInput
    private var cursor: EventCursor
    private let names: [TaskTexts]

    init(_ input: ReportInput) {
      self.input = input
      cursor = EventCursor(input.streams)
      names = input.sources.map { TaskTexts($0.names) }
    }

    public func next() -> TraceEvent? {
      while let event = cursor.next() {
        let number = input.streams[event.stream].buffer
        let source = input.sources[number]
        let common = source.events.common
        guard event.record.length >= common.pid.offset + 4 else { continue }
        let bytes = event.record.bytes
        let pid = Int32(
          truncatingIfNeeded: common.read(common.pid, of: bytes, source.file.order))
        let id = common.read(common.type, of: bytes, source.file.order)
        return TraceEvent(
          time: event.record.time, cpu: input.streams[event.stream].cpu, pid: pid,
          comm: names[number][pid], buffer: source.buffer.name,
          index: source.events.index(id: id), record: Array(bytes), events: source.events)
      }
      return nil
    }
  }
}

/// Why a file cannot be read.
public struct EventFileError: Error, CustomStringConvertible {
  public let description: String
}

/// The names of tasks as strings, made once each.
private final class TaskTexts {
  private let names: SharedTaskNames
  private var known: [Int32: String] = [:]

  init(_ names: SharedTaskNames) { self.names = names }

  subscript(pid: Int32) -> String {
    if let text = known[pid] { return text }
    // A damaged file may name any number of them.
    if known.count >= 1 << 16 { known = [:] }
    let text = String(decoding: names.name(of: pid), as: UTF8.self)
    known[pid] = text
    return text
  }
}
