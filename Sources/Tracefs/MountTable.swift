import Glibc

/// The lines of `/proc/self/mounts` (fstab(5)).
public enum MountTable {
  /// Where the tracing files are: a mounted tracefs, else the `tracing` directory of debugfs.
  ///
  /// Of several mounts of tracefs, `/sys/kernel/tracing` goes first.
  public static func tracingDirectory(in table: String) -> String? {
    var tracefs: [String] = []
    var debugfs: [String] = []
    for line in table.lines {
      let fields = line.split(separator: " ")
      guard fields.count >= 3 else { continue }
      switch fields[2] {
      case "tracefs": tracefs.append(unescaped(fields[1]))
      case "debugfs": debugfs.append(unescaped(fields[1]) + "/tracing")
      default: continue
      }
    }
    if tracefs.contains("/sys/kernel/tracing") { return "/sys/kernel/tracing" }
    return tracefs.first ?? debugfs.first
  }

  /// Blanks in a path stand in the table as `\040`.
  static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = field.utf8[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
