import Testing

@testable import Commands

@Suite struct RecordCompletionTests {
  @Test func optionsAreOffered() {
    let words = RecordCompletion.words(after: "record", beginning: "--")
    #expect(words.contains("--max-graph-depth"))
    #expect(words.contains("--compression"))
    #expect(words.allSatisfy { $0.hasPrefix("--") })
    #expect(RecordCompletion.words(after: "record", beginning: "").contains("-e"))
  }

  @Test func anOptionsValueIsNoOption() {
    #expect(!RecordCompletion.words(after: "-o", beginning: "").contains("-e"))
    #expect(RecordCompletion.words(after: "-q", beginning: "-").contains("-e"))
  }
}
