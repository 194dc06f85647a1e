/// The name (comm) of every task that a file knows: pid → up to 15 bytes.
///
/// Source: the `saved_cmdlines` section, a line `pid comm` each; a comm may hold blanks.
package struct TaskNames: Sendable {
  package private(set) var names: [Int32: [UInt8]] = [:]

  package init() {}

  package init(savedCommandLines bytes: UnsafeRawBufferPointer) {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let blank = line.firstIndex(of: UInt8(ascii: " ")),
        let pid = Int32(String(decoding: line[line.startIndex..<blank], as: UTF8.self))
      else { continue }
      var name = line[(blank + 1)...]
      while name.last == 0 { name = name.dropLast() }
      names[pid] = Array(name)
    }
  }

  /// Takes the name that an event told, in place of one that was known.
  package mutating func add(_ pid: Int32, _ name: UnsafeRawBufferPointer) {
    names[pid] = Array(name.prefix { $0 != 0 })
  }

  /// The tasks that have a name.
  package func pids(named name: String) -> [Int32] {
    let wanted = Array(name.utf8)
    return names.filter { $0.value == wanted }.keys.sorted()
  }

  package subscript(pid: Int32) -> [UInt8]? { names[pid] }
}
