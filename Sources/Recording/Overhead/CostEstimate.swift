/// What a recording would cost, extrapolated from a short look.
package struct CostEstimate: Equatable, Sendable {
  /// An event or a function and how often it came.
  package struct Spot: Equatable, Sendable {
    package var name: String
    package var isFunction: Bool
    package var perSecond: Double
    /// Of all events of the buffer, 0…1.
    package var share: Double

    package init(name: String, isFunction: Bool, perSecond: Double, share: Double) {
      self.name = name
      self.isFunction = isFunction
      self.perSecond = perSecond
      self.share = share
    }
  }

  /// One buffer of the recording.
  package struct Buffer: Equatable, Sendable {
    /// The instance's name; nil is the top level.
    package var name: String?
    /// Events a second of each CPU.
    package var eventsPerSecond: [Int: Double] = [:]
    /// Bytes that one event takes in the buffer, on average.
    package var bytesPerEvent = 0.0
    /// Bytes of one CPU's buffer as the recording would have it.
    package var capacity = 0
    /// What one event costs, in nanoseconds of CPU time; nil where it could not be measured.
    package var price: Double?
    /// The hottest first.
    package var spots: [Spot] = []
    package var notes: [String] = []

    package init(name: String?) { self.name = name }

    package var events: Double { eventsPerSecond.values.reduce(0, +) }
    package var bytes: Double { events * bytesPerEvent }
    package var busiest: (cpu: Int, events: Double)? {
      eventsPerSecond.max { ($0.value, $1.key) < ($1.value, $0.key) }.map { ($0.key, $0.value) }
    }

    /// How many seconds of its busiest CPU the buffer holds before it must have been read; nil where
    /// nothing came.
    package var secondsHeld: Double? {
      guard let busiest, busiest.events * bytesPerEvent > 0 else { return nil }
      return Double(capacity) / (busiest.events * bytesPerEvent)
    }

    /// The share of all CPUs' time that writing the events takes, 0…1.
    package func share(ofCPUs count: Int) -> Double? {
      price.map { $0 * events / 1e9 / Double(max(count, 1)) }
    }
  }

  /// How long was looked, in seconds.
  package var duration: Double
  /// How many CPUs are online.
  package var cpuCount: Int
  package var buffers: [Buffer]
  package var warnings: [String] = []

  package init(duration: Double, cpuCount: Int, buffers: [Buffer]) {
    self.duration = duration
    self.cpuCount = cpuCount
    self.buffers = buffers
  }

  /// The share of all CPUs' time that writing the events of all buffers takes; nil where the price
  /// of an event is not known.
  package var share: Double? {
    let shares = buffers.map { $0.share(ofCPUs: cpuCount) }
    return shares.contains { $0 == nil } ? nil : shares.reduce(0) { $0 + ($1 ?? 0) }
  }
}
