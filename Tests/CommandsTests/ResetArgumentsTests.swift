import Testing
import Tracefs

@testable import Commands

@Suite struct ResetArgumentsTests {
  typealias Target = ResetArguments.Target

  func purpose(_ arguments: String...) throws -> ResetArguments.Purpose {
    try ResetArguments(arguments, instances: ["one", "two"], resetsAlways: false).purpose
  }

  func targets(_ arguments: String...) throws -> [Target] {
    let parsed = try ResetArguments(arguments, instances: ["one", "two"], resetsAlways: false)
    guard case .reset(let targets, keeping: []) = parsed.purpose else { return [] }
    return targets
  }

  @Test func withoutAnythingItUndoes() throws {
    #expect(try purpose() == .undo)
    let called = try ResetArguments([], instances: [], resetsAlways: true)
    #expect(called.purpose == .reset([Target(name: nil)], keeping: []))
  }

  @Test func sizesAndRemovalsBelongToTheBufferBefore() throws {
    #expect(try targets("--all") == [Target(name: nil)])
    #expect(try targets("-b", "1024") == [Target(name: nil, kilobytes: 1024)])
    #expect(
      try targets("-B", "one", "-b4096", "-B", "two", "-d") == [
        Target(name: "one", kilobytes: 4096), Target(name: "two", isRemoved: true),
      ])
    #expect(
      try targets("-t", "-a", "-d") == [
        Target(name: nil), Target(name: "one", isRemoved: true),
        Target(name: "two", isRemoved: true),
      ])
    #expect(
      try targets("-B", "one", "-t", "-b", "7") == [
        Target(name: nil, kilobytes: 7), Target(name: "one"),
      ])
    #expect(
      try targets("-ab300") == [
        Target(name: nil), Target(name: "one", kilobytes: 300),
        Target(name: "two", kilobytes: 300),
      ])
  }

  @Test func aSizeForABufferThatIsLeftOut() throws {
    #expect(throws: ResetArgumentError.sizeOfNothing) { try self.targets("-b", "7", "-B", "one") }
    #expect(
      try targets("-b", "7", "-B", "one", "-t") == [
        Target(name: nil, kilobytes: 7), Target(name: "one"),
      ])
    let called = try ResetArguments(
      ["-b", "7", "-B", "one"], instances: ["one"], resetsAlways: true)
    #expect(called.purpose == .reset([Target(name: "one")], keeping: []))
  }

  @Test func kindsThatStay() throws {
    #expect(
      try purpose("-k", "kprobe", "-ksynth")
        == .reset([Target(name: nil)], keeping: [.kprobe, .synthetic]))
    #expect(
      try purpose("-k", "all")
        == .reset([Target(name: nil)], keeping: Set(DynamicEvent.Kind.allCases)))
  }

  @Test func listing() throws {
    #expect(try purpose("--list") == .list(isJSON: false))
    #expect(try purpose("--json", "--list") == .list(isJSON: true))
    #expect(try purpose("--list", "-h") == .help)
  }

  @Test(arguments: [
    (["-d"], ResetArgumentError.removesTop), (["-a", "-t", "-d"], .removesTop),
    (["-b", "0"], .badValue("-b", "0", expected: "kilobytes, from 1 up")),
    (["-b", "x"], .badValue("-b", "x", expected: "kilobytes, from 1 up")),
    (["-B"], .missingValue("-B")), (["-x"], .unexpected("-x")), (["one"], .unexpected("one")),
    (["--nosuch"], .unexpected("--nosuch")), (["--list", "-a"], .listAlone),
    (["--json"], .jsonWithoutList),
    (
      ["-k", "x"],
      .badValue(
        "-k", "x", expected: "kprobe, kretprobe, uprobe, uretprobe, eprobe, synth or all")
    ),
  ])
  func mistakes(_ arguments: [String], _ expected: ResetArgumentError) {
    #expect(throws: expected) {
      try ResetArguments(arguments, instances: ["one"], resetsAlways: false)
    }
    #expect(!expected.message.isEmpty)
  }
}

@Suite struct ProgramNameTests {
  @Test func aLinkNamedTraceCmdIsThatProgram() {
    #expect(ProgramName.name(in: "/usr/local/bin/trace-cmd") == "trace-cmd")
    #expect(ProgramName.name(in: "trace-cmd") == "trace-cmd")
    #expect(ProgramName.name(in: "./kscope") == "kscope")
    #expect(ProgramName.name(in: "/opt/trace-cmd/kscope-test") == "kscope")
    #expect(ProgramName.name(in: "") == "kscope")
  }

  @Test func adviceNamesTheProgramAsCalled() {
    let advice = "see `kscope record --help`"
    #expect(ProgramName.calling(advice, as: "trace-cmd") == "see `trace-cmd record --help`")
    #expect(ProgramName.calling(advice, as: "kscope") == advice)
  }
}
