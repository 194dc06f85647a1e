/// An event that the kernel makes at a place in code, or of another event.
///
/// Printed as `dynamic_events` takes it (Documentation/trace/kprobetrace.rst, uprobetracer.rst,
/// eprobetrace.rst, fprobetrace.rst): `p:group/name place argument…`.
public struct ProbeEvent: Hashable, Sendable {
  /// Where it stands.
  public enum Point: Hashable, Sendable {
    /// An instruction of the kernel.
    case kernel(KernelPlace)
    /// The return from a function; `maxActive` calls at once, the kernel's choice where nil.
    case kernelReturn(KernelPlace, maxActive: Int? = nil)
    case user(UserPlace)
    case userReturn(UserPlace)
    /// Another event, where it passes a filter.
    case event(EventName, filter: String? = nil)
    /// The entry of a function, or of all that match, by the function tracer.
    case function(String)
    case functionReturn(String, maxActive: Int? = nil)
    /// A tracepoint, whether or not it has an event.
    case tracepoint(String)
  }

  /// Where nil, the kernel's default for its kind: `kprobes`, `uprobes` …
  public var group: String?
  /// Where nil, a name made of the place.
  public var name: String?
  public var point: Point
  public var arguments: [FetchArgument]

  public init(
    group: String? = nil, name: String? = nil, at point: Point, arguments: [FetchArgument] = []
  ) {
    self.group = group
    self.name = name
    self.point = point
    self.arguments = arguments
  }

  public var kind: DynamicEvent.Kind {
    switch point {
    case .kernel: .kprobe
    case .kernelReturn: .kretprobe
    case .user: .uprobe
    case .userReturn: .uretprobe
    case .event: .eventProbe
    case .function: .functionProbe
    case .functionReturn: .functionReturnProbe
    case .tracepoint: .tracepointProbe
    }
  }

  public var isReturn: Bool {
    switch point {
    case .kernelReturn, .userReturn, .functionReturn: true
    default: false
    }
  }

  /// The event's whole name, what is nil filled in much as the kernel would.
  public var eventName: EventName {
    EventName(system: group ?? kind.defaultGroup, name: name ?? defaultName)
  }

  private var defaultName: String {
    let text =
      switch point {
      case .kernel(let place): "p_" + place.nameInEvent
      case .kernelReturn(let place, _): "r_" + place.nameInEvent
      case .user(let place): "p_" + place.nameInEvent
      case .userReturn(let place): "r_" + place.nameInEvent
      case .event(let event, _): event.name
      case .function(let name): name + "__entry"
      case .functionReturn(let name, _): name + "__exit"
      case .tracepoint(let name): name
      }
    return KernelName.sanitized(text)
  }
}

extension ProbeEvent: CustomStringConvertible {
  public var description: String {
    var words = [head, place] + arguments.map(\.description)
    if case .event(_, let filter?) = point { words.append("if \(filter)") }
    return words.joined(separator: " ")
  }

  private var head: String {
    let letter =
      switch point {
      case .kernel, .user: "p"
      case .kernelReturn(_, let maxActive): "r" + (maxActive.map { "\($0)" } ?? "")
      case .userReturn: "r"
      case .event: "e"
      case .function: "f"
      case .functionReturn(_, let maxActive): "f" + (maxActive.map { "\($0)" } ?? "")
      case .tracepoint: "t"
      }
    guard group != nil || name != nil else { return letter }
    return "\(letter):" + (group.map { "\($0)/" } ?? "") + (name ?? "")
  }

  private var place: String {
    switch point {
    case .kernel(let place), .kernelReturn(let place, _): "\(place)"
    case .user(let place), .userReturn(let place): "\(place)"
    case .event(let event, _): "\(event.system).\(event.name)"
    case .function(let name), .tracepoint(let name): name
    case .functionReturn(let name, _): "\(name)%return"
    }
  }
}

extension ProbeEvent {
  /// The most arguments of a probe.
  static let argumentLimit = 128

  func check() throws(TracefsError) {
    if let group { try KernelName.check(group, "group of a probe") }
    if let name { try KernelName.check(name, "name of a probe") }
    switch point {
    case .kernel(let place): try place.check()
    case .kernelReturn(let place, let maxActive):
      try place.check()
      try check(maxActive)
    case .user(let place), .userReturn(let place): try place.check()
    case .event(let event, let filter):
      try KernelName.check(event.system, "system of an event")
      try KernelName.check(event.name, "name of an event")
      if let filter {
        try KernelName.checkLine(filter, "filter of a probe")
        guard !filter.trimmed.isEmpty else {
          throw .badValue(what: "filter of a probe", text: filter, expected: "a condition")
        }
      }
    case .function(let pattern): try Self.check(function: pattern)
    case .functionReturn(let pattern, let maxActive):
      try Self.check(function: pattern)
      try check(maxActive)
    case .tracepoint(let name): try KernelName.check(name, "tracepoint")
    }
    try checkArguments()
  }

  private func checkArguments() throws(TracefsError) {
    guard arguments.count <= Self.argumentLimit else {
      throw .badValue(
        what: "arguments of a probe", text: "\(arguments.count)",
        expected: "\(Self.argumentLimit) or fewer")
    }
    var names: Set<String> = []
    for argument in arguments {
      try argument.check()
      if let name = argument.name, !names.insert(name).inserted {
        throw .badValue(what: "argument of a probe", text: name, expected: "used once only")
      }
      var readsReturn = false
      argument.expression.forEach { if $0 == .returnValue { readsReturn = true } }
      if readsReturn, !isReturn, kind != .eventProbe {
        throw .badValue(
          what: "argument of a probe", text: "\(argument)",
          expected: "known before the function returns ($retval is for r: and %return)")
      }
    }
  }

  private func check(_ maxActive: Int?) throws(TracefsError) {
    guard let maxActive else { return }
    guard (1...4096).contains(maxActive) else {
      throw .badValue(what: "maxactive", text: "\(maxActive)", expected: "from 1 to 4096")
    }
  }

  private static func check(function pattern: String) throws(TracefsError) {
    guard !pattern.isEmpty,
      pattern.utf8.allSatisfy({ TextScanner.isNameByte($0) || ".$*?[]-".utf8.contains($0) })
    else {
      throw .badValue(what: "function of a probe", text: pattern, expected: "a function or a glob")
    }
  }
}
