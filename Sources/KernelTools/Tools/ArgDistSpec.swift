/// What `argdist` is to count.
struct ArgDistSpec {
  /// As it was written.
  let text: String
  let isHistogram: Bool
  let wish: FieldWish

  init(_ text: String, isHistogram: Bool) throws(ToolUsageError) {
    guard let wish = Self.wish(text), !isHistogram || wish.fields.count == 1 else {
      throw .badValue(
        option: isHistogram ? "-H" : "-C", value: text,
        expected: isHistogram
          ? "SYSTEM:EVENT:FIELD or probe:FUNCTION(NAME=VALUE):NAME, [if FILTER]"
          : "SYSTEM:EVENT:FIELD[,…] or probe:FUNCTION(NAME=VALUE):NAME[,…], [if FILTER]")
    }
    self.text = text
    self.isHistogram = isHistogram
    self.wish = wish
  }

  private static func wish(_ text: String) -> FieldWish? {
    var scanner = NamedEventScanner(text)
    scanner.skipBlanks()
    let isOfBCC = scanner.take("t:")
    guard let event = scanner.takeEvent() else { return nil }
    // Where no bracket stands, the fields would be part of the function's name.
    if let probe = event.probe, !probe.hasSuffix(")") { return nil }
    if isOfBCC, scanner.take("()") {
      guard scanner.take(":"), scanner.takeFieldTypes() else { return nil }
    }
    guard scanner.take(":"), let fields = scanner.takeFields() else { return nil }
    var filter: String?
    if isOfBCC, scanner.take(":") {
      filter = scanner.takeRest()
      if filter == nil { return nil }
    } else {
      filter = scanner.takeFilter()
    }
    scanner.skipBlanks()
    return scanner.rest.isEmpty ? FieldWish(event: event, fields: fields, filter: filter) : nil
  }
}

/// What was counted for one spec.
struct ArgDistResult {
  private(set) var values = CountTable<[FieldContent], Int>()
  private var histogram = PowerHistogram()

  mutating func add(_ contents: [FieldContent], _ count: Int, _ spec: ArgDistSpec) {
    guard spec.isHistogram else {
      return values.count(contents, from: 0) { $0 += count }
    }
    guard let content = contents.first else { return }
    switch content {
    case .signed(let number, _) where number < 0: histogram.add(negatives: count)
    case .signed(let number, _): add(UInt64(number), count)
    case .unsigned(let number), .address(let number): add(UInt64(number), count)
    // Its length is what a text has of a size.
    case .text(let text): add(UInt64(text.utf8.count), count)
    }
  }

  private mutating func add(_ number: UInt64, _ count: Int) {
    histogram.add(bits: UInt64.bitWidth - number.leadingZeroBitCount, count: count)
  }

  mutating func removeAll() {
    values.removeAll()
    histogram = PowerHistogram()
  }

  func write(_ spec: ArgDistSpec, top: Int?, to rows: inout RowWriter) {
    rows.say(spec.text)
    if spec.isHistogram { writeHistogram(spec, &rows) } else { writeCounts(spec, top, &rows) }
  }

  private func writeCounts(_ spec: ArgDistSpec, _ top: Int?, _ rows: inout RowWriter) {
    rows.say("\tCOUNT      EVENT")
    let sorted = values.entries.map { (count: $0.value, shown: $0.key.map(\.shown)) }
      .sorted { ($0.count, $0.shown.joined()) < ($1.count, $1.shown.joined()) }
    for (count, shown) in sorted.suffix(top ?? sorted.count) {
      guard rows.format == .text else {
        rows.add(spec.text)
        rows.add(shown.joined(separator: ","))
        rows.addNothing()
        rows.addNothing()
        rows.add(count)
        rows.endRow()
        continue
      }
      let values = zip(spec.wish.fields, shown).map { "\($0) = \($1)" }
      rows.sayNames(
        "\t\(String(count).padded(to: 10)) " + values.joined(separator: ", "))
    }
  }

  private func writeHistogram(_ spec: ArgDistSpec, _ rows: inout RowWriter) {
    guard rows.format != .text else {
      let lines = histogram.closedLines(unit: spec.wish.fields[0])
      for line in lines { rows.say(line) }
      return
    }
    func write(_ count: Int, _ addBounds: (inout RowWriter) -> Void) {
      rows.add(spec.text)
      rows.addNothing()
      addBounds(&rows)
      rows.add(count)
      rows.endRow()
    }
    if histogram.negatives > 0 { write(histogram.negatives) { $0.add(bounds: nil, 0) } }
    for bucket in histogram.buckets where bucket.count > 0 {
      write(bucket.count) { $0.add(bounds: bucket.from, bucket.to) }
    }
  }
}
