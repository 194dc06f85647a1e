import Testing
import TraceTestSupport

@testable import KernelTools

/// Stacks a line each, and as a flame graph.
@Suite struct FoldedStacksTests {
  private static let stacks: FoldedStacks = {
    var stacks = FoldedStacks()
    stacks.add(["my <shell>", "a", "b"], 30)
    stacks.add(["my <shell>", "a"], 10)
    stacks.add(["my <shell>", "a", "c"], 20)
    stacks.add(["x;y\n\u{1b}[m\"&'", "a"], 39)
    stacks.add(["little"], 1)
    return stacks
  }()

  @Test func aLineAStack() {
    #expect(
      Self.stacks.lines == [
        "little 1", "my <shell>;a 10", "my <shell>;a;c 20", "my <shell>;a;b 30",
        "x:y??[m\"&';a 39",
      ])
    // A sign that is one letter with the next is one all the same.
    #expect(FoldedStacks.folded(["a;\u{301}\r\nb", "c"]) == "a:\u{301}??b;c")
    #expect(FoldedStacks().lines == [])
  }

  @Test func memoryIsBounded() {
    var stacks = FoldedStacks()
    for number in 0..<(1 << 17) { stacks.add(["\(number)"], 1) }
    #expect(stacks.left == 0)
    stacks.add(["new"], 5)
    stacks.add(["7"], 2)
    stacks.add(["newer"], 1)
    #expect(stacks.left == 6)
    #expect(stacks.amounts.count == 1 << 17)
    #expect(stacks.amounts[["7"]] == 3)
  }

  private struct Frame {
    var name: String
    var x: Double
    var y: Int
    var width: Double
  }

  /// The frames of a graph, and the names of elements in the order in which they begin and end.
  private static func frames(_ svg: String) throws -> [Frame] {
    func value(_ name: String, _ text: Substring) -> String? {
      let parts = text.split(separator: " \(name)=\"", maxSplits: 1)
      return parts.count == 2 ? parts[1].split(separator: "\"").first.map(String.init) : nil
    }
    return try svg.split(separator: "<g><title>").dropFirst().map { text in
      let name = try #require(text.split(separator: "</title>").first)
      return Frame(
        name: String(name), x: try #require(value("x", text).flatMap(Double.init)),
        y: try #require(value("y", text).flatMap(Int.init)),
        width: try #require(value("width", text).flatMap(Double.init)))
    }
  }

  /// Whether all elements end in the order in which they began, and nothing stands there unescaped.
  private static func isWellFormed(_ svg: String) -> Bool {
    var open: [Substring] = []
    var rest = svg.dropFirst(svg.hasPrefix("<?xml") ? svg.prefix { $0 != "\n" }.count : 0)
    while let start = rest.firstIndex(of: "<") {
      let text = rest[..<start]
      let words = text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
      guard !text.contains(">"),
        words.allSatisfy({ word in
          ["amp;", "lt;", "gt;", "quot;"].contains { word.hasPrefix($0) }
        }), let end = rest[start...].firstIndex(of: ">")
      else { return false }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return false }
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " })
      }
    }
    return open.isEmpty
  }

  @Test func theGraphIsWellFormed() throws {
    let svg = FlameGraph(Self.stacks, title: "Calls of <a> & \"b\"", unit: "us").svg
    #expect(Self.isWellFormed(svg))
    #expect(!Self.isWellFormed(svg + "<g>") && !Self.isWellFormed("<a>&</a>"))
    #expect(svg.contains("Calls of &lt;a&gt; &amp; &quot;b&quot;"))
    let empty = FlameGraph(FoldedStacks(), title: "None", unit: "us").svg
    #expect(Self.isWellFormed(empty))
    #expect(try Self.frames(empty).isEmpty)
  }

  @Test func widthsAreParts() throws {
    let frames = try Self.frames(FlameGraph(Self.stacks, title: "All", unit: "us").svg)
    #expect(
      frames.map(\.name).sorted() == [
        "a: 39 us, 39%", "a: 60 us, 60%", "all: 100 us, 100%", "b: 30 us, 30%", "c: 20 us, 20%",
        "little: 1 us, 1%", "my &lt;shell&gt;: 60 us, 60%", "x;y??[m&quot;&amp;': 39 us, 39%",
      ])
    func frame(_ name: String) throws -> Frame {
      try #require(frames.first { $0.name.hasPrefix(name) })
    }
    let (all, shell, b, c) = (
      try frame("all"), try frame("my"), try frame("b"), try frame("c")
    )
    #expect(all.width == 1180 && all.x == 10)
    // Those of a level stand beside one another, above the one that called them, one row up.
    for y in Set(frames.map(\.y)) {
      let level = frames.filter { $0.y == y }.sorted { $0.x < $1.x }
      for (one, next) in zip(level, level.dropFirst()) {
        #expect(one.x + one.width <= next.x + 0.11)
      }
      #expect(level.reduce(0) { $0 + $1.width } <= all.width + 0.5)
    }
    #expect(shell.y == all.y - 16 && b.y == all.y - 48)
    #expect(abs(b.width - 354) < 0.1 && abs(c.width - 236) < 0.1)
    #expect(b.x >= shell.x && c.x + c.width <= shell.x + shell.width + 0.1)
    // What is written in a frame fits in.
    #expect(frames.count == 8)
  }
}
