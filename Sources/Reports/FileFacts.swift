package import ByteIO
import EventFormats
import Glibc
import RingBuffer
package import TraceDat

/// Single facts that a recording tells beside its events: what `report -E`, `--uname` and the like
/// print, in trace-cmd's shape.
package struct FileFacts {
  package enum Fact: Hashable, Sendable, CaseIterable {
    case byteOrder
    case pageSize
    case functions
    case printkFormats
    case eventNames
    case cpus
    case statistics
    case kernel
    case writer
  }

  private let file: TraceFile
  private let knowledge: FileKnowledge
  package var problems: [any ExplainedError] { file.problems + knowledge.problems }
  /// The same, with every format that is not understood.
  package var problemsOfAllFormats: [any ExplainedError] {
    problems + knowledge.events.problems(all: true)
  }

  package init(of file: TraceFile) {
    self.file = file
    knowledge = FileKnowledge(of: file, ReportOptions())
  }

  package func write(_ fact: Fact, to sink: inout ByteSink) {
    if [.statistics, .kernel, .writer].contains(fact) { sink.append("cpus=\(file.cpuCount)\n") }
    switch fact {
    case .byteOrder:
      sink.append(
        "file is \(Self.name(file.order)) endian and host is \(Self.name(.host)) endian\n")
    case .pageSize:
      sink.append(
        "file page size is \(file.pageSize), and host page size is \(sysconf(Int32(_SC_PAGESIZE)))\n"
      )
    case .functions: writeFunctions(to: &sink)
    case .printkFormats: writePrintkFormats(to: &sink)
    case .eventNames: writeEventNames(to: &sink)
    case .cpus: writeCPUs(first: false, last: false, .microseconds, to: &sink)
    case .statistics: writeStatistics(to: &sink)
    case .kernel: write(.uname, named: "uname", to: &sink)
    case .writer: write(.version, named: "version", to: &sink)
    }
  }

  private static func name(_ order: ByteOrder) -> String { order == .little ? "little" : "big" }

  // MARK: Kernel texts

  private func writeFunctions(to sink: inout ByteSink) {
    knowledge.events.symbols.forEach { address, name in
      sink.append(hex: address, width: file.longSize * 2)
      sink.append(" ")
      // A module stands behind a tab in the kernel's text.
      for byte in name { sink.append(byte == UInt8(ascii: "\t") ? UInt8(ascii: " ") : byte) }
      sink.append("\n")
    }
  }

  private func writePrintkFormats(to sink: inout ByteSink) {
    knowledge.events.forEachPrintkFormat { address, text in
      sink.append(hex: address, width: file.longSize * 2)
      sink.append(" ")
      sink.append(text)
      if text.last != UInt8(ascii: "\n") { sink.append("\n") }
    }
  }

  private func writeEventNames(to sink: inout ByteSink) {
    for event in events() { sink.append("\(event.system):\(event.name)\n") }
  }

  /// The events by system and name, without the one that no file describes (`BlockTrace.swift`).
  private func events() -> [(system: String, name: String, index: Int)] {
    let catalog = knowledge.events
    return (0..<catalog.count).map { index in
      (
        String(decoding: catalog.system(at: index), as: UTF8.self),
        String(decoding: catalog.name(at: index), as: UTF8.self), index
      )
    }
    .filter { $0.system != "ftrace" || $0.name != "blktrace" }
    .sorted { ($0.system, $0.name, $0.index) < ($1.system, $1.name, $1.index) }
  }

  /// Prints the format texts of the events that are wanted, with their systems.
  package func writeFormats(
    where isWanted: (_ system: String, _ name: String) -> Bool, to sink: inout ByteSink
  ) {
    for event in events() where isWanted(event.system, event.name) {
      sink.append("system: \(event.system)\n")
      let text = knowledge.events.text(at: event.index)
      sink.append(text)
      sink.append(text.last == UInt8(ascii: "\n") ? "\n" : "\n\n")
    }
  }

  // MARK: CPUs

  /// The CPUs that have events, with the times of their first and last ones where they are wanted.
  package func writeCPUs(
    first: Bool, last: Bool, _ column: TimeColumn, to sink: inout ByteSink
  ) {
    sink.append("List of CPUs in ")
    TerminalSafety.shownName(file.path).withUnsafeBytes { sink.append($0) }
    sink.append(" with data:\n")
    for buffer in file.buffers {
      let clock = column == .raw ? .none : ClockCorrection(of: file)
      let column = TimeColumn.countsTime(buffer.clock) || clock.multiplier != 0 ? column : .raw
      let isNamed = !buffer.name.isEmpty
      var hasName = false
      for data in buffer.cpus {
        guard let pages = try? PageIndex(data, of: buffer, in: file), pages.count > 0 else {
          continue
        }
        let stream = EventStream(pages: pages, buffer: 0, clock: clock)
        guard let times = stream.timeSpan() else { continue }
        if isNamed, !hasName { sink.append("Buffer: \(buffer.name)\n") }
        hasName = true
        sink.append("  \(data.cpu)")
        if first { Self.append("First", times.lowerBound, column, to: &sink) }
        if last { Self.append("Last", times.upperBound, column, to: &sink) }
        sink.append("\n")
      }
    }
  }

  /// `\tFirst event:  246.823406`
  private static func append(
    _ which: String, _ time: UInt64, _ column: TimeColumn, to sink: inout ByteSink
  ) {
    sink.append("\t\(which) event:")
    var column = TimeText(column)
    var text = ByteSink(capacity: 64)
    text.append(atMost: TimeText.room) { column.write(time, to: $0) }
    // Without the blank before it and the colon behind.
    sink.append(UnsafeRawBufferPointer(rebasing: text.bytes.dropFirst().dropLast()))
  }

  // MARK: Options

  private func writeStatistics(to sink: inout ByteSink) {
    sink.append(
      """

      Kernel buffer statistics:
        Note: "entries" are the entries left in the kernel ring buffer and are not
              recorded in the trace data. They should all be zero.


      """)
    let statistics = file.options.filter { $0.id == .cpuStat }
    // An instance's begin with a line that names it.
    for option in statistics {
      sink.append(String(decoding: option.data.prefix { $0 != 0 }, as: UTF8.self) + "\n")
    }
    sink.append(statistics.isEmpty ? " No stats in this file\n" : "\n")
    for buffer in file.buffers {
      if !buffer.name.isEmpty { sink.append("\nBuffer: \(buffer.name)\n") }
      for data in buffer.cpus {
        sink.append("CPU\(data.cpu) data recorded at offset=0x")
        sink.append(hex: UInt64(data.offset))
        sink.append("\n    \(data.size) bytes in size\n")
      }
    }
  }

  private func write(_ id: TraceOption.ID, named name: String, to sink: inout ByteSink) {
    let option = file.options.first { $0.id == id }
    sink.append((option?.text ?? " \(name) was not recorded in this file") + "\n")
  }
}
