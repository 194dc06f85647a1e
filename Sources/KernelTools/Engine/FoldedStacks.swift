/// Amounts by stack, as flame graphs are made of: `outermost;…;innermost 123`.
struct FoldedStacks {
  /// By the names of the functions, the outermost first.
  private(set) var amounts: [[String]: Int] = [:]
  /// Stacks beyond this are one, so that memory does not grow with the trace.
  private static let limit = 1 << 17
  private(set) var left = 0

  var isEmpty: Bool { amounts.isEmpty }

  mutating func add(_ frames: [String], _ amount: Int) {
    if amounts[frames] == nil, amounts.count >= Self.limit {
      left = left.addedUp(amount)
      return
    }
    amounts[frames] = (amounts[frames] ?? 0).addedUp(amount)
  }

  /// The same in a larger unit.
  func divided(by unit: Int) -> FoldedStacks {
    var stacks = FoldedStacks()
    stacks.amounts = amounts.mapValues { $0 / unit }
    stacks.left = left / unit
    return stacks
  }

  /// The smallest amount first.
  var sorted: [(frames: [String], amount: Int)] {
    amounts.map { ($0.key, $0.value) }.sorted {
      $0.1 != $1.1 ? $0.1 < $1.1 : $0.0.lexicographicallyPrecedes($1.0)
    }
  }

  /// What Brendan Gregg's flamegraph.pl and others read, a line a stack.
  var lines: [String] {
    sorted.map { Self.folded($0.frames) + " \($0.amount)" }
  }

  /// A semicolon in a task's name would be two frames, the end of a line two stacks.
  static func folded(_ frames: [String]) -> String {
    var text = String.UnicodeScalarView()
    for (place, frame) in frames.enumerated() {
      if place > 0 { text.append(";") }
      for scalar in frame.unicodeScalars {
        text.append(
          scalar == ";" ? ":" : scalar.value < 0x20 || scalar.value == 0x7f ? "?" : scalar)
      }
    }
    return String(text)
  }
}
