package import ByteIO
package import TraceDat

/// What a file consists of, in the words of `trace-cmd dump --summary` 3.1.6.
package struct FileSummary {
  private let file: TraceFile
  private let inventory: FileInventory

  package init(of file: TraceFile) {
    self.file = file
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

  package func write(to sink: inout ByteSink) {
    sink.append("\n Tracing meta data in file \(file.path):\n")
    writeHead(to: &sink)
    if file.version == 6 { writeVersion6(to: &sink) } else { writeVersion7(to: &sink) }
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
    for part in inventory.sections.joined() { write(part, to: &sink) }
    if file.cpuCount > 0 || !file.tableClocks.isEmpty {
      sink.append("\t\(file.cpuCount) [CPUs with tracing data]\n")
    }
    if file.optionListCount > 0 { writeOptionCount(file.options.count, to: &sink) }
    if file.buffers.contains(where: \.isText) { sink.append("\t[Latency tracing data]\n") }
    for clock in file.tableClocks {
      sink.append("\t[Flyrecord tracing data]\n\t[Tracing clock]\n")
      sink.append("\t\t\(clock ?? " No tracing clock saved in the file")\n")
    }
  }

  private func writeVersion7(to sink: inout ByteSink) {
    for buffer in file.buffers {
      sink.append("\t[buffer \"\(buffer.name)\", \"\(buffer.clock ?? "")\" clock, ")
      if buffer.isText {
        sink.append("latency data]\n")
      } else {
        sink.append("\(buffer.pageSize) page size, \(buffer.listed.cpus) cpus, ")
        sink.append("\(buffer.listed.bytes) bytes flyrecord data]\n")
      }
    }
    // trace-cmd counts the option that ends each list, but not in version 6.
    writeOptionCount(file.options.count + file.optionListCount, to: &sink)
    // The last section that the options name comes first.
    for part in inventory.sections.reversed().joined() { write(part, to: &sink) }
    if let count = inventory.storedSectionCount { sink.append("\t[\(count) sections]\n") }
  }

  // MARK: Lines

  private func writeOptionCount(_ count: Int, to sink: inout ByteSink) {
    sink.append("\t[\(count) options]\n")
  }

  private func write(_ part: FileInventory.Part, to sink: inout ByteSink) {
    let text =
      switch part {
      case .headerPage(let bytes): "Header page, \(bytes) bytes"
      case .headerEvent(let bytes): "Header event, \(bytes) bytes"
      case .ftraceFormats(let events): "Ftrace format, \(events) events"
      case .eventFormats(let systems): "Events format, \(systems) systems"
      case .kallsyms(let bytes): "Kallsyms, \(bytes) bytes"
      case .printkFormats(let bytes): "Trace printk, \(bytes) bytes"
      case .savedCommandLines(let bytes): "Saved command lines, \(bytes) bytes"
      }
    sink.append("\t[\(text)]\n")
  }
}

extension TraceBuffer {
  fileprivate var isText: Bool {
    if case .text = content { true } else { false }
  }
}
