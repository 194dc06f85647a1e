import ByteIO
import TraceDat

/// One option of a file as `trace-cmd dump --options` 3.1.6 shows it.
struct OptionDump {
  private let option: TraceOption
  private let dump: FileDump

  init(_ option: TraceOption, in dump: FileDump) {
    self.option = option
    self.dump = dump
  }

  /// Some options are shown when pages or the clock are asked for, too.
  func write(to sink: inout ByteSink) {
    let isAsked = dump.parts.contains(.options)
    switch option.id {
    case .buffer, .bufferText:
      guard isAsked || dump.parts.contains(.flyrecord) else { return }
      attempt(&sink) { cursor, sink throws(ByteCursorError) in
        try writeBuffer(&cursor, to: &sink)
      }
    case .traceClock:
      if isAsked { writeTitle("TRACECLOCK", to: &sink) }
      if isAsked || dump.parts.contains(.clock) { writeText(to: &sink) }
    default:
      if isAsked { writeOther(to: &sink) }
    }
  }

  private func writeOther(to sink: inout ByteSink) {
    if let name = Self.sectionNames[option.id] {
      attempt(&sink) { cursor, sink throws(ByteCursorError) in
        let place = try cursor.read(UInt64.self)
        sink.append("\t\t[Option \(name), \(option.data.count) bytes] @ \(place)\n")
      }
      return
    }
    if let name = Self.textNames[option.id] {
      writeTitle(name, to: &sink)
      writeText(to: &sink)
      return
    }
    switch option.id {
    case .cpuCount:
      writeTitle("CPUCOUNT", to: &sink)
      attempt(&sink) { cursor, sink throws(ByteCursorError) in
        sink.append("\(try cursor.read(UInt32.self))\n")
      }
    case .traceID:
      writeTitle("TRACEID", to: &sink)
      attempt(&sink) { cursor, sink throws(ByteCursorError) in
        let id = try cursor.read(UInt64.self)
        sink.append("0x\(String(id, radix: 16, uppercase: true))\n")
      }
    case .tscToNanoseconds:
      writeTitle("TSC2NSEC", to: &sink)
      attempt(&sink) { cursor, sink throws(ByteCursorError) in
        sink.append("\(try cursor.read(UInt32.self)) [multiplier]\n")
        sink.append("\(try cursor.read(UInt32.self)) [shift]\n")
        sink.append("\(try cursor.read(UInt64.self)) [offset]\n")
      }
    case .guest:
      writeTitle("GUEST", to: &sink)
      attempt(&sink) { cursor, sink throws(ByteCursorError) in
        sink.append("\(try cursor.readString()) [Guest name]\n")
        sink.append("\(try cursor.read(UInt64.self)) [trace id]\n")
        let count = try cursor.read(UInt32.self)
        sink.append("\(count) [Guest CPUs]\n")
        for _ in 0..<count {
          let cpu = try cursor.read(UInt32.self)
          sink.append("  \(cpu) \(try cursor.read(UInt32.self))\t[Guest cpu, Host pid]\n")
        }
      }
    case .timeShift:
      writeTitle("TIME SHIFT", to: &sink)
      sink.append("\(option.data.count) bytes of offsets to a host's clock\n")
    default:
      writeTitle("\(option.id.rawValue)", to: &sink)
      // Options that others may add are text more often than not.
      if option.data.last == 0 { writeText(to: &sink) }
    }
  }

  private func writeBuffer(
    _ cursor: inout ByteCursor, to sink: inout ByteSink
  ) throws(ByteCursorError) {
    let place = try cursor.read(UInt64.self)
    if dump.parts.contains(.flyrecord), dump.file.version == 7 {
      dump.writeSectionHeader(at: Int(clamping: place), to: &sink)
    }
    writeTitle(option.id == .buffer ? "BUFFER" : "BUFFER_TEXT", to: &sink)
    sink.append("\(place) [offset]\n\"\(try cursor.readString())\" [name]\n")
    guard dump.file.version == 7 else { return }
    sink.append("\"\(try cursor.readString())\" [clock]\n")
    guard option.id == .buffer else { return }
    sink.append("\(try cursor.read(UInt32.self)) [Page size, bytes]\n")
    let count = try cursor.read(UInt32.self)
    sink.append("\(count) [CPUs]:\n")
    for _ in 0..<count {
      sink.append(decimal: UInt64(try cursor.read(UInt32.self)), width: 4)
      let offset = try cursor.read(UInt64.self)
      sink.append(" \(offset)\t\(try cursor.read(UInt64.self))\t[id, data offset and size]\n")
    }
  }

  // MARK: Pieces

  private func writeTitle(_ name: String, to sink: inout ByteSink) {
    sink.append("\t\t[Option \(name), \(option.data.count) bytes]\n")
  }

  private func writeText(to sink: inout ByteSink) {
    sink.append(String(decoding: option.data.prefix { $0 != 0 }, as: UTF8.self))
    sink.append("\n")
  }

  /// An option that is shorter than it should be is shown as far as it goes.
  private func attempt(
    _ sink: inout ByteSink,
    _ body: (inout ByteCursor, inout ByteSink) throws(ByteCursorError) -> Void
  ) {
    var cursor = ByteCursor(option.data.span.bytes, order: dump.file.order)
    do throws(ByteCursorError) {
      try body(&cursor, &sink)
    } catch {
      sink.append("\t\t[the option ends after \(option.data.count) bytes]\n")
    }
  }

  private static let sectionNames: [TraceOption.ID: String] = [
    .headerInfo: "HEADERS", .ftraceFormats: "FTRACE EVENTS", .eventFormats: "EVENT FORMATS",
    .kallsyms: "KALLSYMS", .printkFormats: "PRINTK", .savedCommandLines: "CMDLINES",
  ]

  private static let textNames: [TraceOption.ID: String] = [
    .date: "DATE", .cpuStat: "CPUSTAT", .uname: "UNAME", .hook: "HOOK", .offset: "OFFSET",
    .version: "VERSION", .procMaps: "PROCMAPS",
  ]
}
