import EventFormats
import Recording
import Reports
import Tracefs

/// What the command line of `profile` comes to.
struct ProfileArguments {
  var plan: RecordingPlan
  var options = Profile.Options()
  /// The table goes here in place of standard output.
  var output: String?
  var usesStandardError = false
  var json = false

  /// - Parameter directory: what this kernel has; nil where that is not known, and then all is
  ///   taken to be there.
  /// - Returns: nil where the help is asked for.
  static func parse(
    _ arguments: [String], _ directory: TracingDirectory? = try? TracingDirectory.find()
  ) throws -> ProfileArguments? {
    let scanner = try OwnOptionScanner(arguments, own: options)
    let isBare = scanner.found.contains { $0.option.letter == "S" }
    // Without a tracer or an event of the user's own there is still the standard set, or -H.
    let preset = ["-p", isBare ? "nop" : Self.tracer(of: directory)]
    guard
      case .plan(let plan) = try RecordArguments.parse(
        preset + scanner.rest, for: .profile)
    else { return nil }
    var result = ProfileArguments(plan: plan)
    var rules: [ProfileRule] = []
    for (option, value) in scanner.found {
      if option.letter == "H" {
        rules.append(try ProfileRule(parsing: value))
      } else {
        try result.apply(option, value)
      }
    }
    result.options.rules = rules
    result.addRules()
    if !isBare { result.addStandard(directory) }
    guard result.plan.buffers.contains(where: \.producesEvents) else {
      throw RecordArgumentError.nothingToRecord
    }
    return result
  }

  private mutating func apply(_ option: OwnOption, _ value: String) throws {
    switch (option.letter, option.long) {
    case ("G", _): options.interruptsAreGlobal = true
    case ("o", _):
      guard !value.isEmpty else {
        throw RecordArgumentError.badValue(option: "-o", value: "\"\"", expected: "a path")
      }
      output = value
    case (_, "by-comm"): options.groupsByName = true
    case (_, "stderr"): usesStandardError = true
    case (_, "json"): json = true
    default: break
    }
  }

  // MARK: What is traced

  private static let graph = "function_graph"

  private static func tracer(of directory: TracingDirectory?) -> String {
    guard let directory, let all = try? directory.top.availableTracers() else { return graph }
    return all.contains(graph) ? graph : "nop"
  }

  /// The events of trace-cmd's profile, and whether their stacks are wanted.
  private static let standard: [(event: String, hasStack: Bool)] = [
    ("sched:sched_switch", true), ("sched:sched_wakeup", true),
    ("exceptions:page_fault_user", false), ("irq:irq_handler_entry", false),
    ("irq:irq_handler_exit", false), ("irq:softirq_entry", false), ("irq:softirq_exit", false),
    ("irq:softirq_raise", false), ("sched:sched_process_exec", false), ("raw_syscalls", false),
  ]

  /// The standard set, as far as this kernel has it; function_graph goes one call deep.
  private mutating func addStandard(_ directory: TracingDirectory?) {
    let known = try? directory?.availableEvents()
    var requests: [EventRequest] = []
    for (pattern, hasStack) in Self.standard {
      let isThere =
        known.map { $0.contains { $0.description == pattern || $0.system == pattern } } ?? true
      guard isThere else { continue }
      var request = EventRequest(pattern)
      if hasStack { request.triggers = ["stacktrace"] }
      requests.append(request)
    }
    plan.buffers[0].events = requests + plan.buffers[0].events
    if plan.buffers[0].tracer == Self.graph, plan.buffers[0].maximumGraphDepth == nil {
      plan.buffers[0].maximumGraphDepth = 1
    }
  }

  /// The events that `-H` ties together.
  private mutating func addRules() {
    for rule in options.rules {
      for event in rule.events {
        var request = EventRequest(event.pattern)
        if event.hasStack { request.triggers = ["stacktrace"] }
        plan.buffers[0].events.append(request)
      }
    }
  }

  static let options: [OwnOption] = [
    OwnOption(
      "S", nil, nil, "Trace only the events and the tracer that are named here."),
    OwnOption("G", nil, nil, "Count interrupts for CPUs, not for the interrupted tasks."),
    OwnOption(
      "H", nil, "EVENT,FIELD/EVENT,FIELD",
      "Measure from one event to another of the same value, as in\n"
        + "block:block_rq_issue,sector/block:block_rq_complete,sector,g. Repeat for more.\n"
        + "A third word at the start names the field with the task's pid; at the end,\n"
        + "the letters p (both on one CPU), g (of no task), s (save the stack)."),
    OwnOption(nil, "by-comm", nil, "Count tasks of one name together."),
    OwnOption("o", nil, "FILE", "Write the table to FILE."),
    OwnOption(nil, "stderr", nil, "Write the table to standard error."),
    OwnOption(nil, "json", nil, "A JSON object a line, as report --profile --json prints."),
  ]
}
