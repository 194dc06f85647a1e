/// How many rows tables of the kernel have that are kept by task.
///
/// A row is taken for each task that is seen, and never given back; all are made at the start, and
/// take about a kilobyte of the kernel's memory each.
struct TableSize {
  static let least = 1 << 14
  /// The kernel's own limit (`TRACING_MAP_BITS_MAX`).
  static let most = 1 << 17
  /// Of those that run now, so many times as many have room.
  private static let timesTasks = 16
  /// A table has at most that part of the machine's memory, unless it is the least.
  private static let partOfMemory = 64

  /// A power of two.
  let rows: Int

  /// - Parameters:
  ///   - tasks: threads that there are now.
  ///   - largestPID: more tasks than that cannot be told apart.
  ///   - kilobytes: the machine's memory.
  init(tasks: Int, largestPID: Int, kilobytes: Int) {
    var rows = Self.least
    while rows < Self.most, rows / Self.timesTasks < tasks, rows < largestPID,
      rows * 2 <= kilobytes / Self.partOfMemory
    {
      rows *= 2
    }
    self.rows = rows
  }
}
