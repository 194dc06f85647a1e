import Testing

@testable import Commands

@Suite struct PagesFileNameTests {
  @Test func theShortestNameIsTheRecordings() throws {
    let names = try PagesFileNames(["d/t.dat.one.cpu0", "d/t.dat.cpu12", "d/t.dat.cpu0"])
    #expect(names.entries.map(\.instance) == ["one", "", ""])
    #expect(names.entries.map(\.cpu) == [0, 12, 0])
  }

  @Test(arguments: [
    ["t.dat"], ["t.dat.cpu"], ["t.dat.cpux"], ["t.dat.cpu-1"], ["t.dat.cpu0", "u.dat.cpu1"],
    ["t.dat.cpu0", "t.data.cpu1"],
  ])
  func othersAreRefused(_ paths: [String]) {
    #expect(throws: PagesFileNameError.self) { try PagesFileNames(paths) }
  }
}
