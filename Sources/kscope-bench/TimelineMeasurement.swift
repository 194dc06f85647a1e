import Dispatch
import Glibc
import Timeline

/// What opening a recording as a timeline takes: `kscope-bench timeline FILE [WORKERS [kept]]`.
///
/// With `kept`, the index is kept in FILE.kscope, and taken from there the next time.
///
/// Prints a line a measure, its fields apart by tabs: name, value. Seconds are those on the wall, since
/// the beginning; for rows, those of one question. Memory is in kB.
enum TimelineMeasurement {
  /// As many columns as a wide screen has.
  private static let columns = 2048

  static func run(_ arguments: [String]) throws {
    let started = now
    let trace = try Trace(paths: [arguments[0]], keepsIndex: arguments.dropFirst(2).first == "kept")
    print("open\t\(now - started)")
    let workers = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
    DispatchQueue.global().async { trace.buildIndex(workers: workers) }
    // The page draws what is known by then.
    while trace.progress == 0 { usleep(200) }
    _ = ask(trace, level: wholeLevel(of: trace), from: 0)
    print("first picture\t\(now - started)")
    while !trace.isComplete { usleep(200) }
    print("index\t\(now - started)")
    print("events\t\(trace.eventCount)")
    print("tasks\t\(trace.tasks.count)")
    for (name, value) in ProcessMemory.now { print("\(name)\t\(value)") }
    askAll(trace)
    for (name, value) in ProcessMemory.now { print("\(name) behind\t\(value)") }
  }

  /// Screens of 100 rows: each of a place that nobody looked at before, then again.
  private static func askAll(_ trace: Trace) {
    let finest = trace.finestIndexedLevel
    let whole = max(wholeLevel(of: trace), finest)
    let zooms = [
      ("whole", whole), ("between", (whole + finest) / 2), ("finest buckets", finest),
      ("events, far", finest - 1), ("events, near", finest - 4), ("events, close", finest - 8),
    ]
    for (number, (name, level)) in zooms.enumerated() {
      let place = Double(number) / Double(zooms.count)
      let first = level >= whole ? 0 : Int64(Double(trace.duration) * place) >> Int64(level)
      for word in ["cold", "warm"] {
        let started = now
        let busy = ask(trace, level: level, from: first)
        print("rows \(name) \(word)\t\(now - started)\t\(busy)")
      }
    }
  }

  /// - Returns: how long tasks ran in it, in ns, so that two programs can be compared.
  private static func ask(_ trace: Trace, level: Int, from first: Int64) -> UInt64 {
    let rows = Array(0..<UInt32(min(trace.cpuCount + trace.tasks.count, 100)))
    let found = trace.columns(of: rows, level: level, from: first, count: columns)
    return found.reduce(0) { $1.columns.reduce($0) { $0 &+ $1.a } }
  }

  private static func wholeLevel(of trace: Trace) -> Int {
    var level = 0
    while trace.duration >> Int64(level) >= columns { level += 1 }
    return level
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// What /proc/self/status says of memory, in kB.
enum ProcessMemory {
  /// The most that was resident, and what of it now is the program's own, not a file's.
  static var now: [(name: String, value: Int)] {
    [("peak", number("VmHWM:")), ("anonymous", number("RssAnon:"))]
  }

  private static func number(_ name: String) -> Int {
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let count = max(read(file, &bytes, bytes.count), 0)
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
      .flatMap { Int($0) } ?? 0
  }
}
