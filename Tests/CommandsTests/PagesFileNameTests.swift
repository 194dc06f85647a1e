import Testing

@testable import Commands

@Suite struct PagesFileNameTests {
  @Test func theShortestNameIsTheRecordings() throws {
    let names = try PagesFileNames(["d/t.dat.one.cpu0", "d/t.dat.cpu12", "d/t.dat.cpu0"])
    #expect(names.entries.map(\.instance) == ["one", "", ""])
    #expect(names.entries.map(\.cpu) == [0, 12, 0])
  }

  @Test(arguments: [
    // The top level was not recorded.
    (["t.dat.one.cpu0", "t.dat.two.cpu0"], [], ["one", "two"]),
    (["t.dat.one.cpu0", "t.dat.one.cpu1"], [], ["one", "one"]),
    (["rec.one.cpu0", "rec.two.cpu0"], [], ["one", "two"]),
    (["rec.one.cpu0"], ["one"], ["one"]), (["rec.one.cpu0"], ["two"], [""]),
    (["rec.a.b.cpu0", "rec.a.c.cpu1"], ["a.b", "a.c"], ["a.b", "a.c"]),
    (["rec.a.b.cpu0", "rec.a.c.cpu1"], [], ["b", "c"]),
    (["t.dat.one.cpu0", "t.dat.cpu0"], ["other"], ["one", ""]),
    (["t.dat.cpu0"], ["one"], [""]),
    // One folder by two names.
    (["/tmp/t.dat.cpu0", "/tmp/../tmp/t.dat.one.cpu0"], [], ["", "one"]),
  ])
  func instancesAreFoundWithoutTheTopLevel(
    _ paths: [String], _ known: [String], _ expected: [String]
  ) throws {
    #expect(try PagesFileNames(paths, instances: known).entries.map(\.instance) == expected)
  }

  @Test(arguments: [
    ["t.dat"], ["t.dat.cpu"], ["t.dat.cpux"], ["t.dat.cpu-1"], ["t.dat.cpu0", "u.dat.cpu1"],
    ["t.dat.cpu0", "t.data.cpu1"], ["t.dat.cpu0", "t.dat..cpu0"], ["t.dat.cpu0", "t.dat.cpu00"],
    ["t.dat.cpu+1"], [".cpu0"], ["a/t.dat.cpu0", "b/t.dat.cpu1"],
  ])
  func othersAreRefused(_ paths: [String]) {
    #expect(throws: PagesFileNameError.self) { try PagesFileNames(paths) }
  }
}
