import ByteIO
import TraceDat

/// Two events that begin and end something whose duration is measured, and what ties them together.
package struct ProfileRule: Sendable, Equatable {
  package struct Event: Sendable, Equatable {
    /// Any system where it is not said.
    var system: String?
    var name: String
    /// The field whose value must be the same in both events.
    var match: String
  }

  /// Where a start waits for its end.
  enum Scope: Sendable, Equatable {
    /// Both happen in one task.
    case task
    /// Both happen on one CPU.
    case cpu
    /// The value of the fields is enough.
    case anywhere
  }

  var start: Event
  var end: Event
  /// Another event that ends it, if it comes before.
  var otherEnd: Event?
  var scope = Scope.task
  /// Counted for the CPU (or for the machine), not for a task.
  var isGlobal = false
  /// The field of the start that says for which task it is counted; its own task otherwise.
  var taskField: String?
  /// A second field that must be the same, where there is one.
  var nesting: String?
  /// The stack of the start is to be traced; a report takes it as it comes.
  var wantsStack = false
  /// The field of the start that tells the kinds of this apart; `match` otherwise.
  var label: String?

  init(_ start: Event, _ end: Event) {
    self.start = start
    self.end = end
  }

  /// Reads a rule as `-H` takes it and recordings keep it:
  /// `[SYSTEM:]EVENT,FIELD[,PIDFIELD]/[SYSTEM:]EVENT,FIELD[,FLAGS]`, with the flags `p` (both on one
  /// CPU), `g` (of no task) and `s` (with a stack trace, which only a recorder heeds).
  package init(parsing text: String) throws(ProfileRuleError) {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2 else { throw ProfileRuleError(text: text) }
    let left = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    let right = sides[1].split(separator: ",", omittingEmptySubsequences: false)
    guard (2...3).contains(left.count), (2...3).contains(right.count),
      let start = Self.event(left), let end = Self.event(right)
    else { throw ProfileRuleError(text: text) }
    self.init(start, end)
    if left.count == 3 {
      guard !left[2].isEmpty else { throw ProfileRuleError(text: text) }
      taskField = String(left[2])
      scope = .anywhere
    }
    for flag in right.count == 3 ? right[2].lowercased() : "" {
      switch flag {
      case "p": scope = .cpu
      case "g":
        isGlobal = true
        if scope == .task { scope = .anywhere }
      case "s": wantsStack = true
      default: throw ProfileRuleError(text: text)
      }
    }
  }

  private static func event(_ words: [Substring]) -> Event? {
    let name = words[0].split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(name.count), !name.contains(""), !words[1].isEmpty else { return nil }
    return Event(
      system: name.count == 2 ? String(name[0]) : nil, name: String(name[name.count - 1]),
      match: String(words[1]))
  }

  /// What is measured of every recording that has the events.
  ///
  /// - Parameter interruptsAreGlobal: counts interrupts for CPUs, not for the interrupted tasks.
  static func standard(interruptsAreGlobal: Bool) -> [ProfileRule] {
    func event(_ system: String, _ name: String, _ match: String) -> Event {
      Event(system: system, name: name, match: match)
    }
    var away = ProfileRule(
      event("sched", "sched_switch", "prev_pid"), event("sched", "sched_switch", "next_pid"))
    away.taskField = "prev_pid"
    away.scope = .anywhere
    away.label = "prev_state"
    // A sleep ends with the wakeup; what follows is the wait for a CPU.
    away.otherEnd = event("sched", "sched_wakeup", "pid")
    var waking = ProfileRule(
      event("sched", "sched_wakeup", "pid"), event("sched", "sched_switch", "next_pid"))
    waking.taskField = "pid"
    waking.scope = .anywhere
    var call = ProfileRule(
      event("ftrace", "funcgraph_entry", "func"), event("ftrace", "funcgraph_exit", "func"))
    call.nesting = "depth"
    let systemCall = ProfileRule(
      event("raw_syscalls", "sys_enter", "id"), event("raw_syscalls", "sys_exit", "id"))
    var interrupts = [
      ProfileRule(event("irq", "softirq_raise", "vec"), event("irq", "softirq_entry", "vec")),
      ProfileRule(event("irq", "softirq_entry", "vec"), event("irq", "softirq_exit", "vec")),
      ProfileRule(
        event("irq", "irq_handler_entry", "irq"), event("irq", "irq_handler_exit", "irq")),
    ]
    for index in interrupts.indices {
      interrupts[index].scope = .cpu
      interrupts[index].isGlobal = interruptsAreGlobal
    }
    return [away, waking, call] + interrupts + [systemCall]
  }

  /// The rules that a recorder was given, kept in its file.
  static func kept(in file: TraceFile) -> [ProfileRule] {
    file.options.filter { $0.id == .hook }.compactMap { try? ProfileRule(parsing: $0.text) }
  }

  /// Whether two rules measure the same: the later one, made by hand, then stands for both.
  func begins(like other: ProfileRule) -> Bool {
    start.name == other.start.name
      && (start.system == nil || other.start.system == nil || start.system == other.start.system)
  }
}

/// A rule for `-H` that makes no sense.
package struct ProfileRuleError: ExplainedError, Equatable {
  package var text: String

  package var message: String { "'\(text)' does not say which two events begin and end something" }
  package var hint: String? {
    "write -H [SYSTEM:]EVENT,FIELD[,PIDFIELD]/[SYSTEM:]EVENT,FIELD[,pgs], such as "
      + "block:block_rq_issue,sector/block:block_rq_complete,sector,g"
  }
}

extension ProfileRule {
  /// An event that must be traced for a rule.
  package struct TracedEvent: Sendable, Equatable {
    /// `SYSTEM:EVENT`, or the event alone.
    package var pattern: String
    /// Whether its stack is wanted.
    package var hasStack: Bool
  }

  /// The events that it begins and ends with.
  package var events: [TracedEvent] {
    func pattern(_ event: Event) -> String { (event.system.map { $0 + ":" } ?? "") + event.name }
    return [
      TracedEvent(pattern: pattern(start), hasStack: wantsStack),
      TracedEvent(pattern: pattern(end), hasStack: false),
    ]
  }
}
