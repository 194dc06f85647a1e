package import ByteIO

/// Lays out records of events by the texts of their formats, as a kernel of that kind does.
///
/// It shares no code with what it is to test.
package struct EventTexts {
  package enum Value: Sendable {
    case number(Int)
    case text(String)
    case bytes([UInt8])
  }

  package struct Format {
    package var id: UInt16
    package var fields: [(name: String, type: String, offset: Int, size: Int)]
  }

  package let order: ByteOrder
  package private(set) var systems: [(name: String, formats: [String])] = []
  /// By `system:name`.
  package private(set) var formats: [String: Format] = [:]

  /// Kernels of which there are texts.
  package static let kernels = ["6.1", "6.12"]

  /// - Parameters:
  ///   - kernel: a folder of `KernelToolsTests/Fixtures`.
  ///   - names: the files there; `opens`, `syncs` and their like have some of the system `syscalls`,
  ///     and `kscope-tcp` some of `kscope`.
  ///   - longSize: of a kernel's `long`, in bytes; with 4, texts are made over to such a machine's.
  package init(
    kernel: String, order: ByteOrder = .little, longSize: Int = 8, _ names: [String]
  ) throws {
    self.order = order
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    for file in names {
      let isOfCalls = ["opens", "syncs", "stats", "mounts", "files", "execs"].contains(file)
      let system =
        isOfCalls ? "syscalls" : file.split(separator: "-").first.map(String.init) ?? file
      let text = try MappedFile(path: "/\(tests)/KernelToolsTests/Fixtures/\(kernel)/\(file).txt")
      var events: [String] = []
      for line in String(decoding: text.bytes, as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false)
      {
        if line.hasPrefix("name: ") { events.append("") }
        if !events.isEmpty { events[events.count - 1] += line + "\n" }
      }
      if longSize == 4 { events = events.map(Self.narrowed) }
      systems.append((system, events))
      for event in events { read(event, of: system) }
    }
  }

  private mutating func read(_ event: String, of system: String) {
    let lines = event.split(separator: "\n")
    let name = lines[0].dropFirst("name: ".count)
    let id = UInt16(lines[1].dropFirst("ID: ".count)) ?? 0
    formats["\(system):\(name)"] = Format(
      id: id,
      fields: lines.filter { $0.contains("field:") }.map { line in
        let parts = Self.parts(of: line)
        let words = parts[0].split(separator: " ")
        let name = words.last?.split(separator: "[").first.map(String.init) ?? ""
        return (name, parts[0], Int(parts[1]) ?? 0, Int(parts[2]) ?? 0)
      })
  }

  /// The type and name of a field, its offset, its size, whether it has a sign.
  private static func parts(of line: Substring) -> [String] {
    line.split(separator: ";").map {
      $0.split(separator: ":", maxSplits: 1).last.map(String.init) ?? ""
    }
  }

  /// The same event on a machine whose `long` has 4 bytes: fields move up.
  private static func narrowed(_ event: String) -> String {
    var offset = 0
    return event.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.contains("field:") else { return String(line) }
      let parts = parts(of: line)
      let isLong = parts[0].contains("long ") && !parts[0].contains("long long")
      let old = Int(parts[2]) ?? 0
      let size = isLong ? old / 2 : old
      let unit = parts[0].contains("[") ? (isLong ? 4 : 1) : max(size, 1)
      offset = (offset + unit - 1) / unit * unit
      defer { offset += size }
      return "\tfield:\(parts[0]);\toffset:\(offset);\tsize:\(size);\tsigned:\(parts[3]);"
    }.joined(separator: "\n")
  }

  // MARK: Other texts

  private func place(of title: String) -> (system: Int, event: Int) {
    let parts = title.split(separator: ":")
    guard let place = systems.firstIndex(where: { $0.name == parts[0] }),
      let index = systems[place].formats.firstIndex(where: { $0.hasPrefix("name: \(parts[1])\n") })
    else { fatalError("no format of \(title)") }
    return (place, index)
  }

  /// Adds an event that is like another, by another name.
  package mutating func copyFormat(_ title: String, as name: String) {
    let (place, index) = place(of: title)
    let event = systems[place].formats[index]
    let rest = event.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2)
    let copy = (["name: \(name)", "ID: \(9000 + formats.count)"] + rest).joined(separator: "\n")
    systems[place].formats.append(copy)
    read(copy, of: systems[place].name)
  }

  /// Takes a field out of a format, as if its event had been made without it.
  package mutating func dropField(_ field: String, of title: String) {
    let (place, index) = place(of: title)
    systems[place].formats[index] = systems[place].formats[index]
      .split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.contains(" \(field);") && !$0.contains(" \(field)[") }.joined(separator: "\n")
    read(systems[place].formats[index], of: systems[place].name)
  }

  /// Gives an event's format what another kernel has behind `print fmt:`.
  package mutating func setPrintFormat(_ text: String, of title: String) {
    let (place, index) = place(of: title)
    let lines = systems[place].formats[index]
      .split(separator: "\n", omittingEmptySubsequences: false)
    systems[place].formats[index] = lines.map {
      $0.hasPrefix("print fmt:") ? "print fmt: \(text)" : $0
    }.joined(separator: "\n")
  }

  // MARK: Records

  /// A record of an event; fields that are not named are 0.
  package func record(
    thread: Int32, _ title: String, _ values: [String: Value] = [:]
  ) -> [UInt8] {
    guard let format = formats[title] else { fatalError("no format of \(title)") }
    var record = [UInt8](
      repeating: 0, count: format.fields.map { $0.offset + $0.size }.max() ?? 8)
    func put(_ number: Int, _ offset: Int, _ size: Int) {
      for byte in 0..<size {
        let place = order == .little ? byte : size - 1 - byte
        record[offset + place] = UInt8(truncatingIfNeeded: number >> (8 * byte))
      }
    }
    put(Int(format.id), 0, 2)
    put(Int(thread), 4, 4)
    for field in format.fields {
      switch values[field.name] {
      case .number(let number): put(number, field.offset, field.size)
      case .text(let text) where field.type.contains("__data_loc"):
        put(record.count | (text.utf8.count + 1) << 16, field.offset, 4)
        record += Array(text.utf8) + [0]
      case .text(let text):
        for (index, byte) in text.utf8.prefix(field.size).enumerated() {
          record[field.offset + index] = byte
        }
      case .bytes(let bytes):
        for (index, byte) in bytes.prefix(field.size).enumerated() {
          record[field.offset + index] = byte
        }
      case nil: break
      }
    }
    while record.count % 4 != 0 { record.append(0) }
    return record
  }
}

