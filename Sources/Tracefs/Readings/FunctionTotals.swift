/// How much there is to trace: `dyn_ftrace_total_info`.
public struct FunctionTotals: Hashable, Sendable {
  /// Functions that can be traced.
  public var functions: Int
  /// Of memory for their records; nil where the kernel does not say.
  public var pages: Int?
  public var groups: Int?

  /// `44780 pages:191 groups: 14`.
  init?(_ text: String) {
    let words = text.parts(separatedBy: "\n")[0].split { $0 == " " || $0 == ":" }
    guard let first = words.first, let functions = Int(first) else { return nil }
    func number(after name: String) -> Int? {
      guard let index = words.firstIndex(where: { $0 == name }), index + 1 < words.count else {
        return nil
      }
      return Int(words[index + 1])
    }
    self.functions = functions
    pages = number(after: "pages")
    groups = number(after: "groups")
  }
}

extension TracingDirectory {
  public func functionTotals() throws(TracefsError) -> FunctionTotals {
    let text = try read(.functionTotals)
    guard let totals = FunctionTotals(text) else {
      throw .unreadable(
        file: top.path(of: .functionTotals), text: text, expected: "a number of functions")
    }
    return totals
  }
}
