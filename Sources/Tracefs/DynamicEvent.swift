/// The lines of `dynamic_events` (Documentation/trace/kprobetrace.rst, histogram.rst).
package enum DynamicEvent {
  /// What to write to remove an event that is listed so: `p:kprobes/myp vfs_read` goes by
  /// `-:kprobes/myp`. nil for a line that is no event.
  package static func removal(ofListed line: String) -> String? {
    guard let word = line.words.first, let colon = word.firstIndex(of: ":") else { return nil }
    let name = word[word.index(after: colon)...]
    return name.isEmpty ? nil : "-:\(name)"
  }

  /// What it is made of, by trace-cmd's names.
  package enum Kind: String, CaseIterable, Sendable {
    case kprobe, kretprobe, uprobe, uretprobe, eprobe, synth
  }

  /// The kind of an event that is listed so; nil for one that has no name here (fprobe).
  package static func kind(ofListed line: String) -> Kind? {
    let words = line.words
    guard let type = words.first?.first, words.count > 1 else { return nil }
    // A uprobe's place is `/path:0xOFFSET`.
    let isInFile = words[1].hasPrefix("/")
    switch type {
    case "p": return isInFile ? .uprobe : .kprobe
    case "r": return isInFile ? .uretprobe : .kretprobe
    case "e": return .eprobe
    case "s": return .synth
    default: return nil
    }
  }
}
