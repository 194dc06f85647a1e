/// Several filters on their way to one: what each says of each event.
struct FilterSet {
  let events: EventCatalog
  let assets: FilterAssets

  private var plain: [Int: [FilterCondition]] = [:]
  private var inverted: [Int: [FilterCondition]] = [:]
  private var texts: [FilterText] = []
  private var lines: [String] = []

  init(events: EventCatalog, assets: FilterAssets) {
    self.events = events
    self.assets = assets
  }

  /// Whether there is a filter that is not inverted.
  var hasPlain: Bool { texts.contains { !$0.isInverted } }

  /// A line for each filter and condition, as `report -T` has them.
  var compiledText: String { lines.joined() }

  mutating func add(_ text: FilterText) throws(FilterError) {
    let bytes = Array(text.text.utf8)
    do throws(FilterProblem) {
      let selection = try EventSelection(bytes, in: events)
      var conditions: [(event: Int, condition: FilterCondition)] = []
      if let start = selection.expression {
        let expression = try FilterParser.parse(bytes, from: start)
        conditions = try fit(expression, to: selection.events)
      } else {
        conditions = selection.events.map { ($0, .constant(true)) }
      }
      for (event, condition) in conditions {
        if text.isInverted {
          inverted[event, default: []].append(condition)
        } else {
          plain[event, default: []].append(condition)
        }
      }
      texts.append(text)
      addLines(conditions, isInverted: text.isInverted)
    } catch {
      throw FilterError(error, in: text.text)
    }
  }

  private func fit(
    _ expression: FilterExpression, to selected: [Int]
  ) throws(FilterProblem) -> [(event: Int, condition: FilterCondition)] {
    let formats = selected.map { format(at: $0) }
    assets.fieldNames = formats.reduce(into: []) { names, format in
      for field in format.commonFields { names.insert(field.name) }
      for field in format.fields { names.insert(field.name) }
    }
    var resolver = FilterResolver(events: events, assets: assets)
    var conditions: [(event: Int, condition: FilterCondition)] = []
    for (index, format) in zip(selected, formats) {
      conditions.append((index, resolver.condition(expression, for: format)))
    }
    try resolver.check()
    return conditions
  }

  /// An event whose format is damaged has no fields.
  private func format(at index: Int) -> EventFormat {
    if let format = try? events.format(at: index) { return format }
    let name = String(decoding: events.name(at: index), as: UTF8.self)
    return EventFormat(
      system: "", name: name, id: events.id(at: index), commonFields: [], fields: [],
      printFormat: "", printFormatLine: 0)
  }

  /// What all filters together say of an event, and whether an inverted one bars it outright.
  func condition(at index: Int) -> (condition: FilterCondition, isBarred: Bool) {
    let barred = FilterCondition.disjunction(of: inverted[index] ?? [])
    let wanted =
      hasPlain
      ? FilterCondition.disjunction(of: plain[index] ?? []) : FilterCondition.constant(true)
    let both = FilterCondition.conjunction(of: [wanted, .negation(of: barred)])
    if case .constant(true) = barred { return (both, true) }
    return (both, false)
  }

  /// The steps of an event's condition, which was fitted before.
  func compile(
    _ condition: FilterCondition, at index: Int, startingAt start: Int
  ) throws(FilterError) -> FilterCompiler {
    var compiler = FilterCompiler(
      format: format(at: index), events: events, assets: assets, firstStep: start)
    do throws(FilterProblem) {
      try compiler.fitted(condition)
      guard start + compiler.ops.count < FilterCompiler.mostOps else {
        throw FilterProblem("these are too many conditions for so many events", at: 0..<0)
      }
    } catch {
      throw FilterError(error, in: texts.last?.text ?? "")
    }
    return compiler
  }

  // MARK: Text

  private static let namesShown = 6

  /// Events with one condition share a line.
  private mutating func addLines(
    _ conditions: [(event: Int, condition: FilterCondition)], isInverted: Bool
  ) {
    var order: [String] = []
    var names: [String: [String]] = [:]
    for (event, condition) in conditions {
      let text = condition.text
      if names[text] == nil { order.append(text) }
      names[text, default: []].append(String(decoding: events.name(at: event), as: UTF8.self))
    }
    for text in order {
      let all = names[text] ?? []
      var shown = all.prefix(Self.namesShown).joined(separator: ",")
      if all.count > Self.namesShown { shown += ",… (\(all.count) events)" }
      lines.append(isInverted ? " not '\(shown): \(text)'\n" : " '\(shown): \(text)'\n")
    }
  }
}
