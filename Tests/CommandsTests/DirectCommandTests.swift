import ArgumentParser
import KernelTools
import Testing

@testable import Commands

/// The short way comes to what the whole parser comes to, or leaves it to that.
@Suite struct DirectCommandTests {
  private static func type(_ command: any ParsableCommand) -> ObjectIdentifier {
    ObjectIdentifier(Swift.type(of: command))
  }

  @Test func eachCommandIsTheParsers() throws {
    let group = KscopeCommand.configuration.groupedSubcommands.flatMap(\.subcommands)
    let names = (KscopeCommand.commands + group).map { $0._commandName }
    #expect(Set(names).count == names.count && names.count > ToolList.all.count)
    for name in names {
      // `dump` wants to be told more.
      guard let parsed = try? KscopeCommand.parseAsRoot([name]) else {
        #expect(DirectCommand.named(by: [name]) == nil, "\(name)")
        continue
      }
      let direct = try #require(DirectCommand.named(by: [name]), "\(name)")
      #expect(Self.type(direct) == Self.type(parsed), "\(name)")
    }
  }

  @Test(arguments: [
    ["iosnoop", "-Q", "--", "x"], ["record", "-e", "sched", "--help"], ["kprobe", "p:a b=%di"],
    ["reset-ftrace"], ["stream", "--version"],
  ])
  func argumentsAreHandedOn(_ arguments: [String]) throws {
    let direct = DirectCommand.named(by: arguments) as? any PassthroughCommand
    #expect(direct?.arguments == Array(arguments.dropFirst()))
    let parsed = try KscopeCommand.parseAsRoot(arguments) as? any PassthroughCommand
    #expect(parsed?.arguments == direct?.arguments)
  }

  @Test func optionsAreRead() throws {
    let arguments = ["report", "-i", "a.dat", "-F", "sched", "b.dat"]
    let direct = try #require(DirectCommand.named(by: arguments) as? ReportCommand)
    let parsed = try #require(KscopeCommand.parseAsRoot(arguments) as? ReportCommand)
    #expect(direct.inputs == ["a.dat"] && direct.files == ["b.dat"])
    #expect(direct.inputs == parsed.inputs && direct.files == parsed.files)
    #expect(direct.selection.filters == parsed.selection.filters)
  }

  @Test(arguments: [
    [], ["--help"], ["frobnicate"], ["help", "report"], ["--version", "report"],
    ["report", "--help"], ["stat", "--version"], ["report", "--frobnicate"],
    ["report", "--json", "--csv", "x"], ["stat", "--generate-completion-script", "bash"],
    ["---completion", "iosnoop", "--", "positional@0", "0", "0"],
    ["--generate-completion-script", "bash"],
  ])
  func whatIsNoPlainCallIsTheParsers(_ arguments: [String]) {
    #expect(DirectCommand.named(by: arguments) == nil)
  }
}
