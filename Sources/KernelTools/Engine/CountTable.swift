import Tracefs

/// What an interval counted, by key, as many keys as fit.
struct CountTable<Key: Hashable, Value> {
  private(set) var entries: [Key: Value] = [:]
  /// How often a key came for which there was no room.
  private(set) var dropped = 0
  private let limit: Int

  init(limit: Int = 1 << 16) { self.limit = limit }

  mutating func count(
    _ key: Key, from new: @autoclosure () -> Value, _ change: (inout Value) -> Void
  ) {
    if entries.count >= limit, entries[key] == nil {
      dropped += 1
      return
    }
    change(&entries[key, default: new()])
  }

  /// What was not counted, in a sentence.
  ///
  /// - Parameter what: what there were too many of.
  func leftOut(_ what: String) -> [String] {
    dropped == 0
      ? [] : ["\(dropped) events were not counted to keep memory bounded: too many \(what)"]
  }

  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
}

extension ToolOptions {
  /// How many rows a table has at most: `-r`.
  static let rowsOption = ToolOption("r", "rows", "COUNT", "Show so many rows; 20 otherwise.")

  /// The value of `-r`.
  func readRows() throws(ToolUsageError) -> Int {
    guard let text = own["rows"] else { return 20 }
    guard let rows = Int(text), rows > 0 else {
      throw .badValue(option: "-r", value: text, expected: "a number above 0")
    }
    return rows
  }

  /// An interval of a second where nothing else is asked for; a recording is one table then.
  mutating func readTableInterval() throws(ToolUsageError) {
    try readInterval()
    if interval == nil, input == nil { interval = 1_000_000_000 }
  }
}

extension ToolContext {
  /// What stands above an interval's table: the time, and how busy the machine is now.
  var tableTitle: String {
    guard isLive, let load = try? TextFile.read("/proc/loadavg") else { return intervalText }
    return "\(intervalText) loadavg: \(load.split(separator: "\n").first ?? "")"
  }
}
