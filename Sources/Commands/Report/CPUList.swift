import ArgumentParser

/// A list of CPUs as `--cpu` takes it: `0,3`, `2-4`, also `0:3`.
enum CPUList {
  /// The highest number that is believed; no kernel has as many CPUs.
  private static let highest = 1 << 16

  static func parse(_ text: String) throws -> Set<Int> {
    var cpus: Set<Int> = []
    for part in text.split(whereSeparator: { $0 == "," || $0 == ":" }) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
      case (1, let cpu?, _) where cpu >= 0:
        cpus.insert(cpu)
      case (2, let first?, let last?) where first >= 0 && first <= last && last <= highest:
        cpus.formUnion(first...last)
      default:
        throw ValidationError(
          "'\(part)' is no CPU and no range of CPUs; --cpu takes a list such as 0,3 or 2-4")
      }
    }
    guard !cpus.isEmpty else {
      throw ValidationError("--cpu takes a list of CPUs such as 0,3 or 2-4")
    }
    return cpus
  }
}
