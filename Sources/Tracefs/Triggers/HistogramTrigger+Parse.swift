import ByteIO

extension HistogramTrigger {
  /// Reads `hist:keys=…`, as a person writes it and as the kernel lists it.
  public init(_ text: String) throws(TracefsError) {
    guard case .histogram(let trigger) = try Trigger(text) else {
      throw TextScanner(text, what: "histogram").failure("a histogram begins with hist:")
    }
    self = trigger
  }
}

extension TextScanner {
  /// What stands behind `hist:`.
  mutating func takeHistogram() throws(TracefsError) -> HistogramTrigger {
    let start = place
    var parts = HistogramTrigger(keys: [])
    var size: Int?
    var values: [HistogramExpression] = []
    var sort: [HistogramTrigger.SortKey] = []
    repeat {
      if isAtEnd || isAtBlank { break }
      if isAtHandler {
        parts.handlers.append(try takeHandler())
      } else if let word = takeControlWord() {
        if word == "nohitcount" || word == "NOHC" {
          parts.hidesHitcount = true
        } else {
          parts.control = HistogramTrigger.Control(rawValue: word)
        }
      } else {
        try takeAssignment(into: &parts, size: &size, values: &values, sort: &sort)
      }
    } while take(":")
    try takeEnd(of: &parts)
    // A whole new value, so that what is the kernel's own choice is left out.
    let trigger = HistogramTrigger(
      name: parts.name, keys: parts.keys, values: values, variables: parts.variables, sort: sort,
      size: size, clock: parts.clock, hidesHitcount: parts.hidesHitcount, control: parts.control,
      handlers: parts.handlers, filter: parts.filter)
    do throws(TracefsError) { try trigger.check() } catch {
      throw failure(error.message, at: start)
    }
    return trigger
  }

  private mutating func takeControlWord() -> String? {
    let word = look(while: Self.isNameByte)
    let after = peek(word.utf8.count)
    let isWhole = after == nil || after == UInt8(ascii: ":") || after.map(Self.isBlank) == true
    let words = HistogramTrigger.Control.allCases.map(\.rawValue) + ["nohitcount", "NOHC"]
    guard isWhole, words.contains(word) else { return nil }
    advance(word.utf8.count)
    return word
  }

  private mutating func takeAssignment(
    into parts: inout HistogramTrigger, size: inout Int?, values: inout [HistogramExpression],
    sort: inout [HistogramTrigger.SortKey]
  ) throws(TracefsError) {
    let start = place
    let word = try expectIdentifier("keys=…, vals=…, sort=…, a variable or an action")
    guard take("=") else {
      let known = HistogramTrigger.Control.allCases.map(\.rawValue) + HistogramTrigger.words
      throw failure(
        "no such part of a histogram: \(word)", at: start,
        nearest: Nearest.names(to: word, among: known + ["nohitcount"]))
    }
    switch word {
    case "keys", "key": parts.keys += try takeExpressions()
    case "values", "vals", "val": values += try takeExpressions()
    case "sort":
      repeat { sort.append(try takeSortKey()) } while take(",")
    case "size": size = try expectInt("a number of rows")
    case "name": parts.name = try expectIdentifier("the name of a histogram")
    case "clock": parts.clock = take { Self.isNameByte($0) || $0 == UInt8(ascii: "-") }
    default:
      parts.variables.append(HistogramTrigger.Variable(word, try takeHistogramExpression()))
      while take(",") {
        let name = try expectIdentifier("the name of a variable")
        try expect("=")
        parts.variables.append(HistogramTrigger.Variable(name, try takeHistogramExpression()))
      }
    }
  }

  private mutating func takeExpressions() throws(TracefsError) -> [HistogramExpression] {
    var expressions: [HistogramExpression] = []
    repeat { expressions.append(try takeHistogramExpression()) } while take(",")
    return expressions
  }

  private mutating func takeSortKey() throws(TracefsError) -> HistogramTrigger.SortKey {
    // The kernel lists `stacktrace` here as it lists the key.
    let name = try expectIdentifier("a key or value to sort by")
    let field = name == "stacktrace" ? HistogramField.stacktrace.name : name
    guard take(".") else { return HistogramTrigger.SortKey(field) }
    let start = place
    var word = take("sym-offset") ? "sym-offset" : takeIdentifier()
    // The kernel lists a key with its modifier here, and would not read that.
    if HistogramField.modifierWords.contains(word) {
      if word == "buckets", take("=") { _ = try expectNumber("the size of the buckets") }
      guard take(".") else { return HistogramTrigger.SortKey(field) }
      word = takeIdentifier()
    }
    switch word {
    case "descending": return HistogramTrigger.SortKey(field, isDescending: true)
    case "ascending": return HistogramTrigger.SortKey(field)
    default: throw failure("expected ascending or descending", at: start)
    }
  }

  /// `if CONDITION`, and `[active]` or `[paused]` where the kernel lists it.
  private mutating func takeEnd(of parts: inout HistogramTrigger) throws(TracefsError) {
    let start = place
    skipBlanks()
    let isState = { (scanner: TextScanner) in
      scanner.takenRest == "[active]" || scanner.takenRest == "[paused]"
    }
    if isState(self) {
      if takeRest().hasPrefix("[paused]") { parts.control = .pause }
      return
    }
    if isAtEnd { return }
    guard place > start, takeWord() == "if" else {
      throw failure("expected ':', or 'if' and a condition", at: start)
    }
    skipBlanks()
    var filter = takeRest().trimmed
    for (state, control) in [(" [active]", nil), (" [paused]", HistogramTrigger.Control.pause)]
    where filter.hasSuffix(state) {
      filter.removeLast(state.count)
      if let control { parts.control = control }
    }
    guard !filter.isEmpty else { throw failure("expected a condition after 'if'") }
    parts.filter = filter
  }

  private var takenRest: String { look { _ in true }.trimmed }
}
