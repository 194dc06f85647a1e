import Glibc
import Timeline

/// What opening a recording as a timeline takes: `kscope-bench timeline FILE`.
///
/// Prints a line a measure, its fields apart by tabs: name, value. Seconds are those on the wall.
enum TimelineMeasurement {
  static func run(_ arguments: [String]) throws {
    let started = now
    let trace = try Trace(paths: [arguments[0]])
    print("open\t\(now - started)")
    let whole = level(of: trace)
    trace.buildIndex(workers: arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0)
    print("index\t\(now - started)")
    print("events\t\(trace.eventCount)")
    print("tasks\t\(trace.tasks.count)")
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print("peak MB\t\(usage.ru_maxrss / 1024)")
    print("anonymous MB\t\(anonymous)")
    let rows = Array(0..<UInt32(min(trace.cpuCount + trace.tasks.count, 100)))
    for (name, level) in [
      ("whole", whole), ("indexed", trace.finestIndexedLevel),
      ("exact", trace.finestIndexedLevel - 1),
      ("exact again", trace.finestIndexedLevel - 1), ("close", trace.finestIndexedLevel - 6),
    ] {
      let started = now
      let first = (trace.duration / 2) >> Int64(level)
      let columns = trace.columns(
        of: rows, level: level, from: level == whole ? 0 : first, count: 2048)
      var busy: UInt64 = 0
      for row in columns { busy = row.columns.reduce(busy) { $0 &+ $1.a } }
      print("100 rows, \(name)\t\(now - started)\t\(busy)")
    }
  }

  private static func level(of trace: Trace) -> Int {
    var level = 0
    while trace.duration >> Int64(level) >= 2048 { level += 1 }
    return level
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Of this process's own memory, what is in RAM.
  private static var anonymous: Int {
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let file = open("/proc/self/status", O_RDONLY)
    defer { close(file) }
    let count = max(read(file, &bytes, bytes.count), 0)
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
  }
}
