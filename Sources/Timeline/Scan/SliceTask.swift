import ByteIO

/// A task as one slice of the events tells of it.
struct SliceTask {
  /// How the time ended of which the slice does not know what the task did.
  enum Head: UInt8 {
    /// Something told of it that says nothing of what it did before.
    case mentioned
    /// It was switched to; if it waited for a CPU before, that ended.
    case served
    /// It turned out to run, on `headCPU`.
    case found
    /// It was woken then; it slept before, or was blocked.
    case woken
  }

  /// How the first wait in the slice ended.
  enum WaitEnd: UInt8 {
    case served, found
    /// Its CPU loses events.
    case unseen
  }

  var pid: Int32
  var machine: Int
  var now = CarriedState()
  /// When it was first told of; -1 where nothing is open from before the slice.
  var headEnd: Int64 = -1
  var head = Head.mentioned
  /// Whether nothing was told yet of what it did before.
  var isHeadOpen: Bool { headEnd >= 0 && head == .mentioned }
  var headCPU: Int32 = -1
  /// It ran on, for some time, from where it was found.
  var headRan = false
  /// It waits for a CPU since it was woken, at `headEnd`, and that is the first that the slice
  /// tells of it. What was before the slice says whether that is so: the sink is not told of it.
  var isInFirstWait = false
  /// When that wait ended, and how; -1 before that.
  var firstWaitEnd: Int64 = -1
  var firstWaitEnded = WaitEnd.unseen
  /// It was woken while it seemed to run: by whom, for which CPU and when.
  var vainWake: (waker: Int, cpu: Int, time: Int64)?
  var hasRun = false
  /// How long it ran, as far as the slice knows, in ns.
  var ran: UInt64 = 0
  /// Whether the slice tells in which system call it is.
  var knowsCall = false
  var born: Int64 = -1
  var gone: Int64 = -1
  var parent: Int32 = 0
  /// Whether it is a thread of the process that made it; nil where nobody told.
  var isThread: Bool?
  /// What it was called, one after the other.
  var names: [ShortText] = []

  init(pid: Int32, machine: Int) {
    self.pid = pid
    self.machine = machine
  }
}
