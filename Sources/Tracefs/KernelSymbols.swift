/// The kernel's names: `/proc/kallsyms`, `address type name [module]` a line.
enum KernelSymbols {
  /// Whether the kernel has a function of that name.
  static func contains(_ name: String, in file: String = "/proc/kallsyms") -> Bool {
    guard let bytes = try? TextFile.readBytes(file) else { return false }
    let wanted = Array(name.utf8)
    return bytes.split(separator: UInt8(ascii: "\n")).contains { line in
      let fields = line.split(separator: 0x20, maxSplits: 2)
      guard fields.count == 3,
        fields[1].first == UInt8(ascii: "t") || fields[1].first == UInt8(ascii: "T")
      else { return false }
      return fields[2].prefix { $0 != UInt8(ascii: "\t") }.elementsEqual(wanted)
    }
  }
}
