import ByteIO
import EventFormats
import Reports
import RingBuffer
import TraceDat

/// An event, read field by field by the names in its format.
struct PlainEvent {
  /// In ns since the first event.
  var time: Int64
  /// The row of its CPU.
  var row: Int
  var stream: Int
  var source: Int
  var machine: Int
  var id: Int
  var thread: Int32
  /// `system:name`; empty where the file does not describe it.
  var title: String
  var numbers: [String: Int] = [:]
  var texts: [String: String] = [:]
  var lost = LostEvents.none
  /// Events are lost behind it, on its stream.
  var isBeforeLoss = false

  static let wanted: Set<String> = [
    "sched:sched_switch", "sched:sched_waking", "sched:sched_wakeup", "sched:sched_wakeup_new",
    "sched:sched_process_fork", "sched:sched_process_exit", "task:task_rename",
    "task:task_newtask", "irq:irq_handler_entry", "irq:irq_handler_exit", "irq:softirq_entry",
    "irq:softirq_exit", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit",
  ]

  /// All events of recordings, one after the other.
  static func all(of input: ReportInput) -> (events: [PlainEvent], cpus: [[Int]]) {
    var files: [ObjectIdentifier] = []
    let machines = input.sources.map { source -> Int in
      let file = ObjectIdentifier(source.file)
      if let known = files.firstIndex(of: file) { return known }
      files.append(file)
      return files.count - 1
    }
    let places: [[Int]] = input.streams.map { [machines[$0.buffer], $0.cpu] }
    let cpus: [[Int]] = Set(places).sorted { a, b in a[0] != b[0] ? a[0] < b[0] : a[1] < b[1] }
    var formats: [[Int: (title: String, format: EventFormat?)]] = input.sources.map { _ in [:] }
    var cursor = EventCursor(input.streams)
    var events: [PlainEvent] = []
    var last: [Int: Int] = [:]
    var first: UInt64?
    while let next = cursor.next() {
      let stream = input.streams[next.stream]
      let source = input.sources[stream.buffer]
      let bytes = next.record.bytes
      let (order, common) = (source.file.order, source.events.common)
      let id = common.read(common.type, of: bytes, order) & 0xffff
      if formats[stream.buffer][id] == nil {
        var title = ""
        if let place = source.events.index(id: id) {
          title =
            String(decoding: source.events.system(at: place), as: UTF8.self) + ":"
            + String(decoding: source.events.name(at: place), as: UTF8.self)
        }
        let isWanted = wanted.contains(title)
        formats[stream.buffer][id] = (title, isWanted ? source.events.event(id: id) : nil)
      }
      let known = formats[stream.buffer][id] ?? ("", nil)
      let start = first ?? next.record.time
      first = start
      let machine = machines[stream.buffer]
      var event = PlainEvent(
        time: Int64(bitPattern: next.record.time &- start),
        row: cpus.firstIndex(of: [machine, stream.cpu]) ?? 0, stream: next.stream,
        source: stream.buffer, machine: machine, id: id,
        thread: Int32(truncatingIfNeeded: common.read(common.pid, of: bytes, order)),
        title: known.title, lost: next.lost)
      for field in known.format?.fields ?? [] where field.end <= bytes.count {
        let own = bytes[field.offset..<field.end]
        if field.kind == .integer {
          var value: UInt64 = 0
          for byte in order == .little ? Array(own.reversed()) : Array(own) {
            value = value << 8 | UInt64(byte)
          }
          let unused = UInt64(64 - 8 * field.size)
          let signed = Int(Int64(bitPattern: value << unused) >> Int64(unused))
          event.numbers[field.name] = field.isSigned ? signed : Int(truncatingIfNeeded: value)
        } else if field.kind == .text {
          event.texts[field.name] = String(decoding: own.prefix { $0 != 0 }, as: UTF8.self)
        }
      }
      if next.lost != .none, let before = last[next.stream] { events[before].isBeforeLoss = true }
      last[next.stream] = events.count
      events.append(event)
    }
    return (events, cpus)
  }
}
