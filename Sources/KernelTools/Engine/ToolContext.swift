import ByteIO
import EventFormats
import Glibc
import Reports
import TraceDat

/// What somebody knows of threads beside their events.
package struct ThreadFacts: Sendable {
  /// The process that a thread belongs to.
  package var process: Int32?
  /// That process's parent.
  package var parent: Int32?
  package var user: UInt32?
  /// A path below the hierarchy's root.
  package var cgroup: String?

  package init(
    process: Int32? = nil, parent: Int32? = nil, user: UInt32? = nil, cgroup: String? = nil
  ) {
    self.process = process
    self.parent = parent
    self.user = user
    self.cgroup = cgroup
  }
}

/// What a tool may ask beside its events: whose they are, and when that was.
package final class ToolContext {
  private let sources: [ReportSource]
  /// The functions that led to the event at hand, innermost first, where it `hasCalls`; empty where
  /// they are not known.
  package internal(set) var calls: [String] = []
  /// By source, event and field.
  private var valueNames: [String: [Int: String]] = [:]
  /// By source.
  private(set) lazy var switchStates = sources.map {
    SwitchStates(
      $0.events.event(system: "sched", name: "sched_switch"), longSize: $0.events.longSize)
  }
  private let options: ToolOptions
  let takesAll: Bool
  /// The kernel hands out the wanted process's events alone.
  private let isFiltered: Bool
  /// Threads of the wanted process, tasks that it made, and theirs.
  private var descendants: Set<Int32> = []
  private let factsOf: (Int32) -> ThreadFacts
  private var known: [Int32: ThreadFacts] = [:]
  private var told: [UInt64: [UInt8]] = [:]
  private var latest: (thread: Int32, facts: ThreadFacts) = (-1, ThreadFacts())
  /// Threads whose process was asked for lately, by the last bits of their numbers; in memory of its
  /// own, as it is looked at a row.
  private let lately: UnsafeMutablePointer<(thread: Int32, process: Int32)>
  private static let latelyCount = 64
  /// The process of threads that were seen to begin; nobody can look them up when they have ended.
  private var processes: [Int32: Int32] = [:]
  /// Whose children processes are that were seen to begin.
  private var parents: [Int32: Int32] = [:]
  /// The cgroups of threads as they began, or before they ran another program: who is short of life is
  /// gone before anybody can look it up.
  private var cgroups: [Int32: String] = [:]
  /// What makes a time of the trace one since 1970, in nanoseconds; nil where that is not known.
  private let wallOffset: UInt64?
  private var firstRow: UInt64?
  /// When the interval ended that a table or a histogram is about; the last event's time at the end.
  package var intervalEnd: UInt64 = 0
  /// The interval that ends is the last one, which may be cut short.
  var isLastInterval = false
  /// That of the tool, where its events are not left out by the kernel.
  var ownProcess: Int32?
  /// Where it is known.
  var pageCacheSizes: () -> (buffers: Int, cached: Int)? = { nil }

  /// Set where the run has found them out.
  var bindings: [EventChoices] = []
  var conditions: EventConditions?
  private var scratch = PrintScratch()

  /// So many are kept; then all are asked for again.
  private static let limit = 1 << 16

  init(
    _ sources: [ReportSource], _ options: ToolOptions, wallOffset: UInt64?,
    isFiltered: Bool, factsOf: @escaping (Int32) -> ThreadFacts
  ) {
    self.sources = sources
    self.options = options
    self.wallOffset = wallOffset
    self.isFiltered = isFiltered
    self.factsOf = factsOf
    takesAll =
      options.thread == nil && options.process == nil && options.name == nil
      && options.cgroup == nil
    lately = .allocate(capacity: Self.latelyCount)
    lately.initialize(repeating: (-1, -1), count: Self.latelyCount)
  }

  deinit { lately.deallocate() }

  /// Over the running kernel, not over a recording.
  package var isLive: Bool { options.input == nil }

  // MARK: Whose

  /// What a thread is called at the event at hand, as far as events tell; `<...>` where nobody does.
  package func name(of thread: Int32, source: Int) -> [UInt8] {
    told[Self.key(thread, source)] ?? sources[source].names.name(of: thread)
  }

  /// The last name and the process of the task in a row that the kernel counted by
  /// `common_pid.execname`: there it has the name of its first event.
  func task(of row: CountedRow, _ key: Int) -> (name: String, process: Int) {
    let thread = Int32(truncatingIfNeeded: row.number(key))
    let name = told[Self.key(thread, 0)].map { String(decoding: $0, as: UTF8.self) }
    return (name ?? row.text(key), Int(process(of: thread)))
  }

  /// From the event at hand on, a thread has this name.
  func rename(_ thread: Int32, source: Int, _ name: [UInt8]) {
    if told.count >= Self.limit { told = [:] }
    told[Self.key(thread, source)] = name
    guard options.cgroup != nil else { return }
    // Who runs another program has often moved to its cgroup just before.
    keep(known[thread]?.cgroup ?? cgroups[thread], of: thread)
    known[thread] = nil
    latest = (-1, ThreadFacts())
  }

  private static func key(_ thread: Int32, _ source: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: source) << 32 | UInt64(UInt32(bitPattern: thread))
  }

  /// The process that a thread belongs to; the thread's own number where that is not known.
  package func process(of thread: Int32) -> Int32 {
    let place = lately + Int(thread) & (Self.latelyCount - 1)
    if thread == place.pointee.thread, thread >= 0 { return place.pointee.process }
    let process = knownProcess(of: thread) ?? thread
    place.pointee = (thread, process)
    return process
  }

  /// The same, and nil where it is not known.
  func knownProcess(of thread: Int32) -> Int32? {
    processes[thread] ?? facts(of: thread).process
  }

  /// Whose child a process is; nil where that is not known.
  func parent(of process: Int32) -> Int32? {
    facts(of: process).parent ?? parents[process]
  }

  /// A thread begins, as one of its creator's process or as a process of its own.
  ///
  /// - Parameter isChild: of its creator, not of its creator's parent.
  func begin(_ thread: Int32, by creator: Int32, isProcess: Bool, isChild: Bool) {
    note(child: thread, of: creator)
    // Threads of several machines may have the same numbers.
    guard sources.count == 1 else { return }
    if processes.count >= Self.limit { processes = [:] }
    let owner = process(of: creator)
    processes[thread] = isProcess ? thread : owner
    if parents.count >= Self.limit { parents = [:] }
    parents[thread] = isProcess ? (isChild ? owner : parents[owner]) : nil
    if options.cgroup != nil { keep(facts(of: creator).cgroup, of: thread) }
    // Who had the number before is another one.
    known[thread] = nil
    latest = (-1, ThreadFacts())
    lately.update(repeating: (-1, -1), count: Self.latelyCount)
  }

  private func keep(_ cgroup: String?, of thread: Int32) {
    if cgroups.count >= Self.limit { cgroups = [:] }
    cgroups[thread] = cgroup
  }

  private func facts(of thread: Int32) -> ThreadFacts {
    // One thread has many events in a row.
    if thread == latest.thread { return latest.facts }
    let facts = lookUp(thread)
    latest = (thread, facts)
    return facts
  }

  private func lookUp(_ thread: Int32) -> ThreadFacts {
    if let facts = known[thread] { return facts }
    if known.count >= Self.limit { known = [:] }
    var facts = factsOf(thread)
    facts.cgroup = facts.cgroup ?? cgroups[thread]
    known[thread] = facts
    return facts
  }

  /// Whether a task is one of those that were asked for.
  ///
  /// - Parameter name: what it is called, as far as the event itself says so.
  package func isWanted(
    _ thread: Int32, source: Int, name: UnsafeRawBufferPointer? = nil
  ) -> Bool {
    if takesAll { return true }
    if let wanted = options.thread, thread != wanted { return false }
    if let wanted = options.process, !isOfProcess(wanted, thread) { return false }
    if let wanted = options.cgroup, !isBelow(wanted, facts(of: thread).cgroup) { return false }
    guard let regex = options.name else { return true }
    if let name { return matches(regex, name) }
    return self.name(of: thread, source: source).withUnsafeBytes { matches(regex, $0) }
  }

  private func isOfProcess(_ wanted: Int32, _ thread: Int32) -> Bool {
    isFiltered || descendants.contains(thread) || process(of: thread) == wanted
  }

  /// These tasks are of the wanted process, or came of it.
  func adopt(_ threads: [Int32]) { descendants.formUnion(threads) }

  /// A task made another one.
  func note(child: Int32, of parent: Int32) {
    guard let wanted = options.process else { return }
    if isOfProcess(wanted, parent) {
      descendants.insert(child)
    } else {
      // The number was another task's before.
      descendants.remove(child)
    }
  }

  private func isBelow(_ wanted: String, _ path: String?) -> Bool {
    guard let path else { return false }
    return wanted == "/" || path == wanted || path.hasPrefix(wanted + "/")
  }

  private func matches(_ regex: POSIXRegex, _ name: UnsafeRawBufferPointer) -> Bool {
    regex.matches(String(decoding: name, as: UTF8.self))
  }

  /// Whether a task is of the process that traces.
  func isOwn(_ thread: Int32) -> Bool {
    guard let ownProcess else { return false }
    return thread == ownProcess || process(of: thread) == ownProcess
  }

  // MARK: What a person asked for

  /// Whether an event meets one of the conditions of its wanted event.
  func holds(_ condition: Int?, _ event: ToolEvent) -> Bool {
    guard let condition, let conditions else { return true }
    return conditions.holds(condition, event) { name(of: event.thread, source: event.source) }
  }

  /// What a field of a wanted event is; nil where the event is not described.
  func place(of field: Int, in event: Int) -> FieldPlace? {
    bindings.lazy.compactMap { $0.place(of: field, in: event) }.first
  }

  /// What the kernel would print of an event.
  func text(of event: ToolEvent) -> [UInt8] {
    let events = sources[event.source].events
    let id = events.common.read(events.common.type, of: event.record, event.order) & 0xffff
    guard let index = events.index(id: Int(id)) else { return [] }
    var sink = ByteSink()
    events.printInfo(
      record: event.record, time: event.time, eventIndex: index, into: &sink, scratch: &scratch)
    return Array(sink.bytes)
  }

  // MARK: What numbers mean

  /// What the kernel calls a value of an event's field, by the event's own print format; nil where
  /// that does not say.
  package func name(of value: Int, field: String, of event: String, source: Int) -> String? {
    let key = "\(source) \(event) \(field)"
    if let names = valueNames[key] { return names[value] }
    let parts = event.split(separator: ":")
    let format = sources[source].events.event(
      system: String(parts.first ?? ""), name: String(parts.last ?? ""))
    let names = format.map { FieldValueNames.read(field, $0.printFormat) } ?? [:]
    valueNames[key] = names
    return names[value]
  }

  /// The function that an address is in; the address where that is not known.
  func function(at address: UInt64, source: Int) -> String {
    sources[source].events.symbols.functionName(at: address)
  }

  /// Names of system calls on the machine that the events are from.
  func syscallNames(source: Int) -> SyscallNames { sources[source].syscallNames }

  /// An event's time as the kernel's clock `mono` had it; nil where the recording has another.
  func monotonic(_ time: UInt64, source: Int) -> UInt64? {
    guard !isLive else { return time }
    guard sources[source].buffer.clock == "mono" else { return nil }
    // What was added so that times are the wall's.
    return time &- ClockCorrection(of: sources[source].file).offset
  }

  // MARK: Columns that all tools may have

  /// The value of `Column.time`, where the options ask for one.
  package func addTime(_ time: UInt64, to rows: inout RowWriter) {
    switch options.times {
    case .none: return
    case .seconds: rows.add(nanoseconds: time, per: 1_000_000_000, digits: 6)
    case .wall:
      guard let wallOffset else { return rows.addNothing("?") }
      let now = time &+ wallOffset
      guard rows.format == .text else {
        return rows.add(nanoseconds: now, per: 1_000_000_000, digits: 6)
      }
      rows.add(Self.clock(now))
    }
  }

  /// The value of `Column.time` in a table of an interval.
  func addTableTime(to rows: inout RowWriter) {
    addTime(intervalEnd, to: &rows)
  }

  /// The value of `Column.timeInRows`.
  func addTimeInRows(to rows: inout RowWriter) {
    if rows.format != .text { addTableTime(to: &rows) }
  }

  /// What of the machine's memory holds files now, in MB; nil where that is another machine's, or of
  /// another time.
  func pageCache() -> (buffers: Int, cached: Int)? { pageCacheSizes() }

  /// The value of `Column.timeOrElapsed`: since the first row where the options ask for no time.
  package func addTimeOrElapsed(_ time: UInt64, digits: Int, to rows: inout RowWriter) {
    guard options.times == .none else { return addTime(time, to: &rows) }
    let first = firstRow ?? time
    firstRow = first
    rows.add(nanoseconds: time >= first ? time - first : 0, per: 1_000_000_000, digits: digits)
  }

  /// When the interval ended, as text: by the clock on the wall where that is known and not the
  /// trace's own was asked for.
  package var intervalText: String {
    if options.times != .seconds, let wallOffset { return Self.clock(intervalEnd &+ wallOffset) }
    var sink = ByteSink()
    sink.append(decimal: intervalEnd / 1_000_000_000)
    sink.append(UInt8(ascii: "."))
    sink.append(decimal: intervalEnd / 1000 % 1_000_000, width: 6, fill: UInt8(ascii: "0"))
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  /// `12:34:56`, of nanoseconds since 1970.
  private static func clock(_ now: UInt64) -> String {
    var seconds = time_t(truncatingIfNeeded: now / 1_000_000_000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  /// The same above a table, where the options ask for a time that is known; empty otherwise.
  package var clockLine: String {
    let isKnown = options.times == .seconds || options.times == .wall && wallOffset != nil
    return isKnown && intervalEnd > 0 ? intervalText : ""
  }

  /// The value of `Column.user`, where the options ask for it.
  package func addUser(of thread: Int32, to rows: inout RowWriter) {
    guard options.showsUser else { return }
    if let user = facts(of: thread).user { rows.add(Int(user)) } else { rows.addNothing("?") }
  }
}
