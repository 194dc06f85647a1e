/// What the kernel remembers of the tasks that were traced: `saved_cmdlines` and `saved_tgids`
/// (Documentation/trace/ftrace.rst).
extension TracingDirectory {
  /// Names by pid. A name is the last that the kernel saw, and old ones are forgotten.
  public func savedTaskNames() throws(TracefsError) -> [Int32: String] {
    Self.taskNames(in: try read(.savedCmdlines))
  }

  /// Thread groups by pid; empty unless the option `record-tgid` was on.
  public func savedThreadGroups() throws(TracefsError) -> [Int32: Int32] {
    Self.threadGroups(in: try read(.savedTGIDs))
  }

  /// How many names the kernel remembers.
  public func savedTaskNamesSize() throws(TracefsError) -> Int {
    try top.number(.savedCmdlinesSize)
  }

  /// `169 bash`, one a line; a name may have blanks, and may be empty.
  static func taskNames(in text: String) -> [Int32: String] {
    var names: [Int32: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard let pid = Int32(parts[0]) else { continue }
      names[pid] = parts.count > 1 ? String(parts[1]) : ""
    }
    return names
  }

  /// `17 17`, pid and thread group.
  static func threadGroups(in text: String) -> [Int32: Int32] {
    var groups: [Int32: Int32] = [:]
    for line in text.split(separator: "\n") {
      let words = line.words
      guard words.count == 2, let pid = Int32(words[0]), let group = Int32(words[1]) else {
        continue
      }
      groups[pid] = group
    }
    return groups
  }
}
