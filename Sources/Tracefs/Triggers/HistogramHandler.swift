import ByteIO

/// What a histogram does with a row that is made or changed
/// (Documentation/trace/histogram.rst, "Hist trigger 'handlers' and 'actions'").
public struct HistogramHandler: Hashable, Sendable {
  public enum Condition: Hashable, Sendable {
    /// The row's key was seen by a trigger of that event, whose variables are referred to.
    case onMatch(EventName)
    /// The variable, `$lat`, is larger than ever in this row.
    case onMax(String)
    case onChange(String)
  }

  public enum Action: Hashable, Sendable {
    /// `trace(event,…)`: make a synthetic event.
    case trace(String, [String])
    /// `event(…)`: the same in its older words, which the kernel keeps apart.
    case event(String, [String])
    /// Keep fields beside the row.
    case save([String])
    case snapshot
  }

  public var condition: Condition
  public var action: Action

  public init(_ condition: Condition, _ action: Action) {
    self.condition = condition
    self.action = action
  }
}

extension HistogramHandler: CustomStringConvertible {
  public var description: String { "\(condition).\(action)" }
}

extension HistogramHandler.Condition: CustomStringConvertible {
  public var description: String {
    switch self {
    case .onMatch(let event): "onmatch(\(event.system).\(event.name))"
    case .onMax(let variable): "onmax($\(variable))"
    case .onChange(let variable): "onchange($\(variable))"
    }
  }
}

extension HistogramHandler.Action: CustomStringConvertible {
  public var description: String {
    switch self {
    case .trace(let event, let fields): "trace(\(([event] + fields).joined(separator: ",")))"
    case .event(let event, let fields): "\(event)(\(fields.joined(separator: ",")))"
    case .save(let fields): "save(\(fields.joined(separator: ",")))"
    case .snapshot: "snapshot()"
    }
  }
}

extension HistogramHandler {
  func check() throws(TracefsError) {
    switch condition {
    case .onMatch(let event):
      try KernelName.check(event.system, "system of an event")
      try KernelName.check(event.name, "name of an event")
    case .onMax(let variable), .onChange(let variable):
      try KernelName.check(variable, "variable of a histogram")
    }
    switch action {
    case .trace(let event, let fields):
      try KernelName.check(event, "synthetic event")
      try Self.check(fields)
    case .event(let event, let fields):
      try KernelName.check(event, "synthetic event")
      guard !["trace", "save", "snapshot"].contains(event) else {
        throw .badValue(what: "synthetic event", text: event, expected: "a name that is no action")
      }
      try Self.check(fields)
    case .save(let fields):
      guard !fields.isEmpty else {
        throw .badValue(what: "save()", text: "", expected: "a list of fields")
      }
      try Self.check(fields)
    case .snapshot:
      if case .onMatch = condition {
        throw .badValue(
          what: "handler", text: "\(self)",
          expected: "known to the kernel: snapshot() is for onmax "
            + "and onchange")
      }
    }
  }

  private static func check(_ fields: [String]) throws(TracefsError) {
    for field in fields {
      guard isParameter(field) else {
        throw .badValue(
          what: "parameter of an action", text: field,
          expected: "FIELD, $VARIABLE or EVENT.$VARIABLE")
      }
    }
  }

  private static func isParameter(_ text: String) -> Bool {
    guard !text.isEmpty else { return false }
    return text.utf8.allSatisfy {
      TextScanner.isNameByte($0) || $0 == UInt8(ascii: ".") || $0 == 0x24
    }
  }
}

// MARK: Reading

extension TextScanner {
  /// Whether a handler is next.
  var isAtHandler: Bool {
    let word = look(while: Self.isNameByte)
    return word.hasPrefix("on") && peek(word.utf8.count) == UInt8(ascii: "(")
  }

  mutating func takeHandler() throws(TracefsError) -> HistogramHandler {
    let start = place
    let condition = try takeCondition()
    try expect(".")
    let word = try expectIdentifier("an action")
    try expect("(")
    var parameters: [String] = []
    repeat {
      skipBlanks()
      let parameter = take { !Self.isBlank($0) && !",()".utf8.contains($0) }
      if parameter.isEmpty, parameters.isEmpty { break }
      parameters.append(parameter)
      skipBlanks()
    } while take(",")
    try expect(")")
    let action: HistogramHandler.Action
    switch word {
    case "trace":
      guard let event = parameters.first else { throw failure("trace() names an event", at: start) }
      action = .trace(event, Array(parameters.dropFirst()))
    case "save": action = .save(parameters)
    case "snapshot":
      guard parameters.isEmpty else { throw failure("snapshot() takes nothing", at: start) }
      action = .snapshot
    default: action = .event(word, parameters)
    }
    let handler = HistogramHandler(condition, action)
    do throws(TracefsError) { try handler.check() } catch {
      throw failure(error.message, at: start)
    }
    return handler
  }

  private mutating func takeCondition() throws(TracefsError) -> HistogramHandler.Condition {
    let start = place
    let word = takeIdentifier()
    try expect("(")
    let condition: HistogramHandler.Condition
    switch word {
    case "onmatch":
      let system = try expectIdentifier("SYSTEM.EVENT")
      try expect(".")
      condition = .onMatch(
        EventName(system: system, name: try expectIdentifier("the name of an event")))
    case "onmax", "onchange":
      guard take("$") else { throw failure("\(word)() takes a variable: $NAME") }
      let name = try expectIdentifier("the name of a variable")
      condition = word == "onmax" ? .onMax(name) : .onChange(name)
    default:
      throw failure(
        "no such handler: \(word)", at: start,
        nearest: Nearest.names(to: word, among: ["onmatch", "onmax", "onchange"]))
    }
    try expect(")")
    return condition
  }
}
