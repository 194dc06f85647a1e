/// Masks and lists of CPUs as the kernel prints them (Documentation/admin-guide/cputopology.rst).
public enum CPUMask {
  /// The CPUs of hexadecimal words parted by commas: `f`, `00000001,00000000`.
  public static func cpus(in mask: String) -> Set<Int> {
    var cpus: Set<Int> = []
    var number = 0
    for digit in mask.reversed() where digit != "," {
      guard let bits = digit.hexDigitValue else { return [] }
      for bit in 0..<4 where bits >> bit & 1 == 1 { cpus.insert(number + bit) }
      number += 4
    }
    return cpus
  }

  /// The CPUs of a list: `0-3,8`.
  public static func cpus(inList text: String) -> [Int] {
    var cpus: [Int] = []
    for part in text.trimmed.split(separator: ",") {
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first >= 0, first <= last, last < 1 << 16
      else { continue }
      cpus += first...last
    }
    return cpus
  }

  static func onlineCPUs() -> [Int]? {
    guard let text = try? TextFile.read("/sys/devices/system/cpu/online") else { return nil }
    return cpus(inList: text)
  }
}
