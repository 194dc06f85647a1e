/// A JSON object, its members in the order in which they are added.
package struct JSONObject: ~Copyable {
  private var sink = ByteSink(capacity: 256)
  private var isFirst = true

  package init() { sink.append("{") }

  /// A row of `--json`: the object on a line, newline and all, added to another sink.
  package consuming func write(to target: inout ByteSink) {
    sink.append("}\n")
    target.append(sink.bytes)
  }

  package consuming func bytes() -> [UInt8] {
    sink.append("}")
    return Array(sink.bytes)
  }

  // MARK: Members

  package mutating func add(_ name: String, _ value: String?) {
    key(name)
    append(value)
  }

  /// A text that need not be UTF-8.
  package mutating func add(_ name: String, text: [UInt8]) {
    key(name)
    sink.append("\"")
    text.withUnsafeBytes { sink.append(json: $0) }
    sink.append("\"")
  }

  package mutating func add(_ name: String, _ value: (some BinaryInteger)?) {
    key(name)
    sink.append(value.map { "\($0)" } ?? "null")
  }

  /// JSON has no numbers that are none: null in their place.
  package mutating func add(_ name: String, _ value: Double) {
    key(name)
    sink.append(value.isFinite ? "\(value)" : "null")
  }

  package mutating func add(_ name: String, _ value: Bool?) {
    key(name)
    sink.append(value.map { $0 ? "true" : "false" } ?? "null")
  }

  package mutating func add(_ name: String, _ values: [String]) {
    list(name, values) { $1.append($0) }
  }

  package mutating func add(_ name: String, _ values: [some BinaryInteger]) {
    list(name, values) { $1.sink.append("\($0)") }
  }

  /// An object that `body` fills.
  package mutating func add(_ name: String, _ body: (inout JSONObject) -> Void) {
    key(name)
    object(body)
  }

  /// A list of objects, each filled by `body`.
  package mutating func add<Elements: Sequence>(
    _ name: String, _ elements: Elements, _ body: (Elements.Element, inout JSONObject) -> Void
  ) {
    list(name, elements) { element, outer in outer.object { body(element, &$0) } }
  }

  /// A list of objects that `body` adds one by one: how many there are it finds out meanwhile.
  package mutating func addList(_ name: String, _ body: (inout List) -> Void) {
    key(name)
    var list = List()
    body(&list)
    list.sink.append("]")
    sink.append(list.sink.bytes)
  }

  package struct List: ~Copyable {
    fileprivate var sink = ByteSink(capacity: 1 << 12)
    private var isFirst = true

    fileprivate init() { sink.append("[") }

    package mutating func add(_ body: (inout JSONObject) -> Void) {
      if !isFirst { sink.append(",") }
      isFirst = false
      var object = JSONObject()
      body(&object)
      object.close(into: &sink)
    }
  }

  // MARK: Bytes

  private consuming func close(into target: inout ByteSink) {
    sink.append("}")
    target.append(sink.bytes)
  }

  private mutating func object(_ body: (inout JSONObject) -> Void) {
    sink.append("{")
    isFirst = true
    body(&self)
    sink.append("}")
    isFirst = false
  }

  private mutating func list<Elements: Sequence>(
    _ name: String, _ elements: Elements, _ body: (Elements.Element, inout JSONObject) -> Void
  ) {
    key(name)
    sink.append("[")
    var needsComma = false
    for element in elements {
      if needsComma { sink.append(",") }
      needsComma = true
      body(element, &self)
    }
    sink.append("]")
  }

  private mutating func key(_ name: String) {
    if !isFirst { sink.append(",") }
    isFirst = false
    append(name)
    sink.append(":")
  }

  private mutating func append(_ text: String?) {
    guard var text else { return sink.append("null") }
    sink.append("\"")
    text.withUTF8 { sink.append(json: UnsafeRawBufferPointer($0)) }
    sink.append("\"")
  }
}
