extension HistogramTable {
  /// Reads all tables of a `hist` file; none where the event has no histogram.
  ///
  /// Throws `.malformed` with the line that is not understood.
  public static func list(in text: String) throws(TracefsError) -> [HistogramTable] {
    var reader = HistogramReader(text)
    return try reader.tables()
  }
}

/// Goes through the lines of a `hist` file.
private struct HistogramReader {
  private let lines: [Substring]
  private var index = 0
  /// Lines that are one, as a text goes on behind an end of a line.
  private var joined: (lines: Range<Int>, text: Substring)?
  /// What the kernel calls its own stack as a key: kernels before 6.3 say `stacktrace`.
  private var stackName = HistogramField.stacktrace.name

  init(_ text: String) {
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private var line: Substring? {
    if let joined, joined.lines.lowerBound == index { return joined.text }
    return lines.indices.contains(index) ? lines[index] : nil
  }

  private mutating func goOn() {
    if let joined, joined.lines.lowerBound == index {
      index = joined.lines.upperBound
    } else {
      index += 1
    }
  }

  private func failure(_ problem: String, at place: Int = 0) -> TracefsError {
    .malformed(
      MalformedText(
        what: "line \(index + 1) of a hist file", text: line.map(String.init) ?? "", place: place,
        problem: problem))
  }

  mutating func tables() throws(TracefsError) -> [HistogramTable] {
    let sign = "# trigger info: "
    var tables: [HistogramTable] = []
    while let line {
      if line.hasPrefix(sign) {
        let trigger = try HistogramTrigger(String(line.dropFirst(sign.count)))
        let isNew = line.contains(part: HistogramField.stacktrace.name)
        stackName = isNew ? HistogramField.stacktrace.name : "stacktrace"
        index += 1
        tables.append(try table(trigger))
      } else {
        guard line.isEmpty || line.hasPrefix("#") else {
          throw failure("expected '\(sign)'")
        }
        index += 1
      }
    }
    return tables
  }

  private mutating func table(_ trigger: HistogramTrigger) throws(TracefsError) -> HistogramTable {
    var table = HistogramTable(trigger: trigger, rows: [], hits: 0, entries: 0, dropped: 0)
    let savers = trigger.handlers.compactMap(\.savedFields)
    while let line, line != "Totals:" {
      if line.hasPrefix("{ ") {
        if let row = try takeRow(of: trigger) { table.rows.append(row) }
        continue
      }
      if line.hasPrefix("\tmax:") || line.hasPrefix("\tchanged:") {
        guard let last = table.rows.indices.last else { throw failure("expected a row before") }
        let kept = table.rows[last].saved.count
        let names = savers.indices.contains(kept) ? savers[kept] : []
        table.rows[last].saved.append(try saved(names))
      } else if line.hasPrefix("\ttriggering value ") {
        table.snapshots.append(try snapshot(of: trigger))
        continue
      } else if !line.isEmpty, !line.hasPrefix("#"), !line.hasPrefix("Snapshot taken"),
        !trigger.hasTexts
      {
        throw failure("expected a row or the totals")
      }
      index += 1
    }
    try totals(of: &table)
    return table
  }

  private mutating func totals(of table: inout HistogramTable) throws(TracefsError) {
    guard line == "Totals:" else { throw failure("expected the totals") }
    index += 1
    for name in ["Hits", "Entries", "Dropped"] {
      let words = line?.words ?? []
      guard words.count == 2, words[0] == "\(name):", let number = UInt64(words[1]) else {
        throw failure("expected '\(name):' and a number")
      }
      switch name {
      case "Hits": table.hits = number
      case "Entries": table.entries = number
      default: table.dropped = number
      }
      index += 1
    }
  }

  // MARK: Rows

  /// So many ends of lines are looked for in a row's texts.
  private static let lineLimit = 8

  /// A text may have ends of lines, which the kernel prints as they are. Nil where a row cannot be
  /// told even so: `entries` counts it.
  private mutating func takeRow(
    of trigger: HistogramTrigger
  ) throws(TracefsError) -> HistogramTable.Row? {
    let start = index
    joined = nil
    defer { joined = nil }
    while true {
      do throws(TracefsError) { return try row(of: trigger) } catch {
        guard trigger.hasTexts else { throw error }
        let end = joined?.lines.upperBound ?? start + 1
        guard end - start < Self.lineLimit, end < lines.count, lines[end] != "Totals:" else {
          index = start + 1
          return nil
        }
        joined = (start..<end + 1, Substring((joined?.text ?? lines[start]) + "\n" + lines[end]))
        index = start
      }
    }
  }

  /// `{ key: value, … } hitcount: 1  value: 2`; stacks run over several lines.
  private mutating func row(of trigger: HistogramTrigger) throws(TracefsError) -> HistogramTable.Row
  {
    let keys = try takeKeys(of: trigger, from: line?.dropFirst(2) ?? "")
    var rest = keys.rest
    var hitcount: UInt64?
    if !trigger.hidesHitcount {
      guard case .number(let number)? = Self.takeValue(nil, from: &rest) else {
        throw failure("expected the hitcount")
      }
      hitcount = number
    }
    var values: [HistogramValue] = []
    for expression in trigger.values {
      guard let value = Self.takeValue(expression.field?.modifier, from: &rest) else {
        throw failure("expected the value \(expression)")
      }
      values.append(value)
    }
    goOn()
    return HistogramTable.Row(keys: keys.keys, hitcount: hitcount, values: values)
  }

  /// Takes keys up to `}` and what stands behind it on the last line; `index` is that line's.
  private mutating func takeKeys(
    of trigger: HistogramTrigger, from start: Substring
  ) throws(TracefsError) -> (keys: [HistogramKey], rest: Substring) {
    var rest = start
    var keys: [HistogramKey] = []
    for (number, expression) in trigger.keys.enumerated() {
      let isLast = number == trigger.keys.count - 1
      let end = isLast ? "}" : ", \(shownName(of: trigger.keys[number + 1]))"
      let field = expression.field
      if field == .stacktrace || field?.modifier == .stacktrace {
        keys.append(.stack(try takeStack(from: &rest)))
        guard let place = Self.range(of: end, in: rest, from: 0),
          place.lowerBound == rest.startIndex
        else { throw failure("expected '\(end)' after the stack") }
        rest = isLast ? rest[place.upperBound...] : rest.dropFirst(2)
        continue
      }
      guard let colon = Self.range(of: ": ", in: rest, from: 0) else {
        throw failure("expected the key \(expression)")
      }
      let body = rest[colon.upperBound...]
      // Texts are padded to 50 bytes, and may hold anything; so are names of tasks, to 16.
      let isNumber = Self.isNumber(body)
      let least =
        field?.modifier == .execname ? 16 : field?.modifier == nil && !isNumber ? 50 : 0
      guard let place = Self.range(of: end, in: body, from: least) else {
        throw failure("expected '\(end)' after the key \(expression)")
      }
      let text = body[..<place.lowerBound]
      guard let key = Self.key(field?.modifier, text, isNumber) else {
        throw failure("expected the key \(expression)")
      }
      keys.append(key)
      rest = isLast ? body[place.upperBound...] : body[place.lowerBound...].dropFirst(2)
    }
    return (keys, rest)
  }

  /// What the kernel prints before a key's value.
  private func shownName(of key: HistogramExpression) -> String {
    guard let field = key.field else { return "" }
    if field == .stacktrace { return stackName }
    return field.modifier == .stacktrace ? "\(field.name).stacktrace" : field.name
  }

  /// A call a line, indented; the first may stand behind the key's name. Goes to the line after.
  private mutating func takeStack(from rest: inout Substring) throws(TracefsError) -> [KernelSymbol]
  {
    var calls: [KernelSymbol] = []
    if let blank = rest.firstIndex(of: " ") {
      let text = rest[blank...].trimmed
      if !text.isEmpty {
        guard let call = KernelSymbol(text) else { throw failure("expected a function") }
        calls.append(call)
      }
    }
    goOn()
    while let line, line.hasPrefix("  ") {
      guard let call = KernelSymbol(line) else { throw failure("expected a function") }
      calls.append(call)
      index += 1
    }
    rest = line ?? ""
    return calls
  }

  /// Whether a key is a bare number, as the kernel pads it to ten on the left.
  private static func isNumber(_ body: Substring) -> Bool {
    guard let digits = body.split(separator: " ").first else { return false }
    let number = digits.prefix { $0.isNumber }
    guard !number.isEmpty, number == digits || number.count + 1 == digits.count else {
      return false
    }
    // A text that is a number is padded on the right.
    let after = body.drop { $0 == " " }.dropFirst(number.count)
    return after.hasPrefix(", ") || after.hasPrefix(" }") || after.hasPrefix("}")
  }

  private static func key(
    _ modifier: HistogramField.Modifier?, _ text: Substring, _ isNumber: Bool
  ) -> HistogramKey? {
    let words = text.words
    switch modifier {
    case .hex: return words.first.flatMap { UInt64($0, radix: 16) }.map { .number($0) }
    case .symbol, .symbolOffset: return KernelSymbol(text).map { .symbol($0) }
    case .execname, .syscall:
      // `name [   17]`: the name may have blanks and brackets of its own.
      guard let open = text.lastIndex(of: "["), let close = text.lastIndex(of: "]"), open < close,
        let number = UInt64(text[text.index(after: open)..<close].trimmed)
      else { return nil }
      let name = text[..<open].trimmed
      return modifier == .execname
        ? .task(name: name, pid: number) : .syscall(name: name, number: number)
    case .log2:
      guard words.count == 2, words[1].hasPrefix("2^"), let power = UInt64(words[1].dropFirst(2))
      else { return nil }
      return .power(exponent: power)
    case .buckets:
      let ends = words.last?.split(separator: "-").compactMap { UInt64($0) } ?? []
      return ends.count == 2 ? .range(ends[0], ends[1]) : nil
    default:
      return isNumber ? UInt64(text.trimmed).map { .number($0) } : .text(text.trimmed)
    }
  }

  // MARK: Values

  /// Takes `name: value` from the front.
  private static func takeValue(
    _ modifier: HistogramField.Modifier?, from rest: inout Substring
  ) -> HistogramValue? {
    guard let colon = range(of: ": ", in: rest, from: 0) else { return nil }
    rest = rest[colon.upperBound...]
    if modifier == .graph {
      let bar = rest.prefix(20)
      rest = rest.dropFirst(20)
      return .graph(marks: bar.count { $0 == "#" })
    }
    let word = rest.drop { $0 == " " }.prefix { $0 != " " }
    rest = rest[word.endIndex...]
    switch modifier {
    case .percent:
      let parts = word.split(separator: ".")
      guard parts.count == 2, parts[1].count == 2, let whole = UInt64(parts[0]),
        let fraction = UInt64(parts[1])
      else { return .percent(hundredths: nil) }
      let (hundredths, isOver) = whole.multipliedReportingOverflow(by: 100)
      return .percent(hundredths: isOver ? nil : hundredths &+ fraction)
    case .hex: return UInt64(word, radix: 16).map { .number($0) }
    default: return UInt64(word).map { .number($0) }
    }
  }

  /// `\tmax: 1126  field: value  field: value`.
  private func saved(_ names: [String]) throws(TracefsError) -> HistogramTable.Saved {
    guard let line, let colon = line.firstIndex(of: ":") else { throw failure("expected a value") }
    var rest = line[line.index(after: colon)...].drop { $0 == " " }
    let digits = rest.prefix { $0.isNumber }
    guard let value = UInt64(digits) else { throw failure("expected a value") }
    rest = rest[digits.endIndex...]
    var fields: [String] = []
    for (number, name) in names.enumerated() {
      let sign = "  \(name): "
      guard rest.hasPrefix(sign) else { throw failure("expected the saved field \(name)") }
      rest = rest.dropFirst(sign.count)
      let end =
        number + 1 < names.count
        ? Self.range(of: "  \(names[number + 1]): ", in: rest, from: 0)?.lowerBound : rest.endIndex
      guard let end else { throw failure("expected the saved field \(names[number + 1])") }
      fields.append(rest[..<end].trimmed)
      rest = rest[end...]
    }
    return HistogramTable.Saved(value: value, fields: fields)
  }

  /// `\ttriggering value { onmax($lat) }: 1126\ttriggered by event with key: { next_pid: 3 }`.
  private mutating func snapshot(
    of trigger: HistogramTrigger
  ) throws(TracefsError) -> HistogramTable.Snapshot {
    guard let line, let brace = Self.range(of: " }: ", in: line, from: 0) else {
      throw failure("expected the value of a snapshot")
    }
    let rest = line[brace.upperBound...].drop { $0 == " " }
    guard let value = UInt64(rest.prefix { $0.isNumber }),
      let start = Self.range(of: "key: { ", in: rest, from: 0)
    else { throw failure("expected the value and the key of a snapshot") }
    let keys = try takeKeys(of: trigger, from: rest[start.upperBound...]).keys
    index += 1
    return HistogramTable.Snapshot(value: value, keys: keys)
  }

  /// Where a part first stands, so many bytes on.
  private static func range(
    of part: String, in text: Substring, from least: Int
  ) -> Range<Substring.Index>? {
    let bytes = text.utf8
    guard var start = bytes.index(bytes.startIndex, offsetBy: least, limitedBy: bytes.endIndex)
    else {
      return nil
    }
    while start < bytes.endIndex {
      if bytes[start...].starts(with: part.utf8) {
        return start..<bytes.index(start, offsetBy: part.utf8.count)
      }
      start = bytes.index(after: start)
    }
    return nil
  }
}

extension HistogramTrigger {
  /// Whether a key may be a text, in which anything may stand.
  fileprivate var hasTexts: Bool {
    keys.contains { key in
      guard let field = key.field else { return false }
      return field != .stacktrace && (field.modifier == nil || field.modifier == .execname)
    }
  }
}

extension HistogramHandler {
  /// The fields that a row shows below it; nil where the handler keeps none.
  fileprivate var savedFields: [String]? {
    if case .save(let fields) = action { return fields }
    return nil
  }
}
