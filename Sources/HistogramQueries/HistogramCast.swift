import Tracefs

/// What `CAST(field AS …)` makes of a field of a histogram.
enum HistogramCast: Equatable {
  /// A key that is shown so.
  case modifier(HistogramField.Modifier)
  /// Not a key: summed up for each row.
  case counter

  private static let table: [(word: String, cast: HistogramCast)] = [
    ("HEX", .modifier(.hex)), ("SYM", .modifier(.symbol)),
    ("SYM-OFFSET", .modifier(.symbolOffset)), ("SYSCALL", .modifier(.syscall)),
    ("EXECNAME", .modifier(.execname)), ("LOG", .modifier(.log2)), ("_COUNTER_", .counter),
  ]

  /// Words that were found in others' queries.
  private static let otherWords: [(word: String, cast: HistogramCast)] = [
    ("EXEC", .modifier(.execname)), ("LOG2", .modifier(.log2)), ("SYMBOL", .modifier(.symbol)),
  ]

  static let words = table.map(\.word)

  /// In any case; nil for an unknown word.
  init?(_ word: String) {
    let word = word.uppercased()
    guard let found = (Self.table + Self.otherWords).first(where: { $0.word == word }) else {
      return nil
    }
    self = found.cast
  }
}
