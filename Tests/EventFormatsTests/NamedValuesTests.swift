import Testing

@testable import EventFormats

@Suite struct NamedValuesTests {
  private func values(_ print: String) throws -> [String: NamedValues] {
    let text =
      "name: e\nID: 1\nformat:\n\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n\nprint fmt: \(print)\n"
    return try Array(text.utf8).withUnsafeBytes {
      try EventFormat(parsing: $0, system: "s").namedValues()
    }
  }

  @Test func findsTheNamesOfValues() throws {
    let found = try values(
      #""%s", __print_symbolic(REC->a, { 0, "HI" }, { (1 << 2), "TIMER" }, { -1, "NONE" })"#)
    let a = try #require(found["a"])
    #expect(!a.areFlags)
    #expect(a.entries.map(\.name) == ["HI", "TIMER", "NONE"])
    #expect(a.entries.map { Int64(bitPattern: $0.value) } == [0, 4, -1])
  }

  @Test func findsFlagsWithinAConditionOnAMaskedField() throws {
    let found = try values(
      #""%s", (REC->a & 0xff) ? __print_flags(REC->a & 0xff, "|", { 0x1, "S" }, { 0x2|0x8, "D" }) : "R""#
    )
    let a = try #require(found["a"])
    #expect(a.areFlags)
    #expect(a.entries == [.init(value: 1, name: "S"), .init(value: 10, name: "D")])
  }

  @Test func leavesOutWhatTheFormatDoesNotSay() throws {
    // An enumerator without its number, and a value of two fields.
    let found = try values(#""%s", __print_symbolic(REC->a, { SOME_NAME, "x" }, { 3, "y" })"#)
    #expect(found["a"]?.entries == [.init(value: 3, name: "y")])
    #expect(try values(#""%s", __print_symbolic(REC->a + REC->b, { 3, "y" })"#).isEmpty)
    #expect(try values(#""%d", REC->a"#).isEmpty)
    #expect(try values(#""%d", (((REC->a"#).isEmpty)
  }
}
