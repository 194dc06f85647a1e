import ByteIO
import Synchronization
import TraceDat

/// The left column of a report, `            comm-pid   `, made once per task.
///
/// One worker owns one; what it shares with the others are the names.
struct TaskLabels: ~Copyable {
  private let names: SharedTaskNames
  private let shape: Shape
  /// Whether control characters of names are shown as `^[`.
  private let isForTerminal: Bool
  private var index = IntMap(minimumCapacity: 512)
  private var labels: [PaddedText] = []
  /// A CPU mostly goes on with the task it had.
  private var latest: (pid: Int32, label: PaddedText)?

  /// What a label looks like.
  enum Shape {
    /// `%16s-%-5d `
    case column
    /// `%8.8s-%-5d `
    case shortColumn
    /// `"pid":310,"comm":"bash"`
    case json
    /// `310,bash`
    case csv
    /// `bash`
    case name
  }

  init(names: SharedTaskNames, shape: Shape, isForTerminal: Bool = false) {
    self.names = names
    self.shape = shape
    self.isForTerminal = isForTerminal
  }

  deinit { for label in labels { label.deallocate() } }

  /// What is shown of a task's name and pid; good until the next call.
  @inline(__always) mutating func label(of pid: Int32) -> PaddedText {
    if let latest, latest.pid == pid { return latest.label }
    return find(pid)
  }

  private mutating func find(_ pid: Int32) -> PaddedText {
    let number = index.value(of: UInt64(UInt32(bitPattern: pid)))
    let label = number >= 0 ? labels[Int(number)] : add(pid)
    latest = (pid, label)
    return label
  }

  /// Forgets all labels, as names have changed.
  mutating func removeAll() {
    for label in labels { label.deallocate() }
    labels = []
    index = IntMap(minimumCapacity: 512)
    latest = nil
  }

  private mutating func add(_ pid: Int32) -> PaddedText {
    // A damaged file may name any number of pids: then all is made afresh.
    if labels.count >= 1 << 17 { removeAll() }
    var name = names.name(of: pid)
    if isForTerminal { name = TerminalSafety.shown(name) }
    var text = ByteSink(capacity: 64)
    switch shape {
    case .column: Self.append(name[...], width: 16, pid, to: &text)
    case .shortColumn: Self.append(name.prefix(8), width: 8, pid, to: &text)
    case .json:
      text.append("\"pid\":")
      text.append(decimal: Int64(pid))
      text.append(",\"comm\":\"")
      name.withUnsafeBytes { text.append(json: $0) }
      text.append("\"")
    case .name: name.withUnsafeBytes { text.append($0) }
    case .csv:
      text.append(decimal: Int64(pid))
      text.append(",")
      name.withUnsafeBytes { text.append(csv: $0) }
    }
    let label = PaddedText(copying: text.bytes)
    index.set(UInt64(UInt32(bitPattern: pid)), Int32(labels.count))
    labels.append(label)
    return label
  }

  private static func append(
    _ name: ArraySlice<UInt8>, width: Int, _ pid: Int32, to text: inout ByteSink
  ) {
    name.withUnsafeBytes { text.append($0, leftPaddedTo: width) }
    text.append(UInt8(ascii: "-"))
    let digits = text.count
    text.append(decimal: Int64(pid))
    text.append(repeating: UInt8(ascii: " "), count: 5 - (text.count - digits))
    text.append(UInt8(ascii: " "))
  }
}

/// The names of one file's tasks.
///
/// A task that the kernel's list of saved command lines has lost by the end of the recording may
/// still be named by an event of its own. Those are looked for, once, when a name is missing.
package final class SharedTaskNames: Sendable {
  private let saved: TaskNames
  private let late: Mutex<TaskNames?> = Mutex(nil)
  private let search: @Sendable () -> TaskNames
  /// Where names come from while the tasks are traced, in place of the others.
  private let live: LiveTaskNames?

  init(
    saved: TaskNames, live: LiveTaskNames? = nil, search: @escaping @Sendable () -> TaskNames
  ) {
    self.saved = saved
    self.live = live
    self.search = search
  }

  static let idle = Array("<idle>".utf8)
  /// What is shown of tasks that nothing names.
  package static let unknown = Array("<...>".utf8)

  /// `<idle>` for pid 0, `<...>` where nothing in the file names it.
  package func name(of pid: Int32) -> [UInt8] {
    if pid == 0 { return Self.idle }
    if let live { return live.name(of: pid) ?? Self.unknown }
    return saved[pid] ?? told { $0[pid] } ?? Self.unknown
  }

  /// Whether the file names it.
  func isNamed(_ pid: Int32) -> Bool {
    pid == 0 || saved[pid] != nil || told { $0[pid] != nil }
  }

  /// The tasks that are shown by a name; of those that nothing names it is not known which there are.
  func pids(named name: String) -> [Int32] {
    let others = told { $0.pids(named: name) }.filter { saved[$0] == nil }
    let named = (saved.pids(named: name) + others).filter { $0 != 0 }
    return name.utf8.elementsEqual(Self.idle) ? [0] + named : named
  }

  /// All names that are shown.
  var all: [String] {
    let pids = Set(saved.names.keys).union(told { $0.names.keys.map { $0 } })
    return pids.union([0]).map { String(decoding: name(of: $0), as: UTF8.self) }
  }

  /// Lends the names that events tell.
  private func told<Result>(_ body: (TaskNames) -> Result) -> Result {
    let names = late.withLock { names in
      if let known = names { return known }
      let all = search()
      names = all
      return all
    }
    return body(names)
  }
}
