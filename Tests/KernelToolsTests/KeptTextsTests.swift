import ByteIO
import Testing
import TraceTestSupport

@testable import KernelTools

@Suite struct KeptTextsTests {
  /// Keys that take each other's place, one whose text is too long to be kept, and negative ones.
  @Test(arguments: [RowFormat.text, .json, .csv]) func rowsAreThoseOfNobodyWhoKeeps(
    format: RowFormat
  ) {
    let columns = [Column("A", "a", width: 6), Column("B", "b", isLeft: false), Column("C", "c")]
    let keys = [1, 17, 1, 1, 2, 200, 200, 17, -1, -1, 2, -131, 15, -1]
    let kept = KeptTexts(0)
    var rows = RowWriter(columns, format)
    var others = RowWriter(columns, format)
    var made = 0
    for (place, key) in keys.enumerated() {
      func add(_ rows: inout RowWriter) {
        rows.add(String(repeating: "x", count: abs(key)))
        rows.add(key)
      }
      rows.add(key, hash: key, keptIn: kept) {
        made += 1
        add(&$0)
      }
      add(&others)
      rows.add(place)
      others.add(place)
      rows.endRow()
      others.endRow()
    }
    #expect(rows.sink.text == others.sink.text)
    // Kept were the third 1, the second -1, and the second 2; the texts of 200 and -131 are too long.
    #expect(made == keys.count - 3)
  }
}
