extension EventFormat {
  /// The bits of a field for which the print format writes a text of its own:
  /// `REC->prev_state & 0x100 ? "+" : ""`; 0 where it does not, nil where it
  /// is not understood.
  package func bits(of field: String, shownAs text: String, longSize: Int) -> UInt64? {
    guard let parsed = try? PrintParser.parse(printFormat, longSize: longSize) else { return nil }
    let compiler = PrintCompiler(format: self, longSize: longSize, swapped: false)
    for case .conditional(.binary(.and, .field(field), let mask), .string(let shown), _)
      in parsed.arguments where shown == Array(text.utf8)
    {
      return compiler.constant(mask)?.0
    }
    return 0
  }
}
