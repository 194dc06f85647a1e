/// A text in one of the kernel's small languages that breaks a rule of it, and the place where.
public struct MalformedText: Hashable, Sendable {
  /// What was read: "probe", "filter of sched:sched_switch".
  public var what: String
  /// As it was given.
  public var text: String
  /// Of the fault, in UTF-8 bytes from the start of the text.
  public var place: Int
  /// What is wrong there.
  public var problem: String
  /// Names that may have been meant.
  public var nearest: [String]

  package init(
    what: String, text: String, place: Int, problem: String, nearest: [String] = []
  ) {
    self.what = what
    self.text = text
    self.place = place
    self.problem = problem
    self.nearest = nearest
  }

  /// The text and, below it, a caret under the place; both indented as in `error_log`.
  public var shown: String {
    let bytes = text.utf8
    let before = bytes.prefix(max(0, min(place, bytes.count)))
    // A letter of several bytes takes one column, a tab the columns that the line above takes for it.
    let blanks = String(String(decoding: before, as: UTF8.self).map { $0 == "\t" ? "\t" : " " })
    return "  \(text)\n  \(blanks)^"
  }
}
