import ByteIO
import Glibc
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// A report of some recordings, written out whole.
struct ReportRun {
  enum Form { case text, json, csv(String) }

  var bytes: [UInt8]
  /// What could not be read or shown.
  var problems: [any ExplainedError]

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var lines: [String] { text.split(separator: "\n").map { String($0) } }

  init(_ paths: [String], _ form: Form, _ options: ReportOptions = .init()) throws {
    let input = try ReportInput(
      try paths.map { ReportInput.Recording(try TraceFile(path: $0)) }, options: options)
    let folder = TemporaryFolder()
    let descriptor = open(folder.path("out"), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let losses =
      switch form {
      case .text: try TextReport(input, options: options).write(to: descriptor)
      case .json: try JSONReport(input, options: options).write(to: descriptor)
      case .csv(let event):
        try CSVReport(input, event: event, options: options).write(to: descriptor)
      }
    problems = input.problems + losses
    bytes = folder.read("out")
  }

  /// Each line as an object.
  func objects() throws -> [JSONValue] {
    try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
  }

  /// The cells of every row, the names of the columns first.
  func rows() throws -> [[[UInt8]]] { try CSVText.rows(bytes) }

  /// The rows by the names of their columns, as Python's csv.DictReader has them.
  func table() throws -> [[String: String]] {
    let rows = try rows()
    let names = try #require(rows.first).map { String(decoding: $0, as: UTF8.self) }
    return try rows.dropFirst().map { row in
      try #require(row.count == names.count)
      return Dictionary(
        zip(names, row.map { String(decoding: $0, as: UTF8.self) }), uniquingKeysWith: { $1 })
    }
  }
}

/// A JSON value, its members in their order and its numbers as they are written (RFC 8259).
indirect enum JSONValue: Equatable {
  case null
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([(name: String, value: JSONValue)])

  struct Wrong: Error { var at: Int }

  init(parsing bytes: [UInt8]) throws {
    // What is no UTF-8 is no JSON.
    guard String(validating: bytes, as: UTF8.self) != nil else { throw Wrong(at: 0) }
    var at = 0
    self = try Self.value(bytes, &at)
    guard at == bytes.count else { throw Wrong(at: at) }
  }

  subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  var number: UInt64? { if case .number(let digits) = self { UInt64(digits) } else { nil } }
  var string: String? { if case .string(let text) = self { text } else { nil } }
  var members: [(name: String, value: JSONValue)] {
    if case .object(let members) = self { members } else { [] }
  }

  static func == (a: JSONValue, b: JSONValue) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.number(let a), .number(let b)), (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)):
      a.map(\.name) == b.map(\.name) && a.map(\.value) == b.map(\.value)
    default: false
    }
  }

  private static func take(_ bytes: [UInt8], _ at: inout Int, _ wanted: Character) throws {
    guard at < bytes.count, bytes[at] == wanted.asciiValue else { throw Wrong(at: at) }
    at += 1
  }

  private static func value(_ bytes: [UInt8], _ at: inout Int) throws -> JSONValue {
    guard at < bytes.count else { throw Wrong(at: at) }
    switch bytes[at] {
    case UInt8(ascii: "\""): return .string(try text(bytes, &at))
    case UInt8(ascii: "["):
      var values: [JSONValue] = []
      at += 1
      while at < bytes.count, bytes[at] != UInt8(ascii: "]") {
        if !values.isEmpty { try take(bytes, &at, ",") }
        values.append(try value(bytes, &at))
      }
      try take(bytes, &at, "]")
      return .array(values)
    case UInt8(ascii: "{"):
      var members: [(String, JSONValue)] = []
      at += 1
      while at < bytes.count, bytes[at] != UInt8(ascii: "}") {
        if !members.isEmpty { try take(bytes, &at, ",") }
        let name = try text(bytes, &at)
        try take(bytes, &at, ":")
        members.append((name, try value(bytes, &at)))
      }
      try take(bytes, &at, "}")
      return .object(members)
    case UInt8(ascii: "n") where bytes[at...].starts(with: Array("null".utf8)):
      at += 4
      return .null
    default:
      let start = at
      if bytes[at] == UInt8(ascii: "-") { at += 1 }
      while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
      let digits = bytes[start..<at].drop { $0 == UInt8(ascii: "-") }
      guard !digits.isEmpty, digits.count == 1 || digits.first != UInt8(ascii: "0") else {
        throw Wrong(at: start)
      }
      return .number(String(decoding: bytes[start..<at], as: UTF8.self))
    }
  }

  private static func text(_ bytes: [UInt8], _ at: inout Int) throws -> String {
    try take(bytes, &at, "\"")
    var found: [UInt8] = []
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      guard bytes[at] >= 0x20 else { throw Wrong(at: at) }
      guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
        found.append(bytes[at])
        at += 1
        continue
      }
      at += 2
      switch bytes[at - 1] {
      case UInt8(ascii: "n"): found.append(0x0a)
      case UInt8(ascii: "t"): found.append(0x09)
      case UInt8(ascii: "r"): found.append(0x0d)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): found.append(bytes[at - 1])
      case UInt8(ascii: "u") where at + 4 <= bytes.count:
        let digits = String(decoding: bytes[at..<at + 4], as: UTF8.self)
        guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
          throw Wrong(at: at)
        }
        found += Array(String(Character(scalar)).utf8)
        at += 4
      default: throw Wrong(at: at)
      }
    }
    try take(bytes, &at, "\"")
    return String(decoding: found, as: UTF8.self)
  }
}

