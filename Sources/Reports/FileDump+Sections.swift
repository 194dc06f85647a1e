import ByteIO
import TraceDat

/// Sections: the line of each, and the texts that they hold.
extension FileDump {
  // MARK: The table

  /// The texts that name sections, then all sections as they stand in the file.
  func writeSections(to sink: inout ByteSink) {
    sink.append("\t[String @ offset]\n")
    var start = 0
    for text in inventory.strings.split(separator: 0, omittingEmptySubsequences: false).dropLast() {
      sink.append("\t\t\"")
      sink.append(String(decoding: text, as: UTF8.self))
      sink.append("\" @ \(start)\n")
      start += text.count + 1
    }
    for section in inventory.storedSections {
      sink.append("\t[Section ")
      sink.append(decimal: UInt64(section.id), width: 2)
      let offset = "\(section.offset)"
      sink.append(" @ \(offset)")
      sink.append(repeating: UInt8(ascii: " "), count: max(0, 16 - offset.utf8.count))
      sink.append("\t\"\(inventory.description(of: section))\", flags 0x")
      sink.append(hex: UInt64(section.flags))
      if let (packed, unpacked) = section.packing {
        sink.append(", \(packed) compressed, \(unpacked) uncompressed]\n")
      } else {
        sink.append(", \(section.size) \(section.isPacked ? "compressed " : "")bytes]\n")
      }
    }
  }

  func writeSectionHeader(at offset: Int, to sink: inout ByteSink) {
    guard let section = file.storedSection(at: offset) else { return }
    sink.append("\t[Section \(section.id) @ \(section.offset): \"")
    sink.append("\(inventory.description(of: section))\", flags 0x")
    sink.append(hex: UInt64(section.flags))
    sink.append(", \(section.size) bytes]\n")
  }

  // MARK: Texts

  func write(_ entry: FileInventory.Entry, to sink: inout ByteSink) {
    guard parts.contains(.summary) || !parts.isDisjoint(with: entry.asks) else { return }
    sink.append("\t[\(entry.title)]\n")
    guard !parts.isDisjoint(with: entry.asks) else { return }
    switch entry.part {
    case .ftraceFormats, .eventFormats:
      entry.bytes.withBytes { bytes in
        var cursor = ByteCursor(bytes.bytes, order: file.order)
        // What is damaged is among the inventory's problems.
        if case .ftraceFormats = entry.part {
          try? writeFormats(&cursor, to: &sink)
        } else {
          try? writeSystems(&cursor, to: &sink)
        }
      }
    default:
      entry.bytes.withBytes { sink.append($0) }
      if entry.endsWithBlankLine { sink.append("\n") }
    }
  }

  private func writeSystems(
    _ cursor: inout ByteCursor, to sink: inout ByteSink
  ) throws(ByteCursorError) {
    for _ in 0..<(try cursor.read(UInt32.self)) {
      let name = try cursor.readString()
      let start = cursor.offset
      let count = try cursor.read(UInt32.self)
      try cursor.seek(to: start)
      if parts.contains(.systems) { sink.append("\t\t\(name) \(count) [system, events]\n") }
      try writeFormats(&cursor, isWanted: parts.contains(.eventFormats), to: &sink)
    }
  }

  private func writeFormats(
    _ cursor: inout ByteCursor, isWanted: Bool = true, to sink: inout ByteSink
  ) throws(ByteCursorError) {
    for _ in 0..<(try cursor.read(UInt32.self)) {
      let text = try cursor.take(Int(clamping: try cursor.read(UInt64.self)))
      guard isWanted else { continue }
      sink.append(text)
      sink.append("\n")
    }
  }
}

extension FileInventory.Entry {
  /// Which of what can be asked for shows its bytes.
  var asks: FileDump.Parts {
    switch part {
    case .headerPage: .headerPage
    case .headerEvent: .headerEvent
    case .ftraceFormats: .ftraceFormats
    case .eventFormats: [.systems, .eventFormats]
    case .kallsyms: .kallsyms
    case .printkFormats: .printkFormats
    case .savedCommandLines: .savedCommandLines
    }
  }

  fileprivate var title: String {
    switch part {
    case .headerPage(let bytes): "Header page, \(bytes) bytes"
    case .headerEvent(let bytes): "Header event, \(bytes) bytes"
    case .ftraceFormats(let events): "Ftrace format, \(events) events"
    case .eventFormats(let systems): "Events format, \(systems) systems"
    case .kallsyms(let bytes): "Kallsyms, \(bytes) bytes"
    case .printkFormats(let bytes): "Trace printk, \(bytes) bytes"
    case .savedCommandLines(let bytes): "Saved command lines, \(bytes) bytes"
    }
  }

  fileprivate var endsWithBlankLine: Bool {
    switch part {
    case .headerPage, .headerEvent, .printkFormats, .savedCommandLines, .kallsyms: true
    case .ftraceFormats, .eventFormats: false
    }
  }
}
