import ByteIO
import EventFormats
import Glibc
import Reports

/// What somebody knows of threads beside their events.
package struct ThreadFacts: Sendable {
  /// The process that a thread belongs to.
  package var process: Int32?
  package var user: UInt32?
  /// A path below the hierarchy's root.
  package var cgroup: String?

  package init(process: Int32? = nil, user: UInt32? = nil, cgroup: String? = nil) {
    self.process = process
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
  private let options: ToolOptions
  private let takesAll: Bool
  private let factsOf: (Int32) -> ThreadFacts
  private var known: [Int32: ThreadFacts] = [:]
  private var latest: (thread: Int32, facts: ThreadFacts) = (-1, ThreadFacts())
  /// The process of threads that were seen to begin; nobody can look them up when they have ended.
  private var processes: [Int32: Int32] = [:]
  /// What makes a time of the trace one since 1970, in nanoseconds; nil where that is not known.
  private let wallOffset: UInt64?

  /// So many are kept; then all are asked for again.
  private static let limit = 1 << 16

  init(
    _ sources: [ReportSource], _ options: ToolOptions, wallOffset: UInt64?,
    factsOf: @escaping (Int32) -> ThreadFacts
  ) {
    self.sources = sources
    self.options = options
    self.wallOffset = wallOffset
    self.factsOf = factsOf
    takesAll =
      options.thread == nil && options.process == nil && options.name == nil
      && options.cgroup == nil
  }

  // MARK: Whose

  /// What a thread is called; `<...>` where that is not known.
  package func name(of thread: Int32, source: Int) -> [UInt8] {
    sources[source].names.name(of: thread)
  }

  /// The process that a thread belongs to; the thread's own number where that is not known.
  package func process(of thread: Int32) -> Int32 {
    processes[thread] ?? facts(of: thread).process ?? thread
  }

  /// A thread begins, as one of its creator's process or as a process of its own.
  func begin(_ thread: Int32, by creator: Int32, isProcess: Bool, source: Int) {
    // Threads of several machines may have the same numbers.
    guard sources.count == 1 else { return }
    if processes.count >= Self.limit { processes = [:] }
    processes[thread] = isProcess ? thread : process(of: creator)
    // Who had the number before is another one.
    known[thread] = nil
    latest = (-1, ThreadFacts())
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
    let facts = factsOf(thread)
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
    if let wanted = options.process, process(of: thread) != wanted { return false }
    if let wanted = options.cgroup, !isBelow(wanted, facts(of: thread).cgroup) { return false }
    guard let regex = options.name else { return true }
    if let name { return matches(regex, name) }
    return self.name(of: thread, source: source).withUnsafeBytes { matches(regex, $0) }
  }

  private func isBelow(_ wanted: String, _ path: String?) -> Bool {
    guard let path else { return false }
    return wanted == "/" || path == wanted || path.hasPrefix(wanted + "/")
  }

  private func matches(_ regex: POSIXRegex, _ name: UnsafeRawBufferPointer) -> Bool {
    regex.matches(String(decoding: name, as: UTF8.self))
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
      var seconds = time_t(truncatingIfNeeded: now / 1_000_000_000)
      var parts = tm()
      localtime_r(&seconds, &parts)
      func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
      rows.add("\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))")
    }
  }

  /// The value of `Column.user`, where the options ask for it.
  package func addUser(of thread: Int32, to rows: inout RowWriter) {
    guard options.showsUser else { return }
    if let user = facts(of: thread).user { rows.add(Int(user)) } else { rows.addNothing("?") }
  }
}

extension Column {
  /// When it happened, where that is asked for; perf-tools' width.
  static func time(_ options: ToolOptions, _ title: String, width: Int) -> [Column] {
    switch options.times {
    case .none: []
    case .seconds: [Column(title, "time_s", width: width)]
    case .wall: [Column("TIME", "time_s", width: 8)]
    }
  }

  static func user(_ options: ToolOptions) -> [Column] {
    options.showsUser ? [Column("UID", "uid", width: 6)] : []
  }
}
