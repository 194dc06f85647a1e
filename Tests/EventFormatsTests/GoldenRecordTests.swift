import EventFormats
import Testing

/// Records of a real kernel, against what `trace-cmd report` 3.1.6 prints for them.
@Suite struct GoldenRecordTests {
  @Test func recordsPrintAsTraceCmdPrintsThem() throws {
    var symbols = ""
    var printk = ""
    var records: [Substring] = []
    var compared = 0
    func compare() throws {
      guard !records.isEmpty else { return }
      let catalog = try Fixture.catalog("6.12", symbols: symbols, printk: printk)
      for record in records {
        let parts = record.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        let title = parts[0].split(separator: "/")
        let index = try #require(
          catalog.index(system: String(title[0]), name: String(title[1])), "\(parts[0])")
        let expected = unescaped(parts[2])
        #expect(catalog.text(of: bytes(parts[1]), at: index) == expected, "\(parts[0])")
        compared += 1
      }
      (symbols, printk, records) = ("", "", [])
    }
    for line in try Fixture.text("records.zst").split(separator: "\n") {
      let rest = line.dropFirst(2)
      switch line.first {
      case "#": try compare()
      case "k": symbols += rest + "\n"
      case "p": printk += rest + "\n"
      default: records.append(rest)
      }
    }
    try compare()
    #expect(compared == 643)
  }

  private func bytes(_ hex: Substring) -> [UInt8] {
    let digits = Array(hex.utf8).map { $0 < 0x3a ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  private func unescaped(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if isEscaped {
        result.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}
