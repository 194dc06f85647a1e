package import ByteIO

/// Makes whole trace.dat files straight from the format's description; it shares no code with what
/// it is to test.
package struct TraceBuilder: Sendable {
  /// How the sections and pages of a file of version 7 are packed.
  package struct Packing: Sendable {
    /// As the head names it.
    package var name: String
    package var version: String
    package var pack: @Sendable ([UInt8]) -> [UInt8]

    package init(
      name: String, version: String = "", pack: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) {
      self.name = name
      self.version = version
      self.pack = pack
    }
  }

  package struct Buffer: Sendable {
    package var name: String
    package var clock: String
    package var pageSize: Int
    /// Each CPU's pages, one after the other.
    package var cpus: [(cpu: Int, pages: [UInt8])]

    package init(
      name: String = "", clock: String = "local", pageSize: Int = 4096,
      cpus: [(cpu: Int, pages: [UInt8])]
    ) {
      self.name = name
      self.clock = clock
      self.pageSize = pageSize
      self.cpus = cpus
    }
  }

  package var order: ByteOrder = .little
  package var longSize = 8
  package var pageSize = 4096
  package var cpuCount: Int
  package var headerPage: String
  package var headerEvent = TestEvent.headerEvent
  package var ftraceFormats: [String] = []
  package var systems: [(name: String, formats: [String])] = [
    (TestEvent.system, [TestEvent.format])
  ]
  package var kallsyms = ""
  package var printkFormats = ""
  package var commandLines: String {
    get { String(decoding: commandLineBytes, as: UTF8.self) }
    set { commandLineBytes = Array(newValue.utf8) }
  }
  /// The text of saved_cmdlines, whose names need not be UTF-8.
  package var commandLineBytes = Array("1 init\n".utf8)
  /// Ids and bytes; TRACECLOCK is there already.
  package var options: [(id: UInt16, data: [UInt8])] = [(4, Array("[local] global\n\0".utf8))]
  package var buffers: [Buffer]
  /// What a latency tracer left; in version 6 it stands in place of the buffers.
  package var latencyText: String?
  /// Version 7 only.
  package var packing: Packing?
  /// Version 7: whether all options but the buffers' stand in front of the pages, as trace-cmd
  /// writes them, with the number of CPUs.
  package var hasEarlyOptions = false

  package init(cpuCount: Int, pageSize: Int = 4096, buffers: [Buffer]) {
    self.cpuCount = cpuCount
    self.pageSize = pageSize
    self.buffers = buffers
    headerPage = PageBuilder(time: 0, size: pageSize).headerPage
  }

  // MARK: Version 6

  package var version6: [UInt8] {
    let early =
      magic(6) + headers + list(ftraceFormats) + systemList + short(kallsyms)
      + short(printkFormats) + long(commandLineBytes) + UInt32(cpuCount).bytes(order)
    if let latencyText {
      // With the clock's option trace-cmd takes the text's first bytes for the clock's.
      let options = options.filter { $0.id != 4 }
      let all = options.flatMap { option($0.id, $0.data) } + UInt16(0).bytes(order)
      return early + terminated("options  ") + all + terminated("latency  ")
        + Array(latencyText.utf8)
    }
    let top = buffers.first { $0.name.isEmpty }
    let instances = buffers.filter { !$0.name.isEmpty }
    let row = 10 + cpuCount * 16
    let tableSizes = ([top] + instances).map { row + 8 + "[\($0?.clock ?? "local")]".utf8.count }
    let optionBytes =
      options.reduce(0) { $0 + 6 + $1.data.count }
      + instances.reduce(0) { $0 + 6 + 8 + $1.name.utf8.count + 1 }
    var tableOffset = early.count + 10 + optionBytes + 2
    var offset = (tableOffset + tableSizes.reduce(0, +) + pageSize - 1) / pageSize * pageSize

    var optionText: [UInt8] = options.flatMap { option($0.id, $0.data) }
    var tables: [UInt8] = []
    var pages: [UInt8] = []
    for (buffer, size) in zip([top] + instances, tableSizes) {
      if let buffer, !buffer.name.isEmpty {
        optionText += option(3, UInt64(tableOffset).bytes(order) + terminated(buffer.name))
      }
      tables += terminated("flyrecord")
      for cpu in 0..<cpuCount {
        let data = buffer?.cpus.first { $0.cpu == cpu }?.pages ?? []
        tables += UInt64(data.isEmpty ? 0 : offset).bytes(order) + UInt64(data.count).bytes(order)
        offset += data.count
        pages += data
      }
      tables += long("[\(buffer?.clock ?? "local")]")
      tableOffset += size
    }
    let head = early + terminated("options  ") + optionText + UInt16(0).bytes(order) + tables
    return padded(head, to: pageSize) + pages
  }

  // MARK: Version 7

  package var version7: [UInt8] {
    var file = magic(7) + terminated(packing?.name ?? "none")
    file += terminated(packing?.version ?? "")
    let pointer = file.count
    file += UInt64(0).bytes(order)
    var found: [UInt8] = []
    func add(_ id: UInt16, _ body: [UInt8]) {
      found += option(id, UInt64(file.count).bytes(order))
      file += section(id, body)
    }
    add(16, headers)
    add(17, list(ftraceFormats))
    add(18, systemList)
    add(19, short(kallsyms))
    add(20, short(printkFormats))
    add(21, long(commandLineBytes))
    found += options.flatMap { option($0.id, $0.data) }
    var place = pointer
    if hasEarlyOptions {
      found += option(8, UInt32(cpuCount).bytes(order))
      pointTo(file.count, at: place, in: &file)
      file += section(0, found + option(0, UInt64(0).bytes(order)), isPackable: false)
      place = file.count - 8
      found = []
    }
    for buffer in buffers {
      let start = file.count
      var body: [UInt8] = []
      var rows: [UInt8] = []
      for (cpu, pages) in buffer.cpus where !pages.isEmpty {
        let data = packing.map { packed(pages, size: buffer.pageSize, $0) } ?? pages
        let offset =
          (start + 16 + body.count + buffer.pageSize - 1) / buffer.pageSize * buffer.pageSize
        body += [UInt8](repeating: 0, count: offset - start - 16 - body.count) + data
        rows += UInt32(cpu).bytes(order) + UInt64(offset).bytes(order)
        rows += UInt64(data.count).bytes(order)
      }
      file += section(3, body, isPackable: false, isPacked: packing != nil)
      let used = buffer.cpus.filter { !$0.pages.isEmpty }.count
      found += option(
        3,
        UInt64(start).bytes(order) + terminated(buffer.name) + terminated(buffer.clock)
          + UInt32(buffer.pageSize).bytes(order) + UInt32(used).bytes(order) + rows)
    }
    if let latencyText {
      found += option(22, UInt64(file.count).bytes(order) + terminated("") + terminated("local"))
      let text = Array(latencyText.utf8)
      let body = packing.map { packed(text, size: pageSize, $0) } ?? text
      file += section(22, body, isPackable: false, isPacked: packing != nil)
    }
    let first = file.count
    file += section(0, found + option(0, UInt64(0).bytes(order)), isPackable: false)
    file += section(15, terminated("none"), isPackable: false)
    pointTo(first, at: place, in: &file)
    return file
  }

  private func pointTo(_ target: Int, at place: Int, in file: inout [UInt8]) {
    file.replaceSubrange(place..<place + 8, with: UInt64(target).bytes(order))
  }

  // MARK: Pieces

  private func magic(_ version: Int) -> [UInt8] {
    [0x17, 0x08, 0x44] + terminated("tracing\(version)") + [order.rawValue, UInt8(longSize)]
      + UInt32(pageSize).bytes(order)
  }

  private var headers: [UInt8] {
    terminated("header_page") + long(headerPage) + terminated("header_event") + long(headerEvent)
  }

  private var systemList: [UInt8] {
    UInt32(systems.count).bytes(order) + systems.flatMap { terminated($0.name) + list($0.formats) }
  }

  private func list(_ texts: [String]) -> [UInt8] {
    UInt32(texts.count).bytes(order) + texts.flatMap { long($0) }
  }

  private func long(_ bytes: [UInt8]) -> [UInt8] { UInt64(bytes.count).bytes(order) + bytes }

  private func long(_ text: String) -> [UInt8] {
    UInt64(text.utf8.count).bytes(order) + Array(text.utf8)
  }

  private func short(_ text: String) -> [UInt8] {
    UInt32(text.utf8.count).bytes(order) + Array(text.utf8)
  }

  private func terminated(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  private func option(_ id: UInt16, _ data: [UInt8]) -> [UInt8] {
    id.bytes(order) + UInt32(data.count).bytes(order) + data
  }

  private func section(
    _ id: UInt16, _ body: [UInt8], isPackable: Bool = true, isPacked: Bool = false
  ) -> [UInt8] {
    let packing = isPackable ? packing : nil
    let stored = packing.map { chunk(body, $0) } ?? body
    return id.bytes(order) + UInt16(packing != nil || isPacked ? 1 : 0).bytes(order)
      + UInt32(0).bytes(order)
      + UInt64(stored.count).bytes(order) + stored
  }

  private func chunk(_ bytes: [UInt8], _ packing: Packing) -> [UInt8] {
    let packed = packing.pack(bytes)
    return UInt32(packed.count).bytes(order) + UInt32(bytes.count).bytes(order) + packed
  }

  /// Ten pages a chunk, as trace-cmd has them.
  private func packed(_ pages: [UInt8], size: Int, _ packing: Packing) -> [UInt8] {
    let starts = Array(stride(from: 0, to: pages.count, by: size * 10))
    return UInt32(starts.count).bytes(order)
      + starts.flatMap { chunk(Array(pages[$0..<min($0 + size * 10, pages.count)]), packing) }
  }

  private func padded(_ bytes: [UInt8], to unit: Int) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (unit - bytes.count % unit) % unit)
  }
}
