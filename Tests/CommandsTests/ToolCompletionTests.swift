import KernelTools
import Testing

@testable import Commands

@Suite struct ToolCompletionTests {
  private static func words(after previous: String, _ prefix: String = "") -> [String] {
    ToolCompletion.words(after: previous, beginning: prefix, for: IOSnoop.about)
  }

  @Test func itsOwnAndSharedOptionsAreOffered() {
    let words = Self.words(after: "iosnoop")
    #expect(words.contains("-Q") && words.contains("--cgroup") && words.contains("-j"))
    // perf-tools' -i is a type of requests: once, not twice.
    #expect(words.filter { $0 == "-i" }.count == 1)
    #expect(Self.words(after: "-Q", "--c").allSatisfy { $0.hasPrefix("--c") })
  }

  @Test func aValueIsNoOption() {
    #expect(Self.words(after: "--cgroup").isEmpty)
    #expect(Self.words(after: "-p").isEmpty)
  }

  @Test func helpOfACommandIsTheCommands() {
    #expect(KscopeCommand.askingForHelp(["help", "iosnoop"]) == ["iosnoop", "--help"])
    #expect(KscopeCommand.askingForHelp(["help"]) == ["help"])
    #expect(KscopeCommand.askingForHelp(["execsnoop", "help"]) == ["execsnoop", "help"])
  }
}
