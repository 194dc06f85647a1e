import KernelTools
import Testing

@testable import Commands

/// What tools say of themselves: their pages and man pages are made of it.
@Suite struct ToolHelpTests {
  private static let tools: [ToolDescription] =
    ToolList.all.map { $0.about } + ToolList.streams.map { $0.about } + [ResetFtraceCommand.about]

  @Test(arguments: tools.map(\.name)) func fitsTheScreen(name: String) throws {
    let tool = try #require(Self.tools.first { $0.name == name })
    for line in ToolHelp.text(of: tool).split(separator: "\n", omittingEmptySubsequences: false) {
      #expect(line.count <= 100, "\(name): \(line)")
      #expect(line.last != " ", "\(name): \(line)|")
    }
  }

  @Test(arguments: tools.map(\.name)) func understandsItsExamples(name: String) throws {
    let tool = try #require(Self.tools.first { $0.name == name })
    #expect(!tool.examples.isEmpty)
    for example in tool.examples {
      let words = Self.words(of: example.command)
      #expect(words.prefix(2) == ["kscope", name], "\(example.command)")
      #expect(throws: Never.self, "\(example.command)") {
        try Self.make(tool, Array(words.dropFirst(2)))
      }
    }
  }

  @Test func noticesAnExampleThatIsWrong() throws {
    let tool = try #require(Self.tools.first { $0.name == "syncsnoop" })
    #expect(throws: ToolUsageError.self) { try Self.make(tool, ["--nosuch"]) }
    #expect(throws: ToolUsageError.self) { try Self.make(tool, ["-m", "x"]) }
    #expect(
      Self.words(of: "kscope kprobe 'r:vfs_read n=$retval' >out | cat")
        == ["kscope", "kprobe", "r:vfs_read n=$retval"])
  }

  @Test func leavesACommandItsOptions() throws {
    let tool = try #require(Self.tools.first { $0.name == "syscount" })
    let options = try #require(try ToolOptions(["-c", "ls", "-c", "--input", "x"], for: tool))
    #expect(options.arguments == ["ls", "-c", "--input", "x"])
    #expect(options.input == nil)
  }

  /// Makes a tool as its command does, and runs nothing.
  private static func make(_ tool: ToolDescription, _ words: [String]) throws {
    let options = try #require(try ToolOptions(words, for: tool))
    if let type = ToolList.tool(named: tool.name) { _ = try type.init(options) }
    if let type = ToolList.stream(named: tool.name) { _ = try type.init(options) }
  }

  /// The words of a shell's command, up to where its output goes.
  private static func words(of command: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in command {
      switch (quote, character) {
      case (character, _): quote = nil
      case (.some, _): word = (word ?? "") + String(character)
      case (nil, "'"), (nil, "\""):
        quote = character
        word = word ?? ""
      case (nil, "|"), (nil, ">"):
        return words + (word.map { [$0] } ?? [])
      case (nil, " "):
        if let whole = word { words.append(whole) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }
}
