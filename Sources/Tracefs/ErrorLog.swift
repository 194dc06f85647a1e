import ByteIO

/// The kernel's own words about refused filters, triggers and probes: `error_log`
/// (Documentation/trace/ftrace.rst, "error_log").
public struct ErrorLog: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    /// Since boot, in microseconds.
    public var time: UInt64
    /// Who speaks: `trace_kprobe`, `hist:sched:sched_switch`, `event filter parse error`.
    public var source: String
    public var message: String
    /// What was written, as the kernel keeps it.
    public var command: String
    /// Of the fault in the command, in columns; nil where it has no caret.
    public var place: Int?
  }

  /// The oldest first; the kernel keeps eight.
  public var entries: [Entry]

  public init(_ text: String) {
    var entries: [Entry] = []
    for line in text.split(separator: "\n") {
      if let entry = Entry(line) {
        entries.append(entry)
        continue
      }
      guard let last = entries.indices.last else { continue }
      let sign = "  Command: "
      if line.hasPrefix(sign) {
        entries[last].command = String(line.dropFirst(sign.count))
      } else if line.trimmed == "^" {
        entries[last].place = max(0, line.count - 1 - sign.count)
      }
    }
    self.entries = entries
  }

  /// Adds the kernel's words to a refusal, where the log speaks of the very text that was written.
  ///
  /// Filters log in their instance, probes and histograms at the top level.
  static func explaining(_ error: TracefsError, in instance: Instance) -> TracefsError {
    guard case .refused(let file, let text, let code, nil) = error else { return error }
    for place in instance.name == nil ? [instance] : [instance, instance.directory.top] {
      guard let log = try? place.read(.errorLog) else { continue }
      // One refusal may be logged twice: the first time for its cause.
      let entries = ErrorLog(log).entries
      guard let last = entries.last, last.isAbout(text) else { continue }
      let same = entries.reversed().prefix { $0.command == last.command && last.isSoonAfter($0) }
      let entry = same.last ?? last
      return .refused(file: file, text: text, code: code, log: entry.shown(under: text))
    }
    return error
  }
}

extension ErrorLog.Entry {
  /// `[  267.720638] event filter parse error: error: Field not found`.
  fileprivate init?(_ line: Substring) {
    guard line.hasPrefix("["), let close = line.firstIndex(of: "]") else { return nil }
    let clock = line[..<close].dropFirst().trimmed.split(separator: ".")
    guard clock.count == 2, clock[1].count == 6, let seconds = UInt64(clock[0]),
      let micros = UInt64(clock[1])
    else { return nil }
    let (whole, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000)
    guard !isOver else { return nil }
    time = whole &+ micros
    let rest = line[line.index(after: close)...].trimmed
    let parts = rest.parts(separatedBy: ": error: ")
    source = parts.count > 1 ? parts[0] : ""
    message = parts.last ?? rest
    command = ""
  }

  /// Less than a millisecond: one write causes both.
  fileprivate func isSoonAfter(_ other: ErrorLog.Entry) -> Bool {
    time >= other.time && time - other.time < 1000
  }

  /// Entries do not say which process caused them, but they repeat its command; the kernel may
  /// drop blanks and put the event's name before a histogram.
  public func isAbout(_ text: String) -> Bool {
    let command = Self.bare(self.command)
    var written = Self.bare(text)
    if text.hasPrefix("hist:") { written.removeFirst("hist:".utf8.count) }
    guard !command.isEmpty, !written.isEmpty else { return false }
    return Nearest.contains(command, written) || Nearest.contains(written, command)
  }

  /// What the kernel says, with its caret below the text as it was written.
  public func shown(under text: String) -> String {
    let said = source.isEmpty ? message : "\(source): \(message)"
    guard let place else { return said }
    return said + "\n"
      + MalformedText(what: "", text: text, place: moved(place, to: text), problem: "").shown
  }

  /// The place in the written text that is the place in the command: as many letters before it, the
  /// blanks aside; where the command lacks the first or has more, counted from the end.
  private func moved(_ place: Int, to text: String) -> Int {
    let command = Array(self.command.utf8)
    if let start = Self.start(of: command, in: Array(text.utf8)) { return start + place }
    if let start = Self.start(of: Array(text.utf8), in: command) { return max(0, place - start) }
    let after = Self.bare(String(decoding: command.dropFirst(place), as: UTF8.self)).count
    var index = text.utf8.count
    var seen = 0
    for byte in text.utf8.reversed() where seen < after {
      index -= 1
      if byte > 0x20 { seen += 1 }
    }
    return index
  }

  private static func start(of part: [UInt8], in whole: [UInt8]) -> Int? {
    guard !part.isEmpty, part.count <= whole.count else { return nil }
    return (0...whole.count - part.count).first { whole[$0...].starts(with: part) }
  }

  private static func bare(_ text: String) -> [UInt8] { text.utf8.filter { $0 > 0x20 } }
}
