package import ProbeLanguage
package import Tracefs

/// What was asked to be recorded: plain data, without a look at the kernel.
///
/// It has the shape of trace-cmd record's command line: what is set for one buffer is in its
/// `BufferPlan`, the rest holds for the whole recording.
package struct RecordingPlan: Equatable, Sendable {
  /// The top-level buffer first, then one for every `-B` in the order of the command line.
  package var buffers: [BufferPlan] = [BufferPlan(name: nil)]
  /// The program to run and its arguments; empty to record until a signal comes.
  package var command: [String] = []
  /// The file to write.
  package var output = "trace.dat"
  /// Trace the command's process only.
  package var onlyCommand = false
  /// Children of the traced processes are traced as well.
  package var followsChildren = false
  /// Whose end is the recording's, though others are traced as well: what is wanted of a process may
  /// happen while another runs.
  package var watched: [Int32] = []
  /// Formats of all events are saved, not of the enabled ones only.
  package var savesAllFormats = false
  /// Events that do not exist are passed over.
  package var ignoresMissingEvents = false
  /// What happens while the recorder itself runs is recorded, too: interrupts come then as well.
  package var showsRecorder = false
  /// Nothing but errors is printed.
  package var isQuiet = false
  /// The settings stay when the recording is over.
  package var keepsSettings = false
  /// The function tracer's functions are not traced by other tracers (`nofunction-trace`).
  package var disablesFunctionTrace = false
  /// The recorder's own threads are traced as well.
  package var tracesRecorder = false
  /// Pages are read and written instead of spliced.
  package var avoidsSplice = false
  /// The SCHED_FIFO priority of the reading threads, 1…99.
  package var priority: Int32?
  /// At most so many kilobytes are kept of each CPU, the newest.
  package var maximumKilobytes: Int?
  /// How many names of tasks the kernel keeps while recording.
  package var commandLinesSize: Int?
  /// The recording ends after so many nanoseconds.
  package var duration: UInt64?
  /// The recording ends before the file has more bytes.
  package var maximumFileSize: Int64?
  /// What is not for a named instance goes to one of kscope's own, not to the top level.
  package var isPrivate = false
  /// The command's end is not waited for.
  package var forks = false
  /// The wall clock is saved too, so that a report can show dates.
  package var savesDate = false
  /// Nothing is read or written until a trigger, or a signal, asks for what the buffers hold then.
  package var isFlightRecorder = false
  package var flightTriggers: [FlightTrigger] = []
  /// What a stream reads is kept in this file, too.
  package var savedFile: String?
  /// Events to be made first, in this order, for the triggers of others; a stream makes them.
  package var definitions: [DynamicEvent] = []
  /// Histograms count, in a stream. The buffers are on before they are set, as the times that the
  /// kernel gives them are of no use before; those that are set paused go on when tracing begins.
  package var countsByHistograms = false
  /// What the recording may cost; nil where nobody watches.
  package var overheadBudget: OverheadBudget?
  /// Added to every time of the file, in units of the trace clock.
  package var timeOffset: Int64?
  package var fileVersion = FileVersion.seven
  /// Not compressed unless asked: the pages then stay where the kernel put them.
  package var compression = CompressionChoice.none

  package init() {}

  package enum FileVersion: Int, Sendable {
    case six = 6
    case seven = 7
  }

  /// How the file's sections are stored.
  package enum CompressionChoice: String, Sendable {
    case any, none, zlib, zstd
  }
}

/// What is recorded in one buffer of the kernel: the top-level one or an instance.
package struct BufferPlan: Equatable, Sendable {
  /// The instance's name; nil is the top level.
  package var name: String?
  /// The value of `current_tracer`.
  package var tracer: String?
  package var events: [EventRequest] = []
  /// Functions that alone are traced: names, globs or regular expressions.
  package var functions: [String] = []
  /// Functions that are not traced.
  package var excludedFunctions: [String] = []
  /// Functions whose calls function_graph draws.
  package var graphFunctions: [String] = []
  /// The deepest call that function_graph draws; 0 is no limit.
  package var maximumGraphDepth: Int?
  /// The stack of every traced function is saved (`func_stack_trace`).
  package var savesFunctionStacks = false
  /// Trace options to set, a leading `no` switches off.
  package var options: [String] = []
  /// The processes to trace; empty for all.
  package var pids: [Int32] = []
  /// Hexadecimal, or `-1` for all CPUs.
  package var cpuMask: String?
  package var clock: String?
  /// The size of the ring buffer of each CPU.
  package var kilobytes: Int?
  /// The size of a sub-buffer of the ring buffer.
  package var subBufferKilobytes: Int?

  /// The instance is to be removed.
  package var isRemoved = false

  package init(name: String?) { self.name = name }

  static func removed(_ name: String) -> BufferPlan {
    var buffer = BufferPlan(name: name)
    buffer.isRemoved = true
    return buffer
  }

  /// Nothing was asked of this buffer.
  package var isEmpty: Bool { self == BufferPlan(name: name) }

  /// Whether anything is done to it: an instance is made by being named, the top level is there.
  var isUsed: Bool { name != nil || !isEmpty }

  /// Something would be written into this buffer.
  package var producesEvents: Bool {
    (tracer != nil && tracer != "nop") || events.contains { !$0.isExcluded || !$0.triggers.isEmpty }
  }
}

/// One `-e` with the filters and triggers that followed it.
package struct EventRequest: Equatable, Sendable {
  /// `all`, a system, `system:event` or an event; globs are allowed. Or a probe to be made:
  /// `probe:FUNCTION(…)`.
  package var pattern: String
  /// After `-v`: the events are switched off, and a trigger is set without switching them on.
  package var isExcluded = false
  /// Conditions in the kernel's filter language; all must hold.
  package var filters: [String] = []
  package var triggers: [String] = []
  /// Where it is not there, that need not be said.
  package var isOptional = false
  /// Of a `probe:…`, once it was looked up in the kernel's types.
  package var probe: ProbeDefinition?
  /// An event that is to be made, in the kernel's words, with its whole name.
  package var definition: DynamicEvent?
  /// Whether another name will do for that, where somebody else has an event of its name.
  package var mayBeRenamed = false

  package init(_ pattern: String, isExcluded: Bool = false) {
    self.pattern = pattern
    self.isExcluded = isExcluded
  }

  package init(making event: DynamicEvent, mayBeRenamed: Bool = false) {
    self.init("\(event.eventName)")
    definition = event
    self.mayBeRenamed = mayBeRenamed
  }

  /// What names its events to the kernel: the pattern, or the event that its probe makes.
  package var eventPattern: String {
    probe.map { "\($0.group):\($0.event)" } ?? definition.map { "\($0.eventName)" } ?? pattern
  }

  /// The filters as one condition: `(a)&&(b)`.
  package var combinedFilter: String? {
    guard let first = filters.first else { return nil }
    return filters.count == 1 ? first : filters.map { "(\($0))" }.joined(separator: "&&")
  }
}

extension RecordingPlan {
  /// The processes that a buffer is limited to; none for all.
  ///
  /// - Parameter command: the process of the plan's command, where there is one.
  func pids(of buffer: BufferPlan, command: Int32?) -> [Int32] {
    var pids = followsChildren ? ProcessTree.family(of: buffer.pids) : buffer.pids
    if onlyCommand, let command { pids.append(command) }
    return pids
  }
}
