import Glibc

/// One process, told apart from a later one of the same number.
public struct ProcessIdentity: Equatable, Sendable {
  public var pid: Int32
  /// When it started, in clock ticks since boot: field 22 of `/proc/PID/stat` (proc(5)).
  public var startTime: UInt64

  public init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }

  /// This process.
  public static var current: ProcessIdentity {
    let pid = getpid()
    return ProcessIdentity(pid: pid, startTime: startTime(of: pid) ?? 0)
  }

  /// Whether this very process still runs.
  public var isAlive: Bool { Self.startTime(of: pid) == startTime }

  static func startTime(of pid: Int32) -> UInt64? {
    guard let text = try? TextFile.read("/proc/\(pid)/stat") else { return nil }
    return startTime(inStat: text)
  }

  /// The command's name stands in parentheses and may itself hold blanks and parentheses.
  static func startTime(inStat text: String) -> UInt64? {
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    // Fields from the third on; a zombie's settings need putting back as much as a dead one's.
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return UInt64(fields[19])
  }
}

/// The running kernel's boot, by `/proc/sys/kernel/random/boot_id` (random(4)).
enum BootID {
  static var current: String {
    ((try? TextFile.read("/proc/sys/kernel/random/boot_id")) ?? "").trimmed
  }
}
