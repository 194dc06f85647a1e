import ByteIO
import Timeline

/// `api/rows`.
extension TraceAnswers {
  func addRow(_ request: PageRequest) throws(PageError) -> PageAnswer {
    var object = JSONObject()
    do throws(AddedRowError) {
      switch request["kind"] {
      case "counter":
        let added = try trace.addCounter(
          event: request["event"] ?? "", field: request["field"] ?? "")
        object.add("row", added.row)
        object.add("kind", "counter")
        object.add("min", Double(added.minimum))
        object.add("max", Double(added.maximum))
      case "pairs":
        let added = try trace.addPairs(
          begin: Self.field(request["begin"] ?? ""), end: Self.field(request["end"] ?? ""))
        object.add("row", added.row)
        object.add("kind", "pairs")
        object.add("min", 0)
        object.add("max", added.longest)
      default: object.add("error", "kind= is counter or pairs")
      }
    } catch {
      throw .badRequest(error.message)
    }
    return PageAnswer(object.bytes())
  }

  /// `sched:sched_waking.pid`
  private static func field(_ text: String) -> (event: String, field: String) {
    let parts = text.split(separator: ".", maxSplits: 1).map { String($0) }
    return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
  }
}
