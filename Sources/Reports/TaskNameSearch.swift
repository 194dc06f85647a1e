import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Looks through a whole file for events that name tasks.
///
/// The kernel keeps the names of the last tasks only (`saved_cmdlines_size`); who ended early in a
/// long recording is named by the scheduler's events alone. The newest name wins, as in the
/// kernel's own list.
struct TaskNameSearch {
  private let file: TraceFile
  private let events: EventCatalog

  /// Where an event tells a pid and its name.
  private struct Place {
    var pid: Int
    var name: Int
    var nameSize: Int
  }

  /// Event, field of the pid, field of the name.
  private static let tellers = [
    ("sched_switch", "prev_pid", "prev_comm"), ("sched_switch", "next_pid", "next_comm"),
    ("sched_waking", "pid", "comm"), ("sched_wakeup", "pid", "comm"),
    ("sched_wakeup_new", "pid", "comm"), ("sched_process_exit", "pid", "comm"),
    ("task_newtask", "pid", "comm"), ("task_rename", "pid", "newcomm"),
  ]

  init(file: TraceFile, events: EventCatalog) {
    self.file = file
    self.events = events
  }

  /// Looks through all events.
  func run() -> TaskNames {
    var names = TaskNames()
    let part = FilePart(of: file)
    gather(part.streams, part.range, into: &names)
    return names
  }

  /// Looks through some events.
  func gather(_ streams: [EventStream], _ range: EventRange, into names: inout TaskNames) {
    var places: [UInt16: [Place]] = [:]
    for (name, pidField, nameField) in Self.tellers {
      guard let index = events.index(name: name), let event = try? events.format(at: index),
        let id = UInt16(exactly: event.id), let pid = event.field(pidField), pid.size == 4,
        let comm = event.field(nameField), comm.kind == .text
      else { continue }
      places[id, default: []].append(
        Place(pid: pid.offset, name: comm.offset, nameSize: comm.size))
    }
    guard !places.isEmpty else { return }
    var cursor = EventCursor(streams, from: range.from, to: range.to)
    while let event = cursor.next() {
      let record = event.record
      guard record.length >= 2,
        let found = places[record.payload.load(UInt16.self, at: 0, file.order)]
      else { continue }
      for place in found
      where place.pid + 4 <= record.length && place.name + place.nameSize <= record.length {
        let pid = record.payload.load(Int32.self, at: place.pid, file.order)
        names.add(
          pid,
          UnsafeRawBufferPointer(start: record.payload + place.name, count: place.nameSize))
      }
    }
  }
}
