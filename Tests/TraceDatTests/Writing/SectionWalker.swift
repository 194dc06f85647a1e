import TraceTestSupport

/// Reads the structure of a file that `TraceFileWriter` wrote, knowing the format and nothing of
/// the writer: version 7 section by section as they lie in the file, version 6 front to back.
struct SectionWalker {
  struct Section {
    var id: Int
    var isPacked: Bool
    var name: Int
    var body: Range<Int>
  }
  struct Option {
    var id: Int
    var data: [UInt8]
  }
  struct Buffer {
    var name: String
    var clock: String
    var pageSize: Int
    /// CPU, offset and size.
    var cpus: [(cpu: Int, offset: Int, size: Int)]
  }
  struct Misfit: Error {
    var what: String
    var offset: Int
  }

  let bytes: [UInt8]
  let isBig: Bool
  private(set) var sections: [Section] = []
  private(set) var options: [Option] = []
  private(set) var buffers: [Buffer] = []
  private(set) var compression = "none"

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    isBig = bytes.count > 12 && bytes[12] == 1
    guard bytes.starts(with: [0x17, 0x08, 0x44] + Array("tracing".utf8)) else {
      throw Misfit(what: "magic", offset: 0)
    }
    switch bytes[10] {
    case UInt8(ascii: "7"): try walk7()
    case UInt8(ascii: "6"): try walk6()
    default: throw Misfit(what: "version", offset: 10)
    }
  }

  func number(_ size: Int, at offset: Int) throws -> Int {
    guard offset >= 0, offset + size <= bytes.count else {
      throw Misfit(what: "\(size) bytes", offset: offset)
    }
    let part = bytes[offset..<offset + size]
    return (isBig ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }

  func string(_ at: inout Int) throws -> String {
    guard let end = bytes[at...].firstIndex(of: 0) else { throw Misfit(what: "NUL", offset: at) }
    defer { at = end + 1 }
    return String(decoding: bytes[at..<end], as: UTF8.self)
  }

  private mutating func walk7() throws {
    var at = 18
    compression = try string(&at)
    _ = try string(&at)
    let first = try number(8, at: at)
    at += 8
    var starts: [Int] = []
    while at < bytes.count {
      let size = try number(8, at: at + 8)
      guard at + 16 + size <= bytes.count else { throw Misfit(what: "section", offset: at) }
      starts.append(at)
      sections.append(
        Section(
          id: try number(2, at: at), isPacked: try number(2, at: at + 2) & 1 == 1,
          name: try number(4, at: at + 4), body: at + 16..<at + 16 + size))
      at += 16 + size
    }
    guard let index = starts.firstIndex(of: first), sections[index].id == 0 else {
      throw Misfit(what: "options", offset: first)
    }
    var option = sections[index].body.lowerBound
    while option < sections[index].body.upperBound {
      let (id, size) = (try number(2, at: option), try number(4, at: option + 2))
      let start = option + 6
      options.append(Option(id: id, data: Array(bytes[start..<start + size])))
      if id == 3 {
        guard starts.contains(try number(8, at: start)) else {
          throw Misfit(what: "pages", offset: start)
        }
        try readBuffer7(start + 8)
      }
      option = start + size
    }
  }

  private mutating func readBuffer7(_ start: Int) throws {
    var at = start
    let (name, clock) = (try string(&at), try string(&at))
    let rows = try number(4, at: at + 4)
    let cpus = try (0..<rows).map { row in
      let place = at + 8 + row * 20
      return (
        cpu: try number(4, at: place), offset: try number(8, at: place + 4),
        size: try number(8, at: place + 12)
      )
    }
    buffers.append(
      Buffer(name: name, clock: clock, pageSize: try number(4, at: at), cpus: cpus))
  }

  private mutating func walk6() throws {
    let pageSize = try number(4, at: 14)
    var at = 18
    func skip(_ width: Int) throws { at += width + (try number(width, at: at)) }
    func skipList() throws {
      let count = try number(4, at: at)
      at += 4
      for _ in 0..<count { try skip(8) }
    }
    _ = try string(&at)
    try skip(8)
    _ = try string(&at)
    try skip(8)
    try skipList()
    let systems = try number(4, at: at)
    at += 4
    for _ in 0..<systems {
      _ = try string(&at)
      try skipList()
    }
    try skip(4)
    try skip(4)
    try skip(8)
    let cpuCount = try number(4, at: at)
    at += 4
    guard try string(&at) == "options  " else { throw Misfit(what: "options", offset: at) }
    while try number(2, at: at) != 0 {
      let (id, size) = (try number(2, at: at), try number(4, at: at + 2))
      options.append(Option(id: id, data: Array(bytes[at + 6..<at + 6 + size])))
      at += 6 + size
    }
    at += 2
    var tables = [(name: "", offset: at)]
    for option in options where option.id == 3 {
      tables.append(
        (
          String(decoding: option.data[8...].prefix { $0 != 0 }, as: UTF8.self),
          option.data[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        ))
    }
    for table in tables {
      at = table.offset
      guard try string(&at) == "flyrecord" else { throw Misfit(what: "table", offset: at) }
      let rows = try (0..<cpuCount).map { cpu in
        (
          cpu: cpu, offset: try number(8, at: at + cpu * 16),
          size: try number(8, at: at + cpu * 16 + 8)
        )
      }
      at += cpuCount * 16
      let length = try number(8, at: at)
      let clock = String(decoding: bytes[at + 8..<at + 8 + length], as: UTF8.self)
      buffers.append(
        Buffer(
          name: table.name, clock: String(clock.dropFirst().dropLast()), pageSize: pageSize,
          cpus: rows.filter { $0.size > 0 }))
    }
  }
}
