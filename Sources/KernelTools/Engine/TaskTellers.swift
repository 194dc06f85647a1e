import ByteIO
import EventFormats
import Reports
import TraceDat

/// The events that tell what a task is called from then on: it begins by its parent's name, and
/// changes it when it runs a program.
///
/// Events come in batches, and of a batch the newest name alone is kept otherwise: a shell's child
/// would be called by the program that it runs a moment later.
struct TaskTellers {
  private struct Place {
    var id: UInt64
    var pid: Int
    var name: Int
    var nameSize: Int
  }

  private let places: [Place]
  private let common: CommonFields
  private let order: ByteOrder

  init(_ source: ReportSource) {
    common = source.events.common
    order = source.file.order
    places = [("task_newtask", "comm"), ("task_rename", "newcomm")].compactMap { event, field in
      guard let format = source.events.event(system: "task", name: event), format.id >= 0,
        let pid = format.field("pid"), pid.size == 4,
        let name = format.field(field), name.kind == .text, name.size > 0
      else { return nil }
      return Place(id: UInt64(format.id), pid: pid.offset, name: name.offset, nameSize: name.size)
    }
  }

  /// The task that a record tells of, and its name; nil for other records.
  @inline(__always) func read(_ record: UnsafeRawBufferPointer) -> (Int32, [UInt8])? {
    guard !places.isEmpty else { return nil }
    let id = UInt64(truncatingIfNeeded: common.read(common.type, of: record, order)) & 0xffff
    guard let place = places.first(where: { $0.id == id }), let base = record.baseAddress,
      place.pid + 4 <= record.count, place.name + place.nameSize <= record.count
    else { return nil }
    let name = record[place.name..<(place.name + place.nameSize)].prefix { $0 != 0 }
    return (base.load(Int32.self, at: place.pid, order), Array(name))
  }
}
