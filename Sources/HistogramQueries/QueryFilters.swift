import Tracefs

/// Turns WHERE into the filters of the events that it speaks of.
///
/// An event's filter sees that event alone, so what is said of two events can be joined by AND only.
struct QueryFilters {
  private let scope: QueryScope

  init(_ scope: QueryScope) { self.scope = scope }

  /// One filter an event of the query, nil where there is none.
  func filters(of condition: QuerySyntax.Condition?) throws(TracefsError) -> [String?] {
    var parts = [[QuerySyntax.Condition]](repeating: [], count: scope.events.count)
    if let condition {
      for part in Self.conjuncts(of: condition) { parts[try event(of: part)].append(part) }
    }
    var filters: [String?] = []
    for parts in parts {
      filters.append(
        parts.isEmpty ? nil : try text(of: parts.count == 1 ? parts[0] : .all(parts)))
    }
    return filters
  }

  private static func conjuncts(of condition: QuerySyntax.Condition) -> [QuerySyntax.Condition] {
    if case .all(let parts) = condition { return parts.flatMap(conjuncts) }
    return [condition]
  }

  /// The one event that a condition is about.
  private func event(of condition: QuerySyntax.Condition) throws(TracefsError) -> Int {
    var first: Int?
    for comparison in Self.comparisons(in: condition) {
      let (event, _) = try scope.resolve(comparison.field)
      if let first, first != event {
        throw scope.query.failure(
          "\(scope.events[event].shown) and \(scope.events[first].shown) stand in one condition: "
            + "those of two events can be joined by AND only", at: comparison.field.place)
      }
      first = event
    }
    return first ?? 0
  }

  private static func comparisons(
    in condition: QuerySyntax.Condition
  ) -> [QuerySyntax.Comparison] {
    switch condition {
    case .comparison(let comparison): [comparison]
    case .all(let parts), .any(let parts): parts.flatMap(comparisons)
    case .not(let part): comparisons(in: part)
    }
  }

  // MARK: Text

  private func text(of condition: QuerySyntax.Condition) throws(TracefsError) -> String {
    switch condition {
    case .comparison(let comparison): return try text(of: comparison)
    case .all(let parts): return try joined(parts, " && ")
    case .any(let parts): return try joined(parts, " || ")
    case .not(let part): return "!(\(try text(of: part)))"
    }
  }

  private func joined(
    _ parts: [QuerySyntax.Condition], _ sign: String
  ) throws(TracefsError) -> String {
    var words: [String] = []
    for part in parts {
      switch part {
      case .comparison, .not: words.append(try text(of: part))
      case .all, .any: words.append("(\(try text(of: part)))")
      }
    }
    return words.joined(separator: sign)
  }

  private func text(of comparison: QuerySyntax.Comparison) throws(TracefsError) -> String {
    let name = comparison.field
    guard case .field(let field) = try scope.resolve(name).field else {
      throw scope.query.failure("the kernel's filters know no times", at: name.place)
    }
    var isText = false
    switch field.kind {
    case .number: break
    case .text, .taskName: isText = true
    case .stack, .other:
      throw scope.query.failure("\(name.text) is neither a number nor a text", at: name.place)
    }
    if isText ? !["==", "!=", "~"].contains(comparison.sign) : comparison.sign == "~" {
      throw scope.query.failure(
        "\(name.text) is a \(isText ? "text, for which there are == != ~" : "number")",
        at: comparison.signPlace)
    }
    let value: String
    switch comparison.value {
    case .number(let number, let isNegative) where !isText:
      value = (isNegative ? "-" : "") + "\(number)"
    case .text(let text) where isText:
      // No text of the query has both kinds of quotes.
      value = text.utf8.contains(UInt8(ascii: "\"")) ? "'\(text)'" : "\"\(text)\""
    default:
      throw scope.query.failure(
        "\(name.text) is a \(isText ? "text: compare it with a 'text'" : "number")",
        at: comparison.valuePlace)
    }
    // Filters know the CPU by this name longest.
    let isCPU = field == EventFields.cpu
    return "\(isCPU ? "CPU" : field.name) \(comparison.sign) \(value)"
  }
}
