// sched_switch and the wakeups: `comm:pid [prio] state ==> comm:pid [prio]`.
extension Handlers {
  static func schedReplacement(_ format: EventFormat) -> String? {
    func has(_ name: String) -> Bool { format.field(name) != nil }
    switch format.name {
    case "sched_switch":
      guard has("prev_pid"), has("prev_state"), has("next_pid") else { return nil }
      return task("prev_", has) + "\" %s ==> \"" + task("next_", has) + ", "
        + [arguments("prev_", has), taskState, arguments("next_", has)].joined(separator: ", ")
    case "sched_wakeup", "sched_wakeup_new":
      guard has("pid") else { return nil }
      var text = task("", has)
      var values = arguments("", has)
      if has("success") {
        text += "\" success=%d\""
        values += ", REC->success"
      }
      if has("target_cpu") {
        text += "\" CPU:%03u\""
        values += ", REC->target_cpu"
      }
      return text + ", " + values
    default: return nil
    }
  }

  /// The letters that trace-cmd 3.1.6 gives the lowest eight bits, whatever the kernel.
  private static let taskState = """
    (REC->prev_state & 255) ? __print_flags(REC->prev_state & 255, "|", \
    {1, "S"}, {2, "D"}, {4, "T"}, {8, "t"}, {16, "Z"}, {32, "X"}, {64, "x"}, {128, "W"}) : "R"
    """

  private static func task(_ side: String, _ has: (String) -> Bool) -> String {
    (has(side + "comm") ? "\"%s:\"" : "") + "\"%d\"" + (has(side + "prio") ? "\" [%d]\"" : "")
  }

  private static func arguments(_ side: String, _ has: (String) -> Bool) -> String {
    ["comm", "pid", "prio"].map { side + $0 }.filter(has).map { "REC->" + $0 }
      .joined(separator: ", ")
  }
}
