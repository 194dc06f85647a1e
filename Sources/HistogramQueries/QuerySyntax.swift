/// A query as it was written: names are not looked up yet.
struct QuerySyntax: Equatable {
  /// `pid`, `start.pid`, `sched.sched_waking.pid`.
  struct Name: Equatable {
    var parts: [String]
    /// Of the first part, in bytes of the query.
    var place: Int

    var text: String { parts.joined(separator: ".") }
  }

  /// A name that stands behind AS.
  struct Label: Equatable {
    var text: String
    var place: Int
  }

  struct Event: Equatable {
    var name: Name
    var label: Label?
  }

  enum Operand: Equatable {
    case name(Name)
    case number(UInt64, place: Int)

    var place: Int {
      switch self {
      case .name(let name): name.place
      case .number(_, let place): place
      }
    }
  }

  /// Part of a sum; brackets are resolved.
  struct Term: Equatable {
    var isSubtracted: Bool
    var operand: Operand
  }

  struct Selection: Equatable {
    var terms: [Term]
    /// The word in `CAST(x AS word)`.
    var cast: Label?
    var label: Label?
    var place: Int
  }

  /// `left = right` of ON.
  struct Match: Equatable {
    var left: Name
    var right: Name
  }

  enum Literal: Equatable {
    case number(UInt64, isNegative: Bool)
    case text(String)
  }

  struct Comparison: Equatable {
    var field: Name
    /// As the kernel writes it.
    var sign: String
    var signPlace: Int
    var value: Literal
    var valuePlace: Int
  }

  indirect enum Condition: Equatable {
    case comparison(Comparison)
    case all([Condition])
    case any([Condition])
    case not(Condition)
  }

  var selections: [Selection]
  var from: Event
  var join: Event?
  var matches: [Match]
  var condition: Condition?
}
