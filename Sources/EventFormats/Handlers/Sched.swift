// sched_switch and the wakeups: `comm:pid [prio] state ==> comm:pid [prio]`.
extension Handlers {
  static func schedReplacement(
    _ format: EventFormat, longSize: Int, _ generation: TextGeneration
  ) -> String? {
    func has(_ name: String) -> Bool { format.field(name) != nil }
    switch format.name {
    case "sched_switch":
      guard has("prev_pid"), has("prev_state"), has("next_pid") else { return nil }
      let state =
        generation.hasStatesOfTheKernel
        ? kernelsTaskState(format, longSize: longSize) : fixedTaskState
      return task("prev_", has) + "\" %s ==> \"" + task("next_", has) + ", "
        + [arguments("prev_", has), state, arguments("next_", has)].joined(separator: ", ")
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
  private static let fixedTaskState = """
    (REC->prev_state & 255) ? __print_flags(REC->prev_state & 255, "|", \
    {1, "S"}, {2, "D"}, {4, "T"}, {8, "t"}, {16, "Z"}, {32, "X"}, {64, "x"}, {128, "W"}) : "R"
    """

  /// The letters that the event's own format has.
  private static func kernelsTaskState(_ format: EventFormat, longSize: Int) -> String {
    let letters = TaskStates.letters(of: "prev_state", in: format, longSize: longSize)
    guard !letters.isEmpty else { return #""R""# }
    let table = letters.enumerated().map { bit, letter in
      "{\(UInt64(1) << UInt64(bit)), \(quoted(letter))}"
    }
    let bits = "REC->prev_state & \((UInt64(1) << UInt64(letters.count)) - 1)"
    return #"(\#(bits)) ? __print_flags(\#(bits), "|", \#(table.joined(separator: ", "))) : "R""#
  }

  /// A letter as a C string.
  private static func quoted(_ letter: UInt8) -> String {
    let octal = String(letter, radix: 8)
    return "\"\\\(String(repeating: "0", count: 3 - octal.count))\(octal)\""
  }

  private static func task(_ side: String, _ has: (String) -> Bool) -> String {
    (has(side + "comm") ? "\"%s:\"" : "") + "\"%d\"" + (has(side + "prio") ? "\" [%d]\"" : "")
  }

  private static func arguments(_ side: String, _ has: (String) -> Bool) -> String {
    ["comm", "pid", "prio"].map { side + $0 }.filter(has).map { "REC->" + $0 }
      .joined(separator: ", ")
  }
}
