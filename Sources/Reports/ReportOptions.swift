package import ByteIO
package import EventFormats

/// What a report shows of its recordings, and how.
package struct ReportOptions: Sendable {
  package var range = ReportRange.all
  package var selection = Selection()
  package var time = TimeOptions()
  /// The lines in front of all others, with each file's number of CPUs.
  package var printsHead = true
  /// Names of tasks that are known, in place of a search through the file.
  package var names: GatheredNames?
  /// How deep calls were in the parts that were shown before, of a recording that is followed.
  package var calls: DepthMemory?
  /// The names of tasks while they are traced, in place of all others.
  package var liveNames: LiveTaskNames?
  /// Whether an instance's name stands in its lines though there is no other buffer.
  package var namesLoneInstance = true
  package var line = LineOptions()
  /// The kernel's symbols, in the form of /proc/kallsyms, in place of those in the recordings.
  package var symbols: MappedFile?
  /// Reads them when the first address is looked up, in the same form and in the same stead.
  package var loadsSymbols: (@Sendable () -> [UInt8])?
  /// How many threads work; all processors by default.
  package var workers = 0
  /// How many bytes of pages are printed at once; their text, about twice that, stays in a
  /// core's cache.
  package var bytesPerSlice = 1 << 19

  /// Told, from time to time, how many of how many parts are done; by any thread.
  package var onProgress: (@Sendable (_ done: Int, _ of: Int) -> Void)?

  package init() {}

  /// Which events are shown.
  package struct Selection: Sendable {
    /// The filters of `-F`; of those that are not inverted, one must let an event through.
    package var filters: [FilterText] = []
    /// Only events of these tasks, beside what the filters let through.
    package var pids: [Int32] = []
    /// The same by the tasks' names.
    package var comms: [String] = []
    /// Only those of these CPUs.
    package var cpus: Set<Int>?
    /// Leaves out what happened in a hardware interrupt.
    package var leavesOutHardIRQ = false
    /// Leaves out what happened in a software interrupt.
    package var leavesOutSoftIRQ = false
    /// Of the function_graph tracer's calls, only those below a function, where a recording has more.
    /// To be shown from the first event on, in order: by `LiveReport`.
    package var callsBelow: CallsBelow.Choice?

    package init() {}
  }

  /// What stands in a line.
  package struct LineOptions: Sendable {
    /// Whose columns and whose text of events they are.
    package var generation = TextGeneration.version3_1
    /// Whether the columns are those of the latency format.
    package var isLatencyFormat = false
    /// Fields by name in place of every event's print format; flags as a number beside them.
    package var raw = false
    /// Fields by name in place of these events' print formats.
    package var rawFields = EventChoice.none
    /// The events whose own print format is used though there is a handler.
    package var withoutHandler = EventChoice.none
    /// How handlers print.
    package var handlers = HandlerOptions()
    /// A line of its own where a sub-buffer begins.
    package var marksSubBuffers = false
    /// How long it took from the last line to this.
    package var showsDifference = false
    /// Names of events in colours.
    package var colours = false
    /// Nothing of how long the function_graph tracer's calls took.
    package var hidesDurations = false
    /// Somebody looks at it: what would steer a terminal is shown as `^[` instead.
    package var isForTerminal = false
    /// How long each task waited from its wakeup, and a summary.
    package var showsWakeupLatency = false

    package init() {}

    var layout: Layout {
      isLatencyFormat ? .latency : generation.hasFlagsInEveryLine ? .version3_3 : .version3_1
    }
  }

  enum Layout {
    /// trace-cmd 3.1's: task, CPU, time.
    case version3_1
    /// trace-cmd 3.3's: task, CPU, flags, time.
    case version3_3
    /// Like the `trace` file with the latency-format option: task cut to 8 letters, CPU, flags.
    case latency

    var showsFlags: Bool { self != .version3_1 }
  }
}
