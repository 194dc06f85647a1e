import Glibc

/// The kernel's names: `/proc/kallsyms`, `address type name` and a tab before a module, a line.
public enum KernelSymbols {
  /// Whether the kernel has a function of that name.
  public static func contains(_ name: String, in file: String = "/proc/kallsyms") -> Bool {
    // Some 200,000 lines: the C library looks through them in a few milliseconds.
    guard var text = try? TextFile.readBytes(file) else { return false }
    text.append(0)
    let length = name.utf8.count + 2
    return text.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return false }
      for type in ["t", "T"] {
        var rest = start
        while let found = strstr(rest, "\(type) \(name)") {
          let after = UInt8(bitPattern: found[length])
          if after == UInt8(ascii: "\n") || after == UInt8(ascii: "\t") || after == 0 {
            return true
          }
          rest = UnsafePointer(found + 1)
        }
      }
      return false
    }
  }
}