/// Rows of RFC 4180, with LF alone between them.
enum CSVText {
  struct Wrong: Error { var at: Int }

  static func rows(_ bytes: [UInt8]) throws -> [[[UInt8]]] {
    var rows: [[[UInt8]]] = []
    var row: [[UInt8]] = []
    var cell: [UInt8] = []
    var at = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\"") where cell.isEmpty:
        at += 1
        while at < bytes.count {
          if bytes[at] == UInt8(ascii: "\"") {
            guard at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "\"") else { break }
            at += 1
          }
          cell.append(bytes[at])
          at += 1
        }
        guard at + 1 < bytes.count, [0x2c, 0x0a].contains(bytes[at + 1]) else {
          throw Wrong(at: at)
        }
      case UInt8(ascii: ","):
        row.append(cell)
        cell = []
      case UInt8(ascii: "\n"):
        rows.append(row + [cell])
        (row, cell) = ([], [])
      case UInt8(ascii: "\""), 0..<0x20: throw Wrong(at: at)
      default: cell.append(bytes[at])
      }
      at += 1
    }
    guard row.isEmpty, cell.isEmpty else { throw Wrong(at: at) }
    return rows
  }
}

/// An event with a number and two texts, one of them with a size of its own.
enum TextEvent {
  static let format = """
    name: words
    ID: 310
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;
    \tfield:__data_loc char[] text;\toffset:24;\tsize:4;\tsigned:0;
    \tfield:int value;\toffset:28;\tsize:4;\tsigned:1;

    print fmt: "%s", REC->comm

    """

  static func record(pid: Int32, comm: [UInt8], text: [UInt8], value: Int32) -> [UInt8] {
    let fixed = comm.prefix(16) + [UInt8](repeating: 0, count: max(0, 16 - comm.count))
    let place = UInt32(32) | UInt32(text.count + 1) << 16
    return UInt16(310).bytes(.little) + [0, 0] + pid.bytes(.little) + fixed
      + place.bytes(.little) + value.bytes(.little) + text + [0]
  }

  /// Texts that have to be written with care.
  static let texts: [[UInt8]] =
    [
      "plain", "", "a,b", "\"", "say \"no\"", "two\nlines", "\r\n", "\ttab", "\u{1b}[31m", "\u{7f}",
      "back\\slash", "ä€😀", " blanks ", "=1+2", "'",
    ].map { Array($0.utf8) } + [
      [0xff, 0x41], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0x01, 0x1f],
    ]

  /// A recording of them all.
  static var recording: TraceBuilder {
    var page = PageBuilder(time: 1_000_000_001)
    for (number, text) in texts.enumerated() {
      page.event(
        after: number == 0 ? 0 : 7,
        record(pid: Int32(number), comm: text, text: text + text, value: Int32(number) - 3))
    }
    var builder = TraceBuilder(cpuCount: 1, buffers: [.init(cpus: [(0, page.bytes)])])
    builder.systems = [("kscope_test", [format])]
    // A name cannot hold the end of its line.
    builder.commandLineBytes = texts.enumerated().flatMap { number, text in
      Array("\(number) ".utf8) + text.filter { $0 != 0x0a } + [0x0a]
    }
    return builder
  }

  /// The name that is shown of a task of that recording.
  static func name(_ pid: Int) -> [UInt8] {
    pid == 0 ? Array("<idle>".utf8) : texts[pid].filter { $0 != 0x0a }
  }
}
