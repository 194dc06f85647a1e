import ByteIO
import Tracefs

/// The sections of `kscope list` that come from the tracing directory, as trace-cmd prints them.
struct KernelList {
  var directory: TracingDirectory

  /// What is printed of each event.
  enum EventDetail: Equatable {
    case name
    /// Its fields; all of its format file when full.
    case format(isFull: Bool)
    case filter
    case triggers
    /// What its fields and their values are, in words.
    case description
  }

  /// Everything, for a bare `list`.
  func writeAll(to sink: inout ByteSink) throws {
    sink.append("event systems:\n")
    try writeSystems(to: &sink)
    sink.append("events:\n")
    try writeEvents(matching: "", .name, to: &sink)
    sink.append("\ntracers:\n")
    try writeTracers(to: &sink)
    sink.append("\noptions:\n")
    try writeOptions(matching: "", to: &sink)
  }

  func writeSystems(to sink: inout ByteSink) throws {
    for system in try directory.eventSystems() { Self.line(system, to: &sink) }
    sink.append("\n")
  }

  func writeTracers(to sink: inout ByteSink) throws {
    // One line, blank at its end and all, as the file has it.
    sink.append(try directory.read(.availableTracers))
  }

  func writeClocks(to sink: inout ByteSink) throws {
    sink.append(try directory.read(.traceClock))
  }

  func writeInstances(to sink: inout ByteSink) throws {
    let names = try directory.instanceNames()
    if names.isEmpty { sink.append("No buffer instances defined\n") }
    for name in names { Self.line(name, to: &sink) }
  }

  func writeOptions(matching pattern: String, to sink: inout ByteSink) throws {
    let regex = try Self.regex(pattern)
    for option in try directory.top.optionStates()
    where regex?.matches(option.name) ?? true {
      Self.line(option.isOn ? option.name : "no" + option.name, to: &sink)
    }
  }

  func writeFunctions(matching pattern: String, to sink: inout ByteSink) throws {
    guard let regex = try Self.regex(pattern) else {
      return sink.append(try directory.read(.availableFilterFunctions))
    }
    for line in try directory.functions().lines(matching: regex) { Self.line(line, to: &sink) }
  }

  func writeEvents(
    matching pattern: String, _ detail: EventDetail, to sink: inout ByteSink
  ) throws {
    if detail == .description { return try writeDescriptions(matching: pattern, to: &sink) }
    for event in try events(matching: pattern) {
      switch detail {
      case .name:
        Self.line(event.description, to: &sink)
      case .format(let isFull):
        sink.append("system: \(event.system)\n")
        let format = String(decoding: try directory.top.format(of: event), as: UTF8.self)
        sink.append(isFull ? format : Self.fields(of: format))
      case .filter:
        try write(.eventFilter(event), of: event, to: &sink)
      case .triggers:
        try write(.eventTrigger(event), of: event, to: &sink)
      case .description: break
      }
    }
  }

  /// All in the order of `available_events`; some in that of the directories, as trace-cmd has them.
  func events(matching pattern: String) throws -> [EventName] {
    if pattern.isEmpty { return try directory.availableEvents() }
    let wanted = try EventNamePattern(pattern)
    return try directory.eventSystems().flatMap { system in
      try directory.top.events(of: system).filter(wanted.matches)
    }
  }

  private func write(
    _ file: ControlFile, of event: EventName, to sink: inout ByteSink
  ) throws {
    Self.line(event.description, to: &sink)
    sink.append(try directory.top.read(file))
    sink.append("\n")
  }

  /// A format file up to the blank line before its print format.
  static func fields(of format: String) -> String {
    var text = ""
    for line in format.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("print fmt:") { return text }
      text += line + "\n"
    }
    return text
  }

  static func regex(_ pattern: String) throws -> POSIXRegex? {
    pattern.isEmpty ? nil : try POSIXRegex(pattern)
  }

  private static func line(_ text: String, to sink: inout ByteSink) {
    sink.append(text)
    sink.append("\n")
  }
}
