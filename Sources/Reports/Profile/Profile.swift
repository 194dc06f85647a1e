package import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// How long tasks were off the CPU, waited for it, and were in calls and interrupts; all other
/// events are counted.
///
/// A duration is counted only where its start and its end are in the recording. Where events were
/// lost, what had begun on that CPU (or could have ended there) is not counted: its end may be among
/// those lost.
package struct Profile {
  package struct Options: Sendable {
    /// Interrupts are counted for CPUs, not for the tasks that they interrupted.
    package var interruptsAreGlobal = false
    /// Tasks of one name are counted together.
    package var groupsByName = false
    /// More pairs of events; one that begins with the event of a standard pair replaces it.
    package var rules: [ProfileRule] = []

    package init() {}
  }

  /// For whom something is counted.
  enum Owner: Hashable {
    /// The idle task of each CPU is one of its own.
    case task(pid: Int32, cpu: Int, machine: Int)
    case group(name: [UInt8])
    case cpu(Int)
    case machine
  }

  /// What is counted.
  enum Subject: Hashable {
    /// By its place in `rules`, and the label's value.
    case rule(Int, label: UInt64)
    /// By source and event, and the first field's value.
    case event(source: Int, index: Int, label: UInt64)
    /// A call that the function tracer saw.
    case function(FunctionIDs.ID)
  }

  struct Entry {
    var owner: Owner
    var subject: Subject
    /// A source that it occurred in, for names.
    var source: Int
    /// Its tree of callers; the root has the durations.
    var root: Int32
  }

  let entries: [Entry]
  let trees: CallTrees
  /// The places in functions that the chains of calls are made of.
  let sites: [String]
  /// The functions of `Subject.function`.
  let functions: [String]
  let rules: [ProfileRule]
  let input: ReportInput
  /// What could not be read or measured.
  package let problems: [any ExplainedError]

  package init(_ input: ReportInput, options: ReportOptions, _ profile: Options) {
    let rules = Self.rules(profile, of: input.files)
    var counter = ProfileCounter(input, rules, groupsByName: profile.groupsByName)
    let found = input.forEachEvent(options) { stream, record, lost in
      counter.take(record, stream, lost)
    }
    self.init(
      input, rules, counter,
      problems: input.problems + found + Self.unknownEvents(of: profile.rules, input))
  }

  /// The events of rules that no recording has a format of.
  private static func unknownEvents(
    of rules: [ProfileRule], _ input: ReportInput
  ) -> [UnknownEvent] {
    let catalogs = input.sources.map(\.events)
    return rules.flatMap { [$0.start, $0.end] }.filter { event in
      !catalogs.contains { $0.index(system: event.system, name: event.name) != nil }
    }.map { event in
      UnknownEvent(
        (event.system.map { "\($0):" } ?? "") + event.name,
        among: catalogs.flatMap { catalog in
          (0..<catalog.count).map { index in
            String(decoding: catalog.system(at: index), as: UTF8.self) + ":"
              + String(decoding: catalog.name(at: index), as: UTF8.self)
          }
        })
    }
  }

  /// What a counter has found.
  init(
    _ input: ReportInput, _ rules: [ProfileRule], _ counter: borrowing ProfileCounter,
    problems: [any ExplainedError]
  ) {
    self.input = input
    self.rules = rules
    entries = counter.entries
    trees = counter.forest.trees
    sites = counter.sites.texts
    functions = counter.functions.texts
    self.problems = problems + counter.problems + input.lateProblems
  }

  /// The rules that are asked for, those that files keep, and the standard ones that none of them
  /// replaces.
  static func rules(_ profile: Options, of files: [TraceFile]) -> [ProfileRule] {
    var own = profile.rules
    for file in files {
      for rule in ProfileRule.kept(in: file) where !own.contains(rule) { own.append(rule) }
    }
    return own
      + ProfileRule.standard(interruptsAreGlobal: profile.interruptsAreGlobal)
      .filter { rule in !own.contains { $0.begins(like: rule) } }
  }

  func durations(of entry: Entry) -> Durations { trees.nodes[Int(entry.root)].durations }
}
