import ByteIO
import Testing

@testable import Commands

@Suite struct ReportOptionListTests {
  /// The names and values that `trace-cmd options` 3.1.6 lists, in its order; what it says of them
  /// is its own.
  @Test func listsWhatTraceCmdLists() {
    var sink = ByteSink()
    ReportOptionList.write(to: &sink)
    let lines = String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n")
      .filter { !$0.contains("desc:") }
    let expected = """
        plugin:\tftrace
        option:\tparent
           set:\t0
      ------------
        plugin:\tftrace
        option:\tindent
           set:\t1
      ------------
        plugin:\tftrace
        option:\toffset
           set:\t0
      ============
        plugin:\tfgraph
        option:\ttailprint
           set:\t0
      ------------
        plugin:\tfgraph
        option:\tdepth
           set:\t0
      """
    #expect(lines.prefix(19) == expected.split(separator: "\n")[...])
  }

  /// What 3.3 added stands behind it, and says what it needs.
  @Test func newerOptionsSayWhatTheyNeed() {
    var sink = ByteSink()
    ReportOptionList.write(to: &sink)
    let entries = String(decoding: sink.bytes, as: UTF8.self).split(separator: "------------\n")
    let newer = entries.filter { $0.contains("(--compat 3.3)") }
    #expect(newer.count == 3)
    #expect(entries.suffix(3).elementsEqual(newer))
    for (entry, name) in zip(newer, ["skip", "dec", "hex"]) {
      #expect(entry.contains("  option:\tretval-\(name)\n"))
      #expect(entry.contains("  plugin:\tfgraph\n"))
      #expect(entry.contains("     set:\t0\n"))
    }
  }
}
