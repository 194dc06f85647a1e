/// What the page may ask of a trace: what `Documentation/viewer-protocol.md` has behind `api/`.
///
/// The server knows nothing of traces: it finds out who asks, hands the question over, and sends
/// what comes back.
package protocol PageAnswers: Sendable {
  /// Answers a question. It may take its time: it runs on a thread that is there for this, beside
  /// other answers. `Task.isCancelled` is true there once the one who asked has gone.
  ///
  /// - Throws: `PageError.notFound` where the path is none that the page may ask for.
  func answer(_ request: PageRequest) throws(PageError) -> PageAnswer

  /// Begins a stream of server-sent events; nil where the path is not one of a stream, which
  /// `answer` is then asked for.
  ///
  /// Each element is the text of one event, without line ends: one JSON object. The server ends the
  /// stream (`onTermination`) when the one who asked has gone. A reader that is slow holds up
  /// nobody but lets the elements pile up: where each says all, `bufferingNewest(1)` is right.
  func events(_ request: PageRequest) throws(PageError) -> AsyncStream<[UInt8]>?
}

/// What is sent for one question.
package struct PageAnswer: Sendable {
  package var body: [UInt8]
  package var type: MediaType
  /// What tells this answer from others to the same question: letters, digits, and no quotes. With
  /// it, who has the answer already is not sent it again.
  package var tag: String?
  /// For how many seconds nobody need ask again; nil to ask each time.
  package var maxAge: Int?

  package enum MediaType: String, Sendable {
    case json = "application/json; charset=utf-8"
    /// Numbers in bytes, as tiles are.
    case bytes = "application/octet-stream"
  }

  package init(
    _ body: [UInt8], type: MediaType = .json, tag: String? = nil, maxAge: Int? = nil
  ) {
    self.body = body
    self.type = type
    self.tag = tag
    self.maxAge = maxAge
  }
}
