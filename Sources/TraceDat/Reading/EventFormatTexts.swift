import ByteIO

/// The event format texts of a file, by system.
package struct EventFormatTexts: Sendable {
  /// One `events/SYSTEM/EVENT/format`.
  private struct Text: @unchecked Sendable {
    var system: String
    var bytes: UnsafeRawBufferPointer
  }

  private var texts: [Text] = []
  /// What of them could not be read.
  package private(set) var problems: [TraceFileError] = []
  private var owners: [SectionBytes] = []

  init(of file: TraceFile) {
    for section in file.sections {
      switch section.kind {
      case .ftraceFormats, .eventFormats: collect(section, of: file)
      default: break
      }
    }
  }

  /// How many texts there are.
  package var count: Int { texts.count }

  /// Lends each text, with its system: `ftrace` for what the tracers themselves write.
  package func forEach(_ body: (_ system: String, _ text: UnsafeRawBufferPointer) -> Void) {
    withExtendedLifetime(owners) {
      for text in texts { body(text.system, text.bytes) }
    }
  }

  private mutating func collect(_ section: Section, of file: TraceFile) {
    do {
      let content = try file.content(of: section)
      owners.append(content)
      try content.withBytes { bytes in
        var cursor = ByteCursor(bytes.bytes, order: file.order, base: content.offset)
        if section.kind == .ftraceFormats {
          try collectFormats(&cursor, system: "ftrace", bytes, content.offset)
        } else {
          for _ in 0..<(try cursor.read(UInt32.self)) {
            let system = try cursor.readString()
            try collectFormats(&cursor, system: system, bytes, content.offset)
          }
        }
      }
    } catch let error as ByteCursorError {
      problems.append(file.error("event formats", section.offset, .truncated(error)))
    } catch let error as TraceFileError {
      problems.append(error)
    } catch {
      problems.append(file.error("event formats", section.offset, .invalid("\(error)")))
    }
  }

  private mutating func collectFormats(
    _ cursor: inout ByteCursor, system: String, _ bytes: UnsafeRawBufferPointer, _ base: Int
  ) throws(ByteCursorError) {
    for _ in 0..<(try cursor.read(UInt32.self)) {
      let size = Int(clamping: try cursor.read(UInt64.self))
      let start = cursor.offset - base
      try cursor.skip(size)
      texts.append(
        Text(system: system, bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<start + size])))
    }
  }
}
