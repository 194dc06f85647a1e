import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Measures and counts for a `Profile`, one event after the other.
struct ProfileCounter: ~Copyable {
  private(set) var entries: [Profile.Entry] = []
  private(set) var forest = CallForest()
  private(set) var sites: FunctionIDs
  private(set) var functions: FunctionIDs

  private let input: ReportInput
  private let rules: [RuleLane]
  private let groupsByName: Bool
  private let lanes: [SourceLane]
  private let sourceOf: [Int]
  private let cpuOf: [Int]
  /// Recordings of one machine share their tasks.
  private let machineOf: [Int]
  private let actions: [ProfileActions]
  private var open: OpenSpans
  /// Of each stream, what the latest event began, for the stack trace that may follow it.
  private var latest: [(spans: [Int32], pid: Int32)]
  private var dropped = 0

  private var owners: [Profile.Owner] = []
  private var ownerOf: [Profile.Owner: Int32] = [:]
  /// Of each source, the owner by pid; the idle tasks behind all pids.
  private var ownerOfTask: OwnedList<IntMap>
  private var subjects: [Profile.Subject] = []
  /// The number of a subject by its label: a map for each rule, one for all functions, then one for
  /// each event of each source, those of a source together.
  private var subjectOf: OwnedList<IntMap>
  private let firstEvent: [Int]
  /// What tells the kinds of an event apart that is only counted; found when it first occurs.
  private var firstFields: [ProfileActions.Place?]
  private var entryOf = IntMap()

  init(_ input: ReportInput, _ rules: [ProfileRule], groupsByName: Bool) {
    self.input = input
    self.rules = rules.map { RuleLane($0) }
    self.groupsByName = groupsByName
    sites = FunctionIDs(input.sources, .address)
    functions = FunctionIDs(input.sources, .function)
    lanes = input.sources.map { SourceLane($0) }
    sourceOf = input.streams.map(\.buffer)
    cpuOf = input.streams.map(\.cpu)
    machineOf = input.sources.map { source in
      input.files.firstIndex { $0 === source.file } ?? 0
    }
    actions = input.sources.map { ProfileActions(rules, of: $0) }
    open = OpenSpans(ruleCount: rules.count, sourceCount: input.sources.count)
    latest = input.streams.map { _ in ([], 0) }
    ownerOfTask = OwnedList(count: input.sources.count) { _ in IntMap() }
    var firstEvent: [Int] = []
    var eventCount = 0
    for source in input.sources {
      firstEvent.append(eventCount)
      eventCount += source.events.count
    }
    self.firstEvent = firstEvent
    firstFields = [ProfileActions.Place?](repeating: nil, count: eventCount)
    subjectOf = OwnedList(count: rules.count + 1 + eventCount) { _ in IntMap(minimumCapacity: 1) }
  }

  var problems: [any ExplainedError] {
    var seen: [ProfileFieldError] = []
    for problem in actions.flatMap(\.problems) where !seen.contains(problem) {
      seen.append(problem)
    }
    var found = seen as [any ExplainedError]
    if dropped > 0 {
      found.append(
        UncountedLoss(
          message: "events were lost while recording: \(dropped) durations that had begun are "
            + "not counted"))
    }
    return found
  }

  mutating func take(_ record: Record, _ stream: Int, _ lost: LostEvents) {
    let number = sourceOf[stream]
    let cpu = cpuOf[stream]
    if lost != .none { forget(number, cpu) }
    let lane = lanes[number]
    let id = lane.id(of: record)
    if id == lane.stack.userID { return }
    let pid = lane.pid(of: record)
    if id == lane.stack.kernelID {
      if latest[stream].pid == pid { keepStack(record, stream, number) }
      return
    }
    if !latest[stream].spans.isEmpty { latest[stream].spans.removeAll(keepingCapacity: true) }
    guard let action = actions[number][id] else {
      count(record, id, pid, cpu, number)
      return
    }
    for end in action.ends {
      let value = lane.read(end.match, record)
      let place = open.place(
        rule: end.rule, source: number, scope: scope(end.rule, pid, cpu, value), value: value,
        nesting: end.nesting.map { lane.read($0, record) } ?? 0)
      let span = open.spans[Int(place)]
      guard span.isOpen else { continue }
      open.end(place)
      let entry = entry(span.owner, span.label, number)
      let duration = record.time > span.time ? record.time - span.time : 0
      forest.addCall(
        open.chain(of: place), under: entries[entry].root, Durations(duration, at: record.time),
        chainTime: span.time)
    }
    for start in action.starts { begin(start, record, stream, pid, cpu, number) }
  }

  private mutating func begin(
    _ start: ProfileActions.Start, _ record: Record, _ stream: Int, _ pid: Int32, _ cpu: Int,
    _ number: Int
  ) {
    let lane = lanes[number]
    let rule = rules[start.rule]
    let value = lane.read(start.match, record)
    let place = open.place(
      rule: start.rule, source: number, scope: scope(start.rule, pid, cpu, value), value: value,
      nesting: start.nesting.map { lane.read($0, record) } ?? 0)
    if rule.keepsFirstStart, open.spans[Int(place)].isOpen { return }
    let owner: Int32
    var label = UInt64(bitPattern: Int64(lane.read(start.label, record)))
    if rule.isGlobal {
      owner = self.owner(rule.scope == .cpu ? .cpu(cpu) : .machine)
    } else {
      let task = start.task.map { Int32(truncatingIfNeeded: lane.read($0, record)) } ?? pid
      owner = self.owner(ofTask: task, cpu, number)
      if groupsByName, start.task == start.label { label = 0 }
    }
    open.begin(
      place, time: record.time, owner: owner,
      label: subject(.rule(start.rule, label: label), map: start.rule, label), cpu: cpu)
    latest[stream].spans.append(place)
    latest[stream].pid = pid
  }

