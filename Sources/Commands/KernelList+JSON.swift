import ByteIO
import EventFormats
import TraceDat
import Tracefs

/// The same lists as an object a line.
extension KernelList {
  func writeSystemsJSON(to sink: inout ByteSink) throws {
    for system in try directory.eventSystems() { Self.row(["system": system], to: &sink) }
  }

  func writeTracersJSON(to sink: inout ByteSink) throws {
    let current = try directory.top.currentTracer()
    for tracer in try directory.top.availableTracers() {
      var object = JSONObject()
      object.add("tracer", tracer)
      object.add("current", tracer == current)
      object.write(to: &sink)
    }
  }

  func writeClocksJSON(to sink: inout ByteSink) throws {
    let clocks = try directory.top.clocks()
    for clock in clocks.all {
      var object = JSONObject()
      object.add("clock", clock)
      object.add("current", clock == clocks.current)
      object.write(to: &sink)
    }
  }

  func writeInstancesJSON(to sink: inout ByteSink) throws {
    for name in try directory.instanceNames() { Self.row(["instance": name], to: &sink) }
  }

  func writeOptionsJSON(matching pattern: String, to sink: inout ByteSink) throws {
    let regex = try Self.regex(pattern)
    for option in try directory.top.optionStates()
    where regex?.matches(option.name) ?? true {
      var object = JSONObject()
      object.add("option", option.name)
      object.add("on", option.isOn)
      object.write(to: &sink)
    }
  }

  func writeFunctionsJSON(matching pattern: String, to sink: inout ByteSink) throws {
    for line in try directory.functions().lines(matching: try POSIXRegex(pattern)) {
      let words = line.split(separator: " ", maxSplits: 1)
      var object = JSONObject()
      object.add("function", String(words.first ?? ""))
      let module = words.count > 1 ? words[1].filter { $0 != "[" && $0 != "]" } : nil
      object.add("module", module)
      object.write(to: &sink)
    }
  }

  func writeEventsJSON(
    matching pattern: String, _ detail: EventDetail, to sink: inout ByteSink
  ) throws {
    for event in try events(matching: pattern) {
      var object = JSONObject()
      object.add("event", event.description)
      object.add("system", event.system)
      object.add("name", event.name)
      switch detail {
      case .name: break
      case .filter: object.add("filter", try directory.top.filter(of: event))
      case .triggers: object.add("triggers", try directory.top.triggerLines(of: event))
      case .format(let isFull): try addFormat(of: event, isFull: isFull, describes: false, &object)
      case .description: try addFormat(of: event, isFull: true, describes: true, &object)
      }
      object.write(to: &sink)
    }
  }

  private func addFormat(
    of event: EventName, isFull: Bool, describes: Bool, _ object: inout JSONObject
  ) throws {
    let format = try format(of: event)
    if describes { object.add("meaning", EventGlossary.meaning(of: event)) }
    object.add("id", format.id)
    let values = describes ? format.namedValues(longSize: MemoryLayout<Int>.size) : [:]
    object.add("fields", format.commonFields + format.fields) { field, object in
      Self.add(field, values[field.name], to: &object)
      if describes { object.add("meaning", EventGlossary.meaning(ofField: field.name)) }
    }
    if isFull { object.add("print_format", format.printFormat) }
  }

  static func writeCompressionsJSON(to sink: inout ByteSink) {
    for compression in Compression.allCases where compression != .none {
      var object = JSONObject()
      object.add("compression", compression.rawValue)
      object.add("version", compression.libraryVersion)
      object.write(to: &sink)
    }
  }

  static func writeReportOptionsJSON(to sink: inout ByteSink) {
    for option in HandlerOptions.all {
      var object = JSONObject()
      object.add("plugin", option.plugin)
      object.add("option", option.name)
      object.add("description", option.summary)
      object.add("on", option.isSetByDefault)
      object.write(to: &sink)
    }
  }

  private static func row(_ members: KeyValuePairs<String, String>, to sink: inout ByteSink) {
    var object = JSONObject()
    for (name, value) in members { object.add(name, value) }
    object.write(to: &sink)
  }
}
