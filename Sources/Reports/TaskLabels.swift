import ByteIO
import Synchronization
import TraceDat

/// The left column of a report, `            comm-pid   `, made once per task.
///
/// One worker owns one; what it shares with the others are the names.
struct TaskLabels: ~Copyable {
  private let names: SharedTaskNames
  private var index = IntMap(minimumCapacity: 512)
  private var text = ByteSink(capacity: 1 << 14)
  /// Where each label ends in `text`; it begins where the one before ends.
  private var ends: UnsafeMutablePointer<Int32>
  private var capacity = 512

  init(names: SharedTaskNames) {
    self.names = names
    ends = .allocate(capacity: capacity)
  }

  deinit { ends.deallocate() }

  /// Appends `%16s-%-5d ` of a task's name and pid.
  @inline(__always) mutating func append(_ pid: Int32, to sink: inout ByteSink) {
    var number = index.value(of: UInt64(UInt32(bitPattern: pid)))
    if _slowPath(number < 0) { number = add(pid) }
    let start = number == 0 ? 0 : Int(ends[Int(number) &- 1])
    sink.append(
      UnsafeRawBufferPointer(rebasing: text.bytes[start..<Int(ends[Int(number)])]))
  }

  private mutating func add(_ pid: Int32) -> Int32 {
    let name = names.name(of: pid)
    name.withUnsafeBytes { text.append($0, leftPaddedTo: 16) }
    text.append(UInt8(ascii: "-"))
    let digits = text.count
    text.append(decimal: Int64(pid))
    text.append(repeating: UInt8(ascii: " "), count: 5 - (text.count - digits))
    text.append(UInt8(ascii: " "))
    let number = index.count
    if number == capacity { grow() }
    (ends + number).initialize(to: Int32(text.count))
    index.set(UInt64(UInt32(bitPattern: pid)), Int32(number))
    return Int32(number)
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: ends, count: capacity)
    ends.deallocate()
    ends = larger
    capacity *= 2
  }
}

/// The names of one file's tasks.
///
/// A task that the kernel's list of saved command lines has lost by the end of the recording may
/// still be named by an event of its own. Those are looked for, once, when a name is missing.
final class SharedTaskNames: Sendable {
  private let saved: TaskNames
  private let late: Mutex<TaskNames?> = Mutex(nil)
  private let search: @Sendable () -> TaskNames

  init(saved: TaskNames, search: @escaping @Sendable () -> TaskNames) {
    self.saved = saved
    self.search = search
  }

  /// `<idle>` for pid 0, `<...>` where nothing in the file names it.
  func name(of pid: Int32) -> [UInt8] {
    if pid == 0 { return Array("<idle>".utf8) }
    if let name = saved[pid] { return name }
    let found = late.withLock { names in
      if let known = names { return known[pid] }
      let all = search()
      names = all
      return all[pid]
    }
    return found ?? Array("<...>".utf8)
  }
}
