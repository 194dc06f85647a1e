extension ProbeEvent {
  /// Reads what `description` prints, what a person may write, and what the kernel lists.
  public init(_ text: String) throws(TracefsError) {
    var scanner = TextScanner(text, what: "probe")
    scanner.skipBlanks()
    self = try scanner.takeProbe()
  }
}

extension TextScanner {
  fileprivate mutating func takeProbe() throws(TracefsError) -> ProbeEvent {
    let start = place
    let letter = next
    advance()
    guard let letter, "pretf".utf8.contains(letter) else {
      throw failure("a probe begins with p, r, e, f or t", at: start)
    }
    let maxActive = try takeMaxActive(after: letter)
    let (group, name) = try takeEventName()
    guard isAtBlank else { throw failure("expected a blank and the place of the probe") }
    skipBlanks()
    guard !isAtEnd else { throw failure("the probe has no place") }
    let point = try takePoint(letter, maxActive: maxActive)
    guard isAtEnd || isAtBlank else { throw failure("expected a blank after the place") }
    var probe = ProbeEvent(group: group, name: name, at: point)
    probe.arguments = try takeFetchArguments()
    if !isAtEnd { try takeFilter(of: &probe) }
    do throws(TracefsError) { try probe.check() } catch {
      guard case .badValue(_, let found, let expected) = error else { throw error }
      let at = Self.place(of: found, in: text) ?? start
      throw failure("'\(found)' is not \(expected)", at: at)
    }
    return probe
  }

  private mutating func takeMaxActive(after letter: UInt8) throws(TracefsError) -> Int? {
    guard let next, Self.isDigit(next) else { return nil }
    let start = place
    let number = try expectInt("a number")
    guard "rf".utf8.contains(letter) else {
      throw failure("only probes of returns (r, f) have maxactive", at: start)
    }
    return number
  }

  /// `:name`, `:group/name`, `:group/`; nothing.
  private mutating func takeEventName() throws(TracefsError) -> (String?, String?) {
    guard take(":") else { return (nil, nil) }
    let first = try expectIdentifier("a name: letters, digits and _, a digit not first")
    guard take("/") || take(".") else { return (nil, first) }
    if isAtBlank { return (first, nil) }
    return (first, try expectIdentifier("a name: letters, digits and _, a digit not first"))
  }

  private mutating func takePoint(
    _ letter: UInt8, maxActive: Int?
  ) throws(TracefsError) -> ProbeEvent.Point {
    switch letter {
    case UInt8(ascii: "e"):
      let system = try expectIdentifier("SYSTEM.EVENT")
      guard take(".") || take("/") else { throw failure("expected '.' and an event") }
      return .event(EventName(system: system, name: try expectIdentifier("the name of an event")))
    case UInt8(ascii: "t"):
      return .tracepoint(try expectIdentifier("the name of a tracepoint"))
    case UInt8(ascii: "f"):
      let start = place
      let name = take { !Self.isBlank($0) && $0 != UInt8(ascii: "%") }
      if take("%return") { return .functionReturn(name, maxActive: maxActive) }
      guard maxActive == nil else {
        throw failure("only probes of returns (%return) have maxactive", at: start)
      }
      return .function(name)
    default:
      var isReturn = letter == UInt8(ascii: "r")
      // Only a path has a slash.
      if word.utf8.contains(UInt8(ascii: "/")) {
        let start = place
        let place = try takeUserPlace(isReturn: &isReturn)
        guard maxActive == nil else {
          throw failure("probes of programs have no maxactive", at: start)
        }
        return isReturn ? .userReturn(place) : .user(place)
      }
      let place = try takeKernelPlace()
      if take("%return") { isReturn = true }
      return isReturn ? .kernelReturn(place, maxActive: maxActive) : .kernel(place)
    }
  }

  private mutating func takeFilter(of probe: inout ProbeEvent) throws(TracefsError) {
    guard case .event(let event, _) = probe.point else {
      throw failure("only event probes (e) have a filter")
    }
    _ = takeWord()
    skipBlanks()
    guard !isAtEnd else { throw failure("expected a condition after 'if'") }
    probe.point = .event(event, filter: takeRest().trimmed)
  }

  private static func place(of part: String, in text: String) -> Int? {
    let bytes = Array(text.utf8)
    let wanted = Array(part.utf8)
    guard !wanted.isEmpty, wanted.count <= bytes.count else { return nil }
    return (0...bytes.count - wanted.count).first { bytes[$0...].starts(with: wanted) }
  }
}
