/// One of a recording's ring buffers: the top-level one, or an instance.
package struct TraceBuffer: Sendable {
  /// The instance's name; empty for the top-level buffer.
  package var name: String
  /// The `trace_clock` in use, where the file tells: `local`, `mono`, `x86-tsc` …
  package var clock: String?
  /// The size of its sub-buffers in bytes.
  package var pageSize: Int
  package var content: Content
  /// What the file's table says of it, whether the pages are there or not.
  package var listed = Listed()

  /// A buffer's table as it stands in the file: CPUs without data count.
  package struct Listed: Equatable, Sendable {
    package var cpus = 0
    /// What all CPUs together have stored, in bytes.
    package var bytes: UInt64 = 0
  }

  package enum Content: Sendable {
    /// Pages, per CPU; CPUs without data may be missing.
    case pages([CPUData])
    /// The text of the `trace` file, which is what the latency tracers leave.
    case text(LatencyText)
  }

  /// Where a latency tracer's text is; `TraceFile.forEachPart` reads it.
  package struct LatencyText: Sendable {
    var section: Section
  }

  /// Where one CPU's pages are.
  package struct CPUData: Sendable {
    package var cpu: Int
    /// In bytes from the start of the file.
    package var offset: Int
    /// In bytes as stored.
    package var size: Int
    /// Whether the pages are not packed, whatever the file's head says.
    package var isRaw = false
    /// Of a ring, which page is the oldest; the one before it is the newest.
    package var firstPage = 0
    /// Pages in memory, in place of those in the file.
    package var window: PageWindow?
  }

  /// Whether it holds the text of a latency tracer.
  package var isText: Bool {
    if case .text = content { true } else { false }
  }

  /// Where the pages of each CPU are; none in a text buffer.
  package var cpus: [CPUData] {
    if case .pages(let cpus) = content { cpus } else { [] }
  }
}

extension TraceBuffer.Listed {
  init(_ cpus: [TraceBuffer.CPUData]) {
    self.init(cpus: cpus.count, bytes: cpus.reduce(0) { $0 &+ UInt64($1.size) })
  }
}
