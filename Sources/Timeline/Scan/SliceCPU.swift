/// A CPU as one slice of the events tells of it.
struct SliceCPU {
  /// The pid where nobody knows who runs.
  static let nobody = Int32.min

  /// An interrupt, by its kind and number.
  struct Line: Hashable {
    var isSoft: Bool
    var number: Int
  }

  /// An end of which the slice does not tell the beginning.
  struct UnmatchedEnd {
    var line: Line
    var time: Int64
    /// It is the first that the slice tells of interrupts of that kind.
    var isFirst: Bool
  }

  /// Of the thread that runs.
  var pid = SliceCPU.nobody
  /// The number of its task; -1 for the idle task.
  var task = -1
  var since: Int64 = 0
  /// The task was found to run, and may have done so when the slice began.
  var isHead = false
  /// Who ran here turned up on another CPU, and when.
  var moved: (pid: Int32, time: Int64)?
  /// The first and the last event's time; -1 before them.
  var first: Int64 = -1
  var last: Int64 = -1

  // MARK: Interrupts

  /// Those that began in the slice and go on.
  private(set) var open: [(line: Line, since: Int64)] = []
  /// Ends of those that began before the slice, if they did.
  private(set) var ends: [UnmatchedEnd] = []
  /// Those of which the slice told before the first loss.
  private(set) var settled = Set<Line>()
  /// Whether tasks were switched before the first loss.
  private(set) var hasSwitched = false
  /// Of hard and soft interrupts: whether it is known which of them go on.
  private(set) var knowsHard = false
  private(set) var knowsSoft = false
  /// When the last loss ended; -1 for none.
  private(set) var floor: Int64 = -1

  mutating func begins(_ line: Line, _ time: Int64) {
    // Where it went on already, its end was not recorded.
    open.removeAll { $0.line == line }
    open.append((line, time))
    if losses.isEmpty { settled.insert(line) }
    knows(line)
  }

  /// - Returns: when it began, where the slice tells that by itself.
  mutating func ends(_ line: Line, _ time: Int64) -> Int64? {
    defer { knows(line) }
    if let place = open.lastIndex(where: { $0.line == line }) {
      return open.remove(at: place).since
    }
    let isFirst = !(line.isSoft ? knowsSoft : knowsHard)
    if losses.isEmpty {
      guard settled.insert(line).inserted, line.isSoft || !hasSwitched else { return nil }
      ends.append(UnmatchedEnd(line: line, time: time, isFirst: isFirst))
      return nil
    }
    return isFirst && floor >= 0 ? floor : nil
  }

  private mutating func knows(_ line: Line) {
    if line.isSoft { knowsSoft = true } else { knowsHard = true }
  }

  /// How many of its kind one lies within that went on since some time.
  func depth(_ line: Line, begunAt time: Int64) -> Int {
    open.count { $0.line.isSoft == line.isSoft && $0.since < time }
  }

  /// Tasks are switched: no hard interrupt goes on.
  mutating func switches() {
    if !open.isEmpty { open.removeAll { !$0.line.isSoft } }
    if losses.isEmpty { hasSwitched = true }
    knowsHard = true
    knowsSoft = true
  }

  // MARK: Losses

  /// When each of the losses began; those that went on before the slice, at its start.
  private(set) var losses: [Int64] = []
  /// Streams that lose events, and since when; -1 where that was before the slice.
  private(set) var losing: [(stream: Int, since: Int64)] = []
  /// Losses that went on before the slice, and ended in it.
  private(set) var lossEnds: [(stream: Int, time: Int64, count: Int)] = []
  var isLosing: Bool { !losing.isEmpty }

  func isLosing(_ stream: Int) -> Bool { losing.contains { $0.stream == stream } }

  mutating func lossBegins(stream: Int, at time: Int64) {
    losing.append((stream, last >= 0 ? time : -1))
    losses.append(time)
    open = []
    knowsHard = false
    knowsSoft = false
  }

  /// - Returns: when it began, where that is in the slice.
  mutating func lossEnds(stream: Int, at time: Int64, count: Int) -> Int64? {
    floor = time
    guard let place = losing.firstIndex(where: { $0.stream == stream }) else { return nil }
    let since = losing.remove(at: place).since
    if since < 0 { lossEnds.append((stream, time, count)) }
    return since < 0 ? nil : since
  }
}
