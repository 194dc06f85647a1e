import Tracefs

/// Lists of CPUs as the kernel writes them: `0-3,8` (Documentation/admin-guide/cputopology.rst).
enum OnlineCPUs {
  /// The CPUs that the machine has, of those that have a buffer: virtual machines often allow
  /// hundreds that never come.
  static func present(among cpus: [Int]) -> [Int] {
    guard let text = try? TextFile.read("/sys/devices/system/cpu/present") else { return cpus }
    let present = Set(parse(text))
    let both = cpus.filter(present.contains)
    return both.isEmpty ? cpus : both
  }

  static func parse(_ text: String) -> [Int] {
    var result: [Int] = []
    for part in text.split(whereSeparator: { $0 == "," || $0.isNewline || $0 == " " }) {
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first >= 0, first <= last, last < 1 << 16
      else { continue }
      result += first...last
    }
    return result
  }
}
