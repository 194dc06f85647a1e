import Tracefs

/// What disks are called: `vda` for 254,0. The running kernel tells (proc(5), `/proc/diskstats`); a
/// recording has their numbers alone.
struct DiskNames {
  private var names: [Int: String] = [:]
  private let isLive: Bool

  init(_ options: ToolOptions) {
    isLive = options.input == nil
    if isLive { read() }
  }

  /// - Parameter text: of `/proc/diskstats`: major, minor and name begin a line.
  init(text: String) {
    isLive = false
    read(text)
  }

  /// - Parameter device: `major << 20 | minor`.
  mutating func name(of device: Int) -> String {
    if let name = names[device] { return name }
    // It may have come since.
    if isLive { read() }
    let name = names[device] ?? "\(device >> 20),\(device & 0xfffff)"
    names[device] = name
    return name
  }

  func device(named name: String) -> Int? { names.first { $0.value == name }?.key }

  private mutating func read() { read((try? TextFile.read("/proc/diskstats")) ?? "") }

  private mutating func read(_ text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 3)
      guard words.count > 2, let major = Int(words[0]), let minor = Int(words[1]) else { continue }
      names[major << 20 | minor] = String(words[2])
    }
  }
}
