import ByteIO
import Glibc

/// A connection to a server on loopback, byte by byte. Its calls wait: `blocking` lets them do so
/// where no task is held up.
final class Wire: Sendable {
  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    // A server that says nothing fails the test instead of stopping it.
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw SystemError("connect") }
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws {
    try Array(text.utf8).withUnsafeBytes { try writeAll($0, to: descriptor) }
  }

  /// The next bytes, as many as there are; none at the end.
  func receive() throws -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &block, block.count)
    if count < 0, errno == ECONNRESET { return [] }
    guard count >= 0 else { throw SystemError("read") }
    return Array(block[..<count])
  }

  /// Sends no more and reads to the end, as one whose program has ended.
  func leave() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// An answer of HTTP/1.1.
struct WireAnswer: Sendable {
  var status: Int
  /// By names in small letters.
  var fields: [String: String]
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
}

/// Reads answers from a connection.
struct WireReader: ~Copyable {
  private let wire: Wire
  private var bytes: [UInt8] = []

  init(_ wire: Wire) { self.wire = wire }

  /// - Parameter hasBody: false for the answer to HEAD.
  mutating func answer(hasBody: Bool = true) throws -> WireAnswer {
    var answer = try head()
    guard hasBody, answer.status != 304 else { return answer }
    if let length = answer.fields["content-length"].flatMap({ Int($0) }) {
      answer.body = try take(length)
    } else if answer.fields["transfer-encoding"] == "chunked" {
      while let chunk = try chunk() { answer.body += chunk }
    }
    return answer
  }

  mutating func head() throws -> WireAnswer {
    let lines = try take(through: "\r\n\r\n").split(separator: "\r\n")
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { throw WireError.unreadable(String(line)) }
      fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count > 1, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
      throw WireError.unreadable(lines.joined(separator: "|"))
    }
    return WireAnswer(status: status, fields: fields, body: [])
  }

  /// The next part of a body that comes in parts; nil for its end.
  mutating func chunk() throws -> [UInt8]? {
    // To Swift, the line's end is one character.
    let line = try take(through: "\r\n").dropLast()
    guard let length = Int(line, radix: 16) else { throw WireError.unreadable(String(line)) }
    let chunk = try take(length + 2).dropLast(2)
    return length == 0 ? nil : Array(chunk)
  }

  /// Whether the server has closed the connection, and sent nothing before.
  mutating func isAtEnd() throws -> Bool {
    if !bytes.isEmpty { return false }
    return try wire.receive().isEmpty
  }

  private mutating func take(_ count: Int) throws -> [UInt8] {
    while bytes.count < count { try fill() }
    defer { bytes.removeFirst(count) }
    return Array(bytes[..<count])
  }

  private mutating func take(through end: String) throws -> String {
    while true {
      if let range = bytes.firstRange(of: Array(end.utf8)) {
        return String(decoding: try take(range.upperBound), as: UTF8.self)
      }
      try fill()
    }
  }

  private mutating func fill() throws {
    let more = try wire.receive()
    if more.isEmpty { throw WireError.ended(String(decoding: bytes, as: UTF8.self)) }
    bytes += more
  }
}

enum WireError: Error {
  case unreadable(String)
  case ended(String)
}

/// Runs what waits on a thread of its own: Swift's tasks share few, and the server needs them too.
func blocking<Value: Sendable>(
  _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    let context = ThreadBody { continuation.resume(with: Result(catching: body)) }
    var id = pthread_t()
    let raw = Unmanaged.passRetained(context).toOpaque()
    let code = pthread_create(
      &id, nil,
      { raw in
        if let raw { Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, raw)
    guard code == 0 else {
      continuation.resume(throwing: SystemError("pthread_create", code: code))
      return
    }
    pthread_detach(id)
  }
}

/// A closure that C can pass on.
private final class ThreadBody {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}
