import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// A task that was asked for and that a recording knows nothing of.
package enum UnknownTask: ExplainedError, Equatable {
  case name(String, nearest: [String])
  case pid(Int32)

  package var message: String {
    switch self {
    case .name(let name, _): "no task named '\(name)' in the recording"
    case .pid(let pid): "no task \(pid) in the recording"
    }
  }

  package var hint: String? {
    guard case .name(_, let nearest) = self, !nearest.isEmpty else { return nil }
    return "did you mean \(nearest.joined(separator: " or "))?"
  }

  /// That nothing is shown of it is the right answer.
  package var exitStatus: Int32 { 0 }
}

extension UnknownTask {
  /// The tasks of a selection that neither the names of the recordings nor their events know.
  static func all(
    in selection: ReportOptions.Selection, _ names: [SharedTaskNames], _ streams: [EventStream],
    _ sources: [ReportSource]
  ) -> [UnknownTask] {
    let comms = selection.comms.filter { comm in
      !comm.utf8.elementsEqual(SharedTaskNames.unknown)
        && names.allSatisfy { $0.pids(named: comm).isEmpty }
    }
    let known = comms.isEmpty ? [] : Set(names.flatMap(\.all))
    var unnamed = Set(selection.pids.filter { pid in !names.contains { $0.isNamed(pid) } })
    for stream in streams where !unnamed.isEmpty {
      let source = sources[stream.buffer]
      let offset = source.events.common.pid.offset
      var cursor = EventCursor([stream])
      while !unnamed.isEmpty, let run = cursor.nextRun() {
        for index in 0..<run.count where run.records[index].length >= offset + 4 {
          unnamed.remove(run.records[index].payload.load(Int32.self, at: offset, source.file.order))
        }
      }
    }
    return comms.map { .name($0, nearest: Nearest.names(to: $0, among: known)) }
      + selection.pids.filter { unnamed.contains($0) }.map { .pid($0) }
  }
}
