import ByteIO
import Glibc
import Tracefs

/// What runs of kscope have changed and not put back: `kscope reset --list`.
struct JournalList {
  let journals: [FoundState]

  init(_ journals: [FoundState]) { self.journals = journals }

  func write(asJSON isJSON: Bool) throws {
    var sink = ByteSink()
    for found in journals {
      if isJSON { Self.json(found, to: &sink) } else { Self.text(found, to: &sink) }
    }
    if journals.isEmpty, !isJSON { sink.append("nothing to put back\n") }
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }

  /// What becomes of it.
  static func state(of found: FoundState) -> String {
    if found.isKept { return "kept" }
    return found.isAlive ? "at work" : "died"
  }

  private static func text(_ found: FoundState, to sink: inout ByteSink) {
    let user = found.uid == 0 ? "" : " of user \(found.uid)"
    sink.append("\(localTime(found.time))  \(state(of: found))  \(found.owner)\(user)\n")
    var seen: Set<String> = []
    for file in found.files where seen.insert(file).inserted { sink.append("    \(file)\n") }
  }

  private static func json(_ found: FoundState, to sink: inout ByteSink) {
    sink.append("{\"pid\":\(found.process.pid),\"uid\":\(found.uid),\"time\":\(found.time)")
    sink.append(",\"state\":")
    append(state(of: found), to: &sink)
    sink.append(",\"directory\":")
    append(found.directory, to: &sink)
    for (name, texts) in [("command", found.command), ("files", found.files)] {
      sink.append(",\"\(name)\":[")
      for (index, text) in texts.enumerated() {
        if index > 0 { sink.append(",") }
        append(text, to: &sink)
      }
      sink.append("]")
    }
    sink.append("}\n")
  }

  private static func append(_ text: String, to sink: inout ByteSink) {
    var text = text
    sink.append("\"")
    text.withUTF8 { sink.append(json: UnsafeRawBufferPointer($0)) }
    sink.append("\"")
  }

  /// `2026-11-26 19:30:01`.
  private static func localTime(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var parts = tm()
    guard localtime_r(&time, &parts) != nil else { return "\(seconds)" }
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S", &parts)
    return String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
