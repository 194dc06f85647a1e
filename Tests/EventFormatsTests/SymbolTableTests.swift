import EventFormats
import Testing

@Suite struct SymbolTableTests {
  private func name(_ table: SymbolTable, _ address: UInt64) -> String? {
    table.lookup(address).map { String(decoding: $0.name, as: UTF8.self) }
  }

  @Test func theSymbolAtOrBeforeAnAddress() {
    let table = SymbolTable(text: PrintFormatTests.symbols)
    #expect(table.symbolCount == 4)
    #expect(name(table, 0xffff_ffff_8100_0fff) == nil)
    #expect(name(table, 0xffff_ffff_8100_1000) == "foo_outer")
    #expect(name(table, 0xffff_ffff_8100_1fff) == "foo_outer")
    #expect(name(table, 0xffff_ffff_8100_3010) == "baz")
    #expect(table.lookup(0xffff_ffff_8100_3010)?.address == 0xffff_ffff_8100_3000)
    // How far the last symbol reaches is unknown.
    #expect(name(table, 0xffff_ffff_8100_4000) == "last")
    #expect(name(table, 0xffff_ffff_8100_4001) == nil)
  }

  @Test func unsortedTextAndNamesToPassOver() {
    let table = SymbolTable(
      text: "30 t three\n10 T one\n20 t $d\n18 A absolute\nbroken line\n20 t two\t[mod]\n40 T four")
    #expect(table.symbolCount == 4)
    #expect(name(table, 0x1f) == "one")
    #expect(name(table, 0x20) == "two")
    #expect(name(table, 0x3f) == "three")
    #expect(table.address(named: "three") == 0x30)
    #expect(table.address(named: "absolute") == nil)
  }

  @Test func betweenAliasesTheLaterLineIsFirst() {
    let table = SymbolTable(text: "10 T first\n10 T second\n20 T next\n30 T end\n")
    #expect(name(table, 0x18) == "first")
  }

  @Test func noTextNoSymbols() {
    #expect(SymbolTable().lookup(0) == nil)
    #expect(SymbolTable(text: "\n\n").lookup(5) == nil)
  }

  @Test func theTextIsAskedForOnceAndLate() async {
    let counter = Counter()
    let box = StaticText.bytes
    let table = SymbolTable(provider: {
      counter.add()
      return box.bytes
    })
    #expect(counter.value == 0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = table.lookup(0x10) } }
    }
    #expect(counter.value == 1)
    #expect(name(table, 0x10) == "a")
  }
}
