import ByteIO

/// JSON as it is written, one member or element after the other.
struct JSONText: ~Copyable {
  private var sink = ByteSink(capacity: 1 << 12)
  private var needsComma = false

  var bytes: [UInt8] { Array(sink.bytes) }

  mutating func object(_ body: (inout JSONText) -> Void) { enclosed("{", "}", body) }
  mutating func array(_ body: (inout JSONText) -> Void) { enclosed("[", "]", body) }

  mutating func object(_ name: StaticString, _ body: (inout JSONText) -> Void) {
    self.name(name)
    object(body)
  }

  mutating func array(_ name: StaticString, _ body: (inout JSONText) -> Void) {
    self.name(name)
    array(body)
  }

  mutating func member(_ name: StaticString, _ value: String) {
    self.name(name)
    add(value)
  }

  mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
    self.name(name)
    add(value)
  }

  mutating func member(_ name: StaticString, _ value: Bool) {
    self.name(name)
    raw(value ? "true" : "false")
  }

  /// With a few places behind the point; JSON has no numbers that are none.
  mutating func member(_ name: StaticString, _ value: Double) {
    self.name(name)
    raw(value.isFinite ? "\(value)" : "null")
  }

  mutating func null(_ name: StaticString) {
    self.name(name)
    raw("null")
  }

  mutating func member(_ name: StaticString, _ value: (some BinaryInteger)?) {
    if let value { member(name, value) } else { null(name) }
  }

  mutating func add(_ value: String) {
    comma()
    sink.append("\"")
    Array(value.utf8).withUnsafeBytes { sink.append(json: $0) }
    sink.append("\"")
  }

  mutating func add(_ value: some BinaryInteger) { raw("\(value)") }

  /// A member whose value is JSON already.
  mutating func member(_ name: StaticString, json: [UInt8]) {
    self.name(name)
    comma()
    json.withUnsafeBytes { sink.append($0) }
  }

  /// Text that is not UTF-8 for sure.
  mutating func member(_ name: StaticString, bytes: [UInt8]) {
    self.name(name)
    comma()
    sink.append("\"")
    bytes.withUnsafeBytes { sink.append(json: $0) }
    sink.append("\"")
  }

  private mutating func raw(_ text: String) {
    comma()
    sink.append(text)
  }

  private mutating func name(_ name: StaticString) {
    comma()
    sink.append("\"")
    sink.append(name)
    sink.append("\":")
    needsComma = false
  }

  private mutating func comma() {
    if needsComma { sink.append(",") }
    needsComma = true
  }

  private mutating func enclosed(
    _ open: StaticString, _ close: StaticString, _ body: (inout JSONText) -> Void
  ) {
    comma()
    sink.append(open)
    needsComma = false
    body(&self)
    sink.append(close)
    needsComma = true
  }
}
