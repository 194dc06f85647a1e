/// An event that somebody made: a line of `dynamic_events`.
public enum DynamicEvent: Hashable, Sendable {
  case probe(ProbeEvent)
  case synthetic(SyntheticEvent)

  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case kprobe, kretprobe, uprobe, uretprobe
    case eventProbe = "event probe"
    case functionProbe = "function probe"
    case functionReturnProbe = "function return probe"
    case tracepointProbe = "tracepoint probe"
    case synthetic = "synthetic event"

    /// Where the kernel puts an event whose group is not named.
    public var defaultGroup: String {
      switch self {
      case .kprobe, .kretprobe: "kprobes"
      case .uprobe, .uretprobe: "uprobes"
      case .eventProbe: "eprobes"
      case .functionProbe, .functionReturnProbe: "fprobes"
      case .tracepointProbe: "tracepoints"
      case .synthetic: SyntheticEvent.group
      }
    }

    /// The file for this kind where there is no `dynamic_events`.
    var file: ControlFile {
      switch self {
      case .kprobe, .kretprobe: .kprobeEvents
      case .uprobe, .uretprobe: .uprobeEvents
      case .synthetic: .syntheticEvents
      case .eventProbe, .functionProbe, .functionReturnProbe, .tracepointProbe: .dynamicEvents
      }
    }
  }

  /// Reads a line as a person writes it to `dynamic_events` or as the kernel lists it; a line of
  /// `synthetic_events`, which has no `s:`, is read by `SyntheticEvent`.
  public init(_ text: String) throws(TracefsError) {
    let line = text.trimmed
    if line.hasPrefix("s:") {
      self = .synthetic(try SyntheticEvent(text))
    } else {
      self = .probe(try ProbeEvent(text))
    }
  }

  public var kind: Kind {
    switch self {
    case .probe(let probe): probe.kind
    case .synthetic: .synthetic
    }
  }

  /// The whole name; what is not named is filled in much as the kernel would.
  public var eventName: EventName {
    switch self {
    case .probe(let probe): probe.eventName
    case .synthetic(let event): event.eventName
    }
  }

  public var group: String { eventName.system }
  public var name: String { eventName.name }

  /// The event that this one is made of.
  public var source: EventName? {
    if case .probe(let probe) = self, case .event(let event, _) = probe.point { return event }
    return nil
  }

  /// Throws where the kernel would refuse it whatever kernel it is.
  public func check() throws(TracefsError) {
    switch self {
    case .probe(let probe): try probe.check()
    case .synthetic(let event): try event.check()
    }
    let text = description
    // The kernel reads 4,096 bytes at once, and takes `#` for the start of a comment.
    guard text.utf8.count < 4095, !text.utf8.contains(UInt8(ascii: "#")) else {
      throw .badValue(
        what: kind.rawValue, text: text, expected: "a line of under 4,095 bytes without '#'")
    }
  }

  /// What removes the event of this name, all its probes.
  public static func removal(of event: EventName) -> String { "-:\(event.system)/\(event.name)" }

  /// What removes an event that is listed so, be it understood or not; nil for a line that is none.
  static func removal(ofListed line: String) -> String? {
    guard let word = line.words.first, let colon = word.firstIndex(of: ":") else { return nil }
    let name = word[word.index(after: colon)...]
    return name.isEmpty ? nil : "-:\(name)"
  }
}

extension DynamicEvent: CustomStringConvertible {
  /// As `dynamic_events` takes it.
  public var description: String {
    switch self {
    case .probe(let probe): probe.description
    case .synthetic(let event): "s:\(event)"
    }
  }

  /// As the file takes it, with its names written out.
  func text(for file: ControlFile) -> String {
    switch self {
    case .synthetic(let event):
      return file == .syntheticEvents ? event.description : description
    case .probe(var probe):
      let name = probe.eventName
      probe.group = name.system
      probe.name = name.name
      return probe.description
    }
  }
}

// MARK: Lists

extension DynamicEvent {
  /// What the kernel keeps to itself or words anew when it lists an event: names and `maxactive`
  /// that it chose, an event probe's filter, addresses, `%pd`, `%pD` and `$arg*`, names of
  /// arguments without one.
  public func isListed(as listed: DynamicEvent) -> Bool {
    guard kind == listed.kind, eventName == listed.eventName else { return false }
    switch (self, listed) {
    case (.synthetic(let event), .synthetic(let other)):
      return event == other
    case (.probe(let probe), .probe(let other)):
      return probe.point.isListed(as: other.point)
        && Self.areListed(probe.arguments, as: other.arguments)
    default: return false
    }
  }

  private static func areListed(_ arguments: [FetchArgument], as listed: [FetchArgument]) -> Bool {
    if arguments.contains(where: { $0.expression == .allArguments }) { return true }
    guard arguments.count == listed.count else { return false }
    return zip(arguments, listed).allSatisfy { argument, listed in
      if let name = argument.name, name != listed.name { return false }
      // A kernel with BTF gives `$arg1` without a name the parameter's name, and reads it by that.
      if argument.name == nil, case .argument = argument.expression,
        case .parameter = listed.expression
      {
        return argument.type == listed.type
      }
      switch argument.type?.element {
      case .dentryName, .fileName: return listed.type == FetchType(.string)
      default: return argument.expression == listed.expression && argument.type == listed.type
      }
    }
  }
}

extension ProbeEvent.Point {
  fileprivate func isListed(as listed: Self) -> Bool {
    switch (self, listed) {
    case (.kernel(.address), .kernel(.address)): return true
    case (.kernelReturn(let place, let maxActive), .kernelReturn(let other, let otherActive)):
      if let maxActive, maxActive != otherActive { return false }
      if case .address = place, case .address = other { return true }
      return place == other
    case (.functionReturn(let name, let maxActive), .functionReturn(let other, let otherActive)):
      return name == other && (maxActive == nil || maxActive == otherActive)
    case (.event(let event, let filter), .event(let other, let otherFilter)):
      return event == other && (otherFilter == nil || filter == otherFilter)
    default: return self == listed
    }
  }
}