  private func scope(_ rule: Int, _ pid: Int32, _ cpu: Int, _ value: Int) -> Int64 {
    let idle = -1 - Int64(cpu)
    switch rules[rule].scope {
    case .task: return pid == 0 ? idle : Int64(pid)
    case .cpu: return Int64(cpu)
    // Pid 0 is another task on each CPU.
    case .anywhere: return rules[rule].namesTask && value == 0 ? idle : 0
    }
  }

  private mutating func owner(ofTask pid: Int32, _ cpu: Int, _ number: Int) -> Int32 {
    let key = pid == 0 ? 1 << 32 | UInt64(cpu) : UInt64(UInt32(bitPattern: pid))
    let known = ownerOfTask[number].value(of: key)
    if known >= 0 { return known }
    let owner = owner(
      groupsByName
        ? .group(name: input.sources[number].names.name(of: pid))
        : .task(pid: pid, cpu: pid == 0 ? cpu : -1, machine: machineOf[number]))
    ownerOfTask[number].set(key, owner)
    return owner
  }

  private mutating func owner(_ owner: Profile.Owner) -> Int32 {
    if let known = ownerOf[owner] { return known }
    let number = Int32(truncatingIfNeeded: owners.count)
    owners.append(owner)
    ownerOf[owner] = number
    return number
  }

  private mutating func keepStack(_ record: Record, _ stream: Int, _ number: Int) {
    guard !latest[stream].spans.isEmpty else { return }
    var chain: [FunctionIDs.ID] = []
    let stack = lanes[number].stack
    stack.forEachAddress(record) { chain.append(sites.id(of: $0, in: number)) }
    for place in latest[stream].spans { open.setChain(chain, of: place) }
    latest[stream].spans.removeAll(keepingCapacity: true)
  }

  /// Events of a CPU are lost: what may have ended among them is not measured.
  private mutating func forget(_ number: Int, _ cpu: Int) {
    let rules = rules
    dropped += open.forget {
      $0.source == number && (rules[Int($0.rule)].scope != .cpu || $0.cpu == cpu)
    }
  }

  private mutating func count(
    _ record: Record, _ id: UInt16, _ pid: Int32, _ cpu: Int, _ number: Int
  ) {
    let lane = lanes[number]
    let known = lane.labels[id]
    let subject: Int32
    switch known.pointee.kind {
    case .unknown: return
    case .function(let ip, _):
      let function = functions.id(of: ip.value(in: record, lane.order), in: number)
      subject = self.subject(
        .function(function), map: rules.count, UInt64(UInt32(bitPattern: function)))
    default:
      let index = known.pointee.event
      let place = firstEvent[number] + index
      let field: ProfileActions.Place
      if let known = firstFields[place] {
        field = known
      } else {
        field = ProfileActions.firstField(ofEvent: index, input.sources[number])
        firstFields[place] = field
      }
      let label = UInt64(bitPattern: Int64(lane.read(field, record)))
      subject = self.subject(
        .event(source: number, index: index, label: label), map: rules.count + 1 + place, label)
    }
    let entry = entry(owner(ofTask: pid, cpu, number), subject, number)
    forest.count(at: entries[entry].root)
  }

  /// The number of a subject, looked up by its label in the map of its kind.
  private mutating func subject(
    _ subject: @autoclosure () -> Profile.Subject, map: Int, _ label: UInt64
  ) -> Int32 {
    let known = subjectOf[map].value(of: label)
    if known >= 0 { return known }
    let number = Int32(truncatingIfNeeded: subjects.count)
    subjects.append(subject())
    subjectOf[map].set(label, number)
    return number
  }

  private mutating func entry(_ owner: Int32, _ subject: Int32, _ number: Int) -> Int {
    let key = UInt64(UInt32(bitPattern: owner)) << 32 | UInt64(UInt32(bitPattern: subject))
    let known = entryOf.value(of: key)
    if known >= 0 { return Int(known) }
    entryOf.set(key, Int32(truncatingIfNeeded: entries.count))
    entries.append(
      Profile.Entry(
        owner: owners[Int(owner)], subject: subjects[Int(subject)], source: number,
        root: forest.makeRoot()))
    return entries.count - 1
  }
}

/// What is asked of a rule for every event, in plain values.
private struct RuleLane {
  var scope: ProfileRule.Scope
  var isGlobal: Bool
  /// Whether the task that it is counted for is that of a field.
  var namesTask: Bool
  /// Whether a second start before the end is part of what the first began: a task that is woken
  /// again while it waits has waited since the first time.
  var keepsFirstStart: Bool

  init(_ rule: ProfileRule) {
    scope = rule.scope
    isGlobal = rule.isGlobal
    namesTask = rule.taskField != nil
    keepsFirstStart = rule.start.name == "sched_wakeup" || rule.start.name == "softirq_raise"
  }
}
