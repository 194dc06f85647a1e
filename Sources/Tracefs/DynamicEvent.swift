/// The lines of `dynamic_events` (Documentation/trace/kprobetrace.rst, histogram.rst).
package enum DynamicEvent {
  /// What to write to remove an event that is listed so: `p:kprobes/myp vfs_read` goes by
  /// `-:kprobes/myp`. nil for a line that is no event.
  package static func removal(ofListed line: String) -> String? {
    guard let word = line.words.first, let colon = word.firstIndex(of: ":") else { return nil }
    let name = word[word.index(after: colon)...]
    return name.isEmpty ? nil : "-:\(name)"
  }
}
