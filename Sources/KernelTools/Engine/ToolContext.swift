import ByteIO
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
  private let options: ToolOptions
  private let takesAll: Bool
  private let factsOf: (Int32) -> ThreadFacts
  private var known: [Int32: ThreadFacts] = [:]
  private var told: [UInt64: [UInt8]] = [:]
  private var latest: (thread: Int32, facts: ThreadFacts) = (-1, ThreadFacts())
  /// What makes a time of the trace one since 1970, in nanoseconds; nil where that is not known.
  private let wallOffset: UInt64?
  private var firstRow: UInt64?
  /// When the interval ended that a table or a histogram is about; the last event's time at the end.
  package var intervalEnd: UInt64 = 0

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

  /// Over the running kernel, not over a recording.
  package var isLive: Bool { options.input == nil }

  // MARK: Whose

  /// What a thread is called at the event at hand, as far as events tell; `<...>` where nobody does.
  package func name(of thread: Int32, source: Int) -> [UInt8] {
    told[Self.key(thread, source)] ?? sources[source].names.name(of: thread)
  }

  /// From the event at hand on, a thread has this name.
  func rename(_ thread: Int32, source: Int, _ name: [UInt8]) {
    if told.count >= Self.limit { told = [:] }
    told[Self.key(thread, source)] = name
  }

  private static func key(_ thread: Int32, _ source: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: source) << 32 | UInt64(UInt32(bitPattern: thread))
  }

  /// The process that a thread belongs to; the thread's own number where that is not known.
  package func process(of thread: Int32) -> Int32 { facts(of: thread).process ?? thread }

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

  /// When it happened; since the first row where the options ask for nothing else, as bcc has it.
  static func timeOrElapsed(_ options: ToolOptions, width: Int) -> Column {
    time(options, "TIMEs", width: width).first ?? Column("TIME(s)", "elapsed_s", width: width)
  }

  static func user(_ options: ToolOptions) -> [Column] {
    options.showsUser ? [Column("UID", "uid", width: 6)] : []
  }
}
