import ByteIO
import TraceDat
import Viewer

/// STAND-IN, to be replaced by what answers from the recordings themselves: it knows what they are
/// called.
struct FileNameAnswers: PageAnswers {
  private let files: [TraceFile]

  /// - Throws: what is wrong with the first that cannot be opened.
  init(_ paths: [String]) throws {
    files = try paths.map { try TraceFile(path: $0) }
  }

  func answer(_ request: PageRequest) throws(PageError) -> PageAnswer {
    guard request.path == "trace" else { throw .notFound("no \(request.path) yet") }
    var sink = ByteSink(capacity: 256)
    sink.append(#"{"files":["#)
    for (index, file) in files.enumerated() {
      if index > 0 { sink.append(",") }
      sink.append(#"{"path":""#)
      Array(file.path.utf8).withUnsafeBytes { sink.append(json: $0) }
      sink.append("\"}")
    }
    sink.append("]}\n")
    return PageAnswer(Array(sink.bytes))
  }

  func events(_ request: PageRequest) throws(PageError) -> AsyncStream<[UInt8]>? { nil }
}
