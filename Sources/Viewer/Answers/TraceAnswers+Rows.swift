import Timeline

/// `api/rows`.
extension TraceAnswers {
  func addRow(_ request: PageRequest) throws(PageError) -> PageAnswer {
    var text = JSONText()
    do throws(AddedRowError) {
      switch request["kind"] {
      case "counter":
        let added = try trace.addCounter(
          event: request["event"] ?? "", field: request["field"] ?? "")
        text.object { text in
          text.member("row", added.row)
          text.member("kind", "counter")
          text.member("min", Double(added.minimum))
          text.member("max", Double(added.maximum))
        }
      case "pairs":
        let added = try trace.addPairs(
          begin: Self.field(request["begin"] ?? ""), end: Self.field(request["end"] ?? ""))
        text.object { text in
          text.member("row", added.row)
          text.member("kind", "pairs")
          text.member("min", 0)
          text.member("max", added.longest)
        }
      default:
        text.object { $0.member("error", "kind= is counter or pairs") }
      }
    } catch {
      throw .badRequest(error.message)
    }
    return PageAnswer(text.bytes)
  }

  /// `sched:sched_waking.pid`
  private static func field(_ text: String) -> (event: String, field: String) {
    let parts = text.split(separator: ".", maxSplits: 1).map { String($0) }
    return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
  }
}
