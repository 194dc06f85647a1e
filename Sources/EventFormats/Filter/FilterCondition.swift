import ByteIO

/// A filter's expression as it is for one event: tests of what the event has; what it has not is
/// folded away.
indirect enum FilterCondition {
  case constant(Bool)
  case test(FilterExpression)
  case not(FilterCondition)
  case all([FilterCondition])
  case any([FilterCondition])

  static func negation(of condition: FilterCondition) -> FilterCondition {
    switch condition {
    case .constant(let value): .constant(!value)
    case .not(let inner): inner
    default: .not(condition)
    }
  }

  static func conjunction(of parts: [FilterCondition]) -> FilterCondition {
    var kept: [FilterCondition] = []
    for part in parts {
      switch part {
      case .constant(false): return .constant(false)
      case .constant(true): continue
      default: kept.append(part)
      }
    }
    return kept.count > 1 ? .all(kept) : kept.first ?? .constant(true)
  }

  static func disjunction(of parts: [FilterCondition]) -> FilterCondition {
    var kept: [FilterCondition] = []
    for part in parts {
      switch part {
      case .constant(true): return .constant(true)
      case .constant(false): continue
      default: kept.append(part)
      }
    }
    return kept.count > 1 ? .any(kept) : kept.first ?? .constant(false)
  }

  // MARK: Text

  /// The condition with brackets around every part.
  var text: String {
    switch self {
    case .constant(let value): value ? "TRUE" : "FALSE"
    case .test(let expression): expression.description
    case .not(let inner): "!" + inner.bracketedText
    case .all(let parts): parts.map(\.bracketedText).joined(separator: " && ")
    case .any(let parts): parts.map(\.bracketedText).joined(separator: " || ")
    }
  }

  private var bracketedText: String {
    switch self {
    case .constant: text
    case .test(let expression): expression.inBrackets
    default: "(\(text))"
    }
  }
}

/// Fits one filter's expression to each of its events, and notes which tests none of them has.
struct FilterResolver {
  private struct Test {
    var isPossible = false
    var problem: FilterProblem?
  }

  let events: EventCatalog
  let assets: FilterAssets
  private var tests: [Range<Int>: Test] = [:]
  private var titles: [String] = []
  private var fields: Set<String> = []

  init(events: EventCatalog, assets: FilterAssets) {
    self.events = events
    self.assets = assets
  }

  /// The condition for one event.
  mutating func condition(
    _ expression: FilterExpression, for format: EventFormat
  ) -> FilterCondition {
    titles.append(format.name)
    for field in format.commonFields + format.fields { fields.insert(field.name) }
    return resolve(expression, format)
  }

  private mutating func resolve(
    _ expression: FilterExpression, _ format: EventFormat
  ) -> FilterCondition {
    switch expression.kind {
    case .not(let operand): return .negation(of: resolve(operand, format))
    case .all(let parts):
      return .conjunction(of: parts.map { resolve($0, format) })
    case .any(let parts):
      return .disjunction(of: parts.map { resolve($0, format) })
    case .name("TRUE") where format.field("TRUE") == nil: return .constant(true)
    case .name("FALSE") where format.field("FALSE") == nil: return .constant(false)
    default: break
    }
    var compiler = FilterCompiler(format: format, events: events, assets: assets)
    var test = tests[expression.place] ?? Test()
    defer { tests[expression.place] = test }
    do throws(FilterProblem) {
      try compiler.condition(expression)
      test.isPossible = true
      return .test(expression)
    } catch {
      test.problem = test.problem ?? error
      return .constant(false)
    }
  }

  /// Throws where a test is possible in none of the events that were asked for.
  func check() throws(FilterProblem) {
    let impossible = tests.filter { !$0.value.isPossible }
    guard
      let first = impossible.min(by: { $0.key.lowerBound < $1.key.lowerBound }),
      var problem = first.value.problem
    else { return }
    if let name = problem.missingField {
      if problem.hint == nil || titles.count > 1 {
        let which =
          titles.count > 3
          ? "any of the \(titles.count) events" : titles.joined(separator: ", ")
        problem.text = "no field '\(name)' in \(which)"
      }
      problem.nearest = Nearest.names(
        to: name, among: fields.union(FilterVocabulary.pseudoFields))
      if problem.nearest.isEmpty, titles.count == 1 {
        let own = fields.filter { !$0.hasPrefix("common_") }.sorted()
        problem.hint = problem.hint ?? "its fields: " + own.joined(separator: ", ")
      }
    }
    throw problem
  }
}

extension FilterCompiler {
  /// Emits a fitted condition.
  mutating func fitted(_ condition: FilterCondition) throws(FilterProblem) {
    switch condition {
    case .constant(let value):
      emit(FilterOp(code: .yes))
      if !value { emit(FilterOp(code: .invert)) }
    case .test(let expression): try self.condition(expression)
    case .not(let inner):
      try fitted(inner)
      emit(FilterOp(code: .invert))
    case .all(let parts): try row(parts, .jumpIfNo, Self.emitFitted)
    case .any(let parts): try row(parts, .jumpIfYes, Self.emitFitted)
    }
  }

  private static func emitFitted(
    _ compiler: inout FilterCompiler, _ part: FilterCondition
  ) throws(FilterProblem) {
    try compiler.fitted(part)
  }
}