/// Records of each CPU, and the pages that they fill.
package struct RecordedCPUs {
  package private(set) var cpus: [[(time: UInt64, record: [UInt8])]]
  /// By CPU and number of the record behind it.
  private var losses: [[UInt64]: PageBuilder.Lost] = [:]
  package let order: ByteOrder
  package var longSize = 8
  package var pageSize = 4096
  /// When each CPU's first page begins.
  package var start: UInt64 = 1_000_000_000

  package init(count: Int, order: ByteOrder = .little) {
    cpus = [[(time: UInt64, record: [UInt8])]](repeating: [], count: count)
    self.order = order
  }

  package mutating func add(_ time: UInt64, cpu: Int, _ record: [UInt8]) {
    cpus[cpu].append((time, record))
  }

  /// What is added to a CPU next comes behind a loss.
  package mutating func loseEvents(cpu: Int, _ lost: PageBuilder.Lost = .unknown) {
    losses[[UInt64(cpu), UInt64(cpus[cpu].count)]] = lost
  }

  /// The pages of every CPU, one behind the other.
  package var pages: [(cpu: Int, pages: [UInt8])] {
    cpus.indices.map { cpu in
      var done: [UInt8] = []
      var last = start
      func newPage() -> PageBuilder {
        PageBuilder(time: last, order: order, longSize: longSize, size: pageSize)
      }
      var page = newPage()
      for (index, event) in cpus[cpu].enumerated() {
        let lost = losses[[UInt64(cpu), UInt64(index)]]
        let isNear = event.time >= last && event.time - last < 1 << 58
        if lost != nil || !isNear || page.room < event.record.count + 16 + longSize {
          done += page.bytes
          if !isNear { last = event.time }
          page = newPage()
          page.lost = lost ?? .nothing
        }
        page.event(after: event.time - last, event.record)
        last = event.time
      }
      return (cpu, done + page.bytes)
    }
  }
}
