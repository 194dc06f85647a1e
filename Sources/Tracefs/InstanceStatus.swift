/// What is set in one instance now, for people who want to know who left what.
///
/// What a kernel does not have is nil or empty: nothing here is an error but an instance that is gone.
public struct InstanceStatus: Equatable, Sendable {
  /// The instance's name; nil is the top level.
  public var name: String?
  /// nil where the file is missing.
  public var isTracing: Bool?
  /// `nop` is none.
  public var tracer: String?
  public var events: EnabledEvents?
  /// Filters in the order in which the kernel lists the events; the text is the file's.
  public var filters: [Setting] = []
  /// Triggers in the same order; one text holds all lines of an event.
  public var triggers: [Setting] = []
  public var functionFilter: [String] = []
  public var functionNotrace: [String] = []
  public var graphFunctions: [String] = []
  public var graphNotrace: [String] = []
  public var bufferSize: BufferSize?
  /// `buffer_total_size_kb` as it stands; nil before the first use of the buffer.
  public var bufferTotalSize: String?
  /// KB; nil before Linux 6.8.
  public var subbufferSize: Int?
  public var clock: String?
  /// Hexadecimal words, as the kernel prints them.
  public var cpuMask: String?
  /// Whether the mask leaves a CPU out that has a buffer.
  public var masksCPUs = false
  /// Microseconds.
  public var maxLatency: Int?
  public var eventPIDs: [String] = []
  public var eventNotracePIDs: [String] = []
  public var functionPIDs: [String] = []
  public var functionNotracePIDs: [String] = []
  /// Probes and synthetic events are the kernel's, not an instance's: empty but at the top level.
  public var kprobes: [String] = []
  public var uprobes: [String] = []
  public var syntheticEvents: [String] = []
  public var eventProbes: [String] = []
  public var options: [Option] = []
  /// The file's text; empty where nothing went wrong.
  public var errorLog = ""
  /// Whether the stack tracer runs, which is one for the machine; nil where the kernel has none.
  public var isStackTracing: Bool?
  /// The names of the other instances, as the kernel lists them; only at the top level.
  public var instances: [String] = []

  public struct Setting: Equatable, Sendable {
    public var event: EventName
    public var text: String
  }

  public struct Option: Equatable, Sendable {
    public var name: String
    public var isOn: Bool
  }

  /// Which events are on, as the kernel sums it up in the `enable` files.
  public enum EnabledEvents: Equatable, Sendable {
    case all
    case nothing
    /// Whole systems, and events of systems that are partly on.
    case partly(systems: [String], events: [EventName])
  }

  public enum BufferSize: Equatable, Sendable {
    /// Nothing was traced since the boot; so many KB will be taken on the first use.
    case unexpanded(Int)
    case kilobytes(Int)
    /// The CPUs differ: the text of each one's file.
    case perCPU([CPUSize])

    public struct CPUSize: Equatable, Sendable {
      public var cpu: Int
      public var text: String
    }
  }
}

// MARK: Reading

extension Instance {
  /// Reads what is set. Of several thousand small files the filters and triggers are most.
  public func status() throws(TracefsError) -> InstanceStatus {
    guard TextFile.isDirectory(path) else {
      throw .unknown(.instance, name: name ?? "", nearest: [], requirement: nil)
    }
    var status = InstanceStatus(name: name)
    status.isTracing = try? isTracing()
    status.tracer = try? currentTracer()
    readEvents(into: &status)
    status.functionFilter = setLines(.setFtraceFilter)
    status.functionNotrace = setLines(.setFtraceNotrace)
    status.graphFunctions = setLines(.setGraphFunction)
    status.graphNotrace = setLines(.setGraphNotrace)
    readBuffer(into: &status)
    status.clock = (try? clocks())?.current
    readCPUs(into: &status)
    status.maxLatency = try? number(.tracingMaxLatency)
    status.eventPIDs = setLines(.setEventPID)
    status.eventNotracePIDs = setLines(.setEventNotracePID)
    status.functionPIDs = setLines(.setFtracePID)
    status.functionNotracePIDs = setLines(.setFtraceNotracePID)
    status.options = ((try? optionStates()) ?? []).map { .init(name: $0.name, isOn: $0.isOn) }
    status.errorLog = (try? read(.errorLog)) ?? ""
    guard name == nil else { return status }
    status.kprobes = setLines(.kprobeEvents)
    status.uprobes = setLines(.uprobeEvents)
    status.syntheticEvents = setLines(.syntheticEvents)
    status.eventProbes = setLines(.dynamicEvents).filter {
      $0.hasPrefix("e:") || $0.hasPrefix("e ")
    }
    status.isStackTracing = try? directory.isStackTracing()
    let instances = "\(directory.path)/instances"
    status.instances = (try? TextFile.namesAsListed(in: instances)) ?? []
    return status
  }

  /// The lines that set something; none where the kernel lacks the file.
  private func setLines(_ file: ControlFile) -> [String] { (try? list(file)) ?? [] }

  private func readBuffer(into status: inout InstanceStatus) {
    if let text = try? read(.bufferSizeKB) {
      let words = text.words
      if words.first == "X" {
        let sizes = ((try? cpus()) ?? []).compactMap { cpu in
          (try? read(ControlFile("per_cpu/cpu\(cpu)/buffer_size_kb"))).map {
            InstanceStatus.BufferSize.CPUSize(cpu: cpu, text: $0.trimmed)
          }
        }
        status.bufferSize = .perCPU(sizes)
      } else if words.count > 1 {
        status.bufferSize = (try? bufferSize()).flatMap { $0 }.map { .unexpanded($0) }
      } else {
        status.bufferSize = words.first.flatMap { Int($0) }.map { .kilobytes($0) }
      }
    }
    if let text = try? read(.bufferTotalSizeKB) { status.bufferTotalSize = text.trimmed }
    status.subbufferSize = try? subbufferSize()
  }

  private func readCPUs(into status: inout InstanceStatus) {
    guard let mask = try? cpuMask() else { return }
    status.cpuMask = mask
    let online = CPUMask.onlineCPUs() ?? (try? cpus()) ?? []
    let set = CPUMask.cpus(in: mask)
    status.masksCPUs = !online.allSatisfy(set.contains)
  }

  // MARK: Events

  private func readEvents(into status: inout InstanceStatus) {
    let all = try? value(.eventsEnable)
    switch all {
    case "1": status.events = .all
    case "0": status.events = .nothing
    case .some: status.events = .partly(systems: [], events: [])
    case nil: break
    }
    let isMixed = status.events == .partly(systems: [], events: [])
    var systems: [String] = []
    var events: [EventName] = []
    for system in (try? eventDirectories("events")) ?? [] {
      let names = (try? self.events(of: system)) ?? []
      if isMixed {
        switch try? value(ControlFile("events/\(system)/enable")) {
        case "1": systems.append(system)
        case "X": events += names.filter { (try? value(.eventEnable($0)))?.hasPrefix("1") ?? false }
        default: break
        }
      }
      for event in names { readSettings(of: event, into: &status) }
    }
    if isMixed { status.events = .partly(systems: systems, events: events) }
  }

  /// A filter that the kernel could not parse stands there with a caret below, and is told as it is.
  private func readSettings(of event: EventName, into status: inout InstanceStatus) {
    if let filter = try? read(.eventFilter(event)).trimmed, !filter.isEmpty, filter != "none" {
      status.filters.append(.init(event: event, text: filter))
    }
    if let triggers = try? triggerLines(of: event), !triggers.isEmpty {
      status.triggers.append(.init(event: event, text: triggers.joined(separator: "\n")))
    }
  }
}
