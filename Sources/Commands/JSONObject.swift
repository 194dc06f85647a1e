import ByteIO

/// One row of `--json`: an object on a line, its members in the order in which they are added.
struct JSONObject: ~Copyable {
  private var sink = ByteSink(capacity: 256)
  private var isFirst = true

  init() { sink.append("{") }

  /// The line, newline and all, added to another sink.
  consuming func write(to target: inout ByteSink) {
    sink.append("}\n")
    target.append(sink.bytes)
  }

  mutating func add(_ name: String, _ value: String?) {
    key(name)
    append(value)
  }

  mutating func add(_ name: String, _ value: Int?) {
    key(name)
    if let value { sink.append(decimal: Int64(value)) } else { sink.append("null") }
  }

  mutating func add(_ name: String, _ value: UInt64) {
    key(name)
    sink.append(String(value))
  }

  mutating func add(_ name: String, _ value: Bool?) {
    key(name)
    if let value { sink.append(value ? "true" : "false") } else { sink.append("null") }
  }

  mutating func add(_ name: String, _ values: [String]) {
    key(name)
    sink.append("[")
    for (index, value) in values.enumerated() {
      if index > 0 { sink.append(",") }
      append(value)
    }
    sink.append("]")
  }

  mutating func add(_ name: String, _ values: [Int]) {
    key(name)
    sink.append("[\(values.map(String.init).joined(separator: ","))]")
  }

  /// A list of objects, each filled by `body`.
  mutating func add<Element>(
    _ name: String, _ elements: [Element], _ body: (Element, inout JSONObject) -> Void
  ) {
    key(name)
    sink.append("[")
    for (index, element) in elements.enumerated() {
      if index > 0 { sink.append(",") }
      var object = JSONObject()
      body(element, &object)
      object.close(into: &sink)
    }
    sink.append("]")
  }

  private consuming func close(into target: inout ByteSink) {
    sink.append("}")
    target.append(sink.bytes)
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
