package import ByteIO
package import TraceDat

/// What a file consists of, in the words of `trace-cmd dump` 3.1.6.
package struct FileDump {
  /// What can be asked for.
  package struct Parts: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A line for each part of the file.
    package static let summary = Parts(rawValue: 1)
    package static let headerPage = Parts(rawValue: 1 << 1)
    package static let headerEvent = Parts(rawValue: 1 << 2)
    /// The formats of the tracers' own events.
    package static let ftraceFormats = Parts(rawValue: 1 << 3)
    /// The names of the systems and how many events of each there are.
    package static let systems = Parts(rawValue: 1 << 4)
    package static let eventFormats = Parts(rawValue: 1 << 5)
    package static let kallsyms = Parts(rawValue: 1 << 6)
    package static let printkFormats = Parts(rawValue: 1 << 7)
    package static let savedCommandLines = Parts(rawValue: 1 << 8)
    package static let options = Parts(rawValue: 1 << 9)
    /// Where the pages of each CPU are.
    package static let flyrecord = Parts(rawValue: 1 << 10)
    package static let clock = Parts(rawValue: 1 << 11)
    /// The table of all sections and of the texts that name them.
    package static let sections = Parts(rawValue: 1 << 12)
    package static let all = Parts(rawValue: (1 << 13) - 1)
  }

  let file: TraceFile
  let inventory: FileInventory
  let parts: Parts

  package init(of file: TraceFile, _ parts: Parts = .summary) {
    self.file = file
    self.parts = parts
    inventory = FileInventory(of: file)
  }

  /// What could not be read, and is missing from the text.
  package var problems: [TraceFileError] {
    // A section that was needed to open the file has been complained about then.
    file.problems + [file.cutOff].compactMap { $0 }
      + inventory.problems.filter { found in
        !file.problems.contains { $0.offset == found.offset && $0.kind == found.kind }
      }
  }

  /// - Parameter isForTerminal: whether control characters in it must be shown as such.
  package func write(to sink: inout ByteSink, isForTerminal: Bool = false) {
    let start = sink.count
    if parts.contains(.summary) {
      sink.append("\n Tracing meta data in file \(file.path):\n")
      writeHead(to: &sink)
    }
    if file.version == 6 { writeVersion6(to: &sink) } else { writeVersion7(to: &sink) }
    if isForTerminal { TerminalSafety.escape(&sink, from: start) }
  }

  private func writeHead(to sink: inout ByteSink) {
    sink.append("\t[Initial format]\n")
    sink.append("\t\t\(file.version)\t[Version]\n")
    switch file.order {
    case .little: sink.append("\t\t0\t[Little endian]\n")
    case .big: sink.append("\t\t1\t[Big endian]\n")
    }
    sink.append("\t\t\(file.longSize)\t[Bytes in a long]\n")
    sink.append("\t\t\(file.pageSize)\t[Page size, bytes]\n")
    if let (name, version) = file.compressor {
      sink.append("\t\t\(name)\t[Compression algorithm]\n")
      sink.append("\t\t\(version)\t[Compression version]\n")
    }
  }

  // MARK: Versions

  private func writeVersion6(to sink: inout ByteSink) {
    for entry in inventory.sections.joined() { write(entry, to: &sink) }
    let isSummary = parts.contains(.summary)
    if isSummary, file.cpuCount > 0 || !file.tables.isEmpty {
      sink.append("\t\(file.cpuCount) [CPUs with tracing data]\n")
    }
    if !file.optionLists.isEmpty {
      for option in file.options { OptionDump(option, in: self).write(to: &sink) }
      writeOptionCount(file.options.count, to: &sink)
    }
    if isSummary, file.buffers.contains(where: \.isText) {
      sink.append("\t[Latency tracing data]\n")
    }
    let wantsPages = !parts.isDisjoint(with: [.summary, .flyrecord])
    for table in file.tables {
      if wantsPages { sink.append("\t[Flyrecord tracing data]\n") }
      if parts.contains(.flyrecord) { writePlaces(of: table, to: &sink) }
      if !parts.isDisjoint(with: [.summary, .clock]) {
        sink.append("\t[Tracing clock]\n")
        sink.append("\t\t\(table.clock ?? " No tracing clock saved in the file")\n")
      }
    }
  }

  private func writePlaces(of table: PageTable, to sink: inout ByteSink) {
    for data in table.cpus {
      sink.append("\t")
      appendPlace(data.offset, to: &sink)
      appendPlace(data.size, to: &sink)
      sink.append("\t[offset, size of cpu \(data.cpu)]\n")
    }
  }

  /// A number of a table of pages; blanks where a CPU has none.
  private func appendPlace(_ number: Int, to sink: inout ByteSink) {
    if number == 0 {
      sink.append(repeating: UInt8(ascii: " "), count: 11)
    } else {
      sink.append(decimal: UInt64(number), width: 11)
    }
  }

  private func writeVersion7(to sink: inout ByteSink) {
    if parts.contains(.sections) { writeSections(to: &sink) }
    var buffers = file.buffers[...]
    for (number, list) in file.optionLists.enumerated() {
      if parts.contains(.options) {
        if number > 0 { sink.append("\n\n") }
        writeSectionHeader(at: list.offset, to: &sink)
      }
      for option in file.options.dropFirst(list.first).prefix(list.count) {
        OptionDump(option, in: self).write(to: &sink)
        if parts.contains(.summary), option.id == .buffer || option.id == .bufferText,
          let buffer = buffers.popFirst()
        {
          write(buffer, to: &sink)
        }
      }
      if parts.contains(.options) { sink.append("\t\t[Option DONE, 8 bytes]\n\(list.next)\n") }
    }
    // Of lists that are damaged.
    if parts.contains(.summary) { for buffer in buffers { write(buffer, to: &sink) } }
    // trace-cmd counts the option that ends each list, but not in version 6.
    writeOptionCount(file.options.count + file.optionLists.count, to: &sink)
    // The last section that the options name comes first.
    for entries in inventory.sections.reversed() {
      if let first = entries.first, entries.contains(where: { !parts.isDisjoint(with: $0.asks) }) {
        writeSectionHeader(at: first.sectionOffset, to: &sink)
      }
      for entry in entries { write(entry, to: &sink) }
    }
    if parts.contains(.summary) {
      sink.append("\t[\(inventory.storedSections.count) sections]\n")
    }
  }

  private func write(_ buffer: TraceBuffer, to sink: inout ByteSink) {
    sink.append("\t[buffer \"\(buffer.name)\", \"\(buffer.clock ?? "")\" clock, ")
    if buffer.isText {
      sink.append("latency data]\n")
    } else {
      sink.append("\(buffer.pageSize) page size, \(buffer.listed.cpus) cpus, ")
      sink.append("\(buffer.listed.bytes) bytes flyrecord data]\n")
    }
  }

  private func writeOptionCount(_ count: Int, to sink: inout ByteSink) {
    guard !parts.isDisjoint(with: [.summary, .options]) else { return }
    sink.append("\t[\(count) options]\n")
  }
}
