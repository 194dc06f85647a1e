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

  /// `{"error": "one line", "position": 12}`.
  var json: [UInt8] {
    var sink = ByteSink(capacity: 256)
    sink.append(#"{"error":""#)
    Array(message.utf8).withUnsafeBytes { sink.append(json: $0) }
    sink.append("\"")
    if let position {
      sink.append(#","position":"#)
      sink.append(decimal: Int64(position))
    }
    sink.append("}\n")
    return Array(sink.bytes)
  }
}
