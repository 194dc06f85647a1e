import ByteIO

/// Why a question of the page has no answer.
package struct PageError: ExplainedError, Equatable {
  /// The status of HTTP: 400 and above.
  package var status: Int
  package var message: String
  /// The byte of the text that was sent at which it goes wrong, where that is known.
  package var position: Int?

  package init(status: Int, _ message: String, position: Int? = nil) {
    self.status = status
    self.message = message
    self.position = position
  }

  /// What was asked is wrong.
  package static func badRequest(_ message: String, position: Int? = nil) -> PageError {
    PageError(status: 400, message, position: position)
  }

  /// There is no such thing.
  package static func notFound(_ message: String) -> PageError {
    PageError(status: 404, message)
  }

  /// `{"error": "one line", "position": 12}`, a line of its own for who asks from a shell.
  var json: [UInt8] {
    var object = JSONObject()
    add(to: &object)
    return object.bytes() + [UInt8(ascii: "\n")]
  }

  func add(to object: inout JSONObject) {
    object.add("error", message)
    if let position { object.add("position", position) }
  }
}
