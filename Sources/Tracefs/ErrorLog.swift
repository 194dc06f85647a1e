import ByteIO

/// The kernel's own words about a refused filter, trigger or probe: `error_log`
/// (Documentation/trace/ftrace.rst, "error_log").
package enum ErrorLog {
  /// The newest entry, as the kernel prints it: a message, the command, and a caret under the place.
  package static func newest(in text: String) -> String? {
    var entry: [String] = []
    for line in text.lines {
      if line.hasPrefix("[") { entry = [] }
      entry.append(line)
    }
    guard let first = entry.first, first.hasPrefix("[") else { return nil }
    return entry.joined(separator: "\n")
  }

  /// Adds the kernel's words to a refusal, where the log speaks of the very text that was written.
  ///
  /// Filters log in their instance, probes and histograms at the top level.
  static func explaining(_ error: TracefsError, in instance: Instance) -> TracefsError {
    guard case .refused(let file, let text, let code, nil) = error else { return error }
    for place in instance.name == nil ? [instance] : [instance, instance.directory.top] {
      if let log = try? place.read(.errorLog), let entry = newest(in: log),
        isAbout(text, entry: entry)
      {
        return .refused(file: file, text: text, code: code, log: entry)
      }
    }
    return error
  }

  /// Entries do not say which process caused them, but they repeat its command; the kernel may
  /// drop blanks and put the event's name before a histogram.
  static func isAbout(_ text: String, entry: String) -> Bool {
    guard let line = entry.lines.first(where: { $0.trimmed.hasPrefix("Command:") }) else {
      return false
    }
    func bare(_ text: String) -> [UInt8] { text.utf8.filter { $0 > 0x20 } }
    let command = bare(String(line.trimmed.dropFirst("Command:".count)))
    var written = bare(text)
    if text.hasPrefix("hist:") { written.removeFirst("hist:".utf8.count) }
    guard !command.isEmpty, !written.isEmpty else { return false }
    return Nearest.contains(command, written) || Nearest.contains(written, command)
  }
}
