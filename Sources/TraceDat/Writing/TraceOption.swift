/// One option of a file: an id and its bytes, numbers in them in the file's byte order.
package struct TraceOption: Equatable, Sendable {
  package var id: ID
  package var data: [UInt8]

  package init(_ id: ID, _ data: [UInt8]) {
    self.id = id
    self.data = data
  }

  /// An option that holds text; the text ends with a NUL.
  package init(_ id: ID, text: String) {
    self.init(id, Array(text.utf8) + [0])
  }

  /// What an option is about (trace-cmd.dat.v7(5), "OPTIONS").
  package struct ID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let done = ID(rawValue: 0)
    /// Text: what to add to a time stamp to get the time of day, in µs, hexadecimal.
    package static let date = ID(rawValue: 1)
    /// Text: the `per_cpu/cpuN/stats` of one CPU.
    package static let cpuStat = ID(rawValue: 2)
    package static let buffer = ID(rawValue: 3)
    /// Text: the `trace_clock` file. Where it is missing, readers take time stamps for nanoseconds.
    package static let traceClock = ID(rawValue: 4)
    package static let uname = ID(rawValue: 5)
    /// Text: an event pair of `record -H`.
    package static let hook = ID(rawValue: 6)
    /// Text: what to add to every time stamp, in the clock's unit.
    package static let offset = ID(rawValue: 7)
    /// u32: how many CPUs the machine has.
    package static let cpuCount = ID(rawValue: 8)
    /// Text: what wrote the file.
    package static let version = ID(rawValue: 9)
    package static let procMaps = ID(rawValue: 10)
    /// u64: tells this recording from others, for host and guest to find each other.
    package static let traceID = ID(rawValue: 11)
    package static let timeShift = ID(rawValue: 12)
    package static let guest = ID(rawValue: 13)
    /// u32 multiplier, u32 shift, u64 offset: from TSC cycles to nanoseconds.
    package static let tscToNanoseconds = ID(rawValue: 14)
    /// v7: where the text of a latency tracer is.
    package static let bufferText = ID(rawValue: 22)
    package static let headerInfo = ID(rawValue: 16)
    package static let ftraceFormats = ID(rawValue: 17)
    package static let eventFormats = ID(rawValue: 18)
    package static let kallsyms = ID(rawValue: 19)
    package static let printkFormats = ID(rawValue: 20)
    package static let savedCommandLines = ID(rawValue: 21)

    // Ours; `Documentation/trace.dat-options.md` describes them.

    /// While recording only: where the pages of which CPU go.
    package static let recordingLayout = ID(rawValue: 0x4b01)
    /// Text: which threads there were, a line each.
    package static let threads = ID(rawValue: 0x4b02)
    /// Text: the processes' command lines.
    package static let processArguments = ID(rawValue: 0x4b03)
    /// Text: how the recording was asked for.
    package static let request = ID(rawValue: 0x4b04)
    /// Text: what the recording cost.
    package static let cost = ID(rawValue: 0x4b05)
    /// Begins a second copy of the options, in front of the pages: where it stands.
    package static let spareOptions = ID(rawValue: 0x4b06)
  }
}

extension TraceOption {
  /// The data as text, up to the first zero or line end.
  package var text: String {
    String(decoding: data.prefix { $0 != 0 && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
