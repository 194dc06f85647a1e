import ByteIO

/// A task as one slice of the events tells of it.
struct SliceTask {
  /// How the time ended of which the slice does not know what the task did.
  enum Head: UInt8 {
    /// Something told of it that says nothing of what it did before.
    case mentioned
    /// It ran then; if it waited for a CPU before, that ended.
    case run
    /// It was woken then; it slept before, or was blocked.
    case woken
  }

  var pid: Int32
  var machine: Int
  var now = CarriedState()
  /// When it was first told of; -1 where nothing is open from before the slice.
  var headEnd: Int64 = -1
  var head = Head.mentioned
  /// Whether nothing was told yet of what it did before.
  var isHeadOpen: Bool { headEnd >= 0 && head == .mentioned }
  /// It was running when the slice began, and has run since.
  var startsRunning = false
  /// It waits for a CPU since it was woken for the first time in the slice; the slice before may have
  /// it woken already, and knows how long it waits.
  var isInFirstWait = false
  var firstWake: Int64 = -1
  /// When that wait ended.
  var firstRun: Int64 = -1
  /// Whether the slice tells in which system call it is.
  var knowsCall = false
  var born: Int64 = -1
  var gone: Int64 = -1
  var parent: Int32 = 0
  var isThread = false
  /// What it was called, one after the other.
  var names: [ShortText] = []

  init(pid: Int32, machine: Int) {
    self.pid = pid
    self.machine = machine
  }
}

/// A CPU as one slice of the events tells of it.
struct SliceCPU {
  /// The pid where nobody knows who runs.
  static let nobody = Int32.min

  struct Interrupt {
    var isSoft: Bool
    var number: Int
    var since: Int64
  }

  /// Of the thread that runs.
  var pid = SliceCPU.nobody
  /// The number of its task; -1 for the idle task.
  var task = -1
  var since: Int64 = 0
  /// The last event's time; -1 before the first.
  var last: Int64 = -1
  /// From when on something is known; -1 before the first event.
  var floor: Int64 = -1
  var isBehindLoss = false
  var isLostAtEnd = false
  var interrupts: [Interrupt] = []
  /// When each of the losses began.
  var losses: [Int64] = []
}
