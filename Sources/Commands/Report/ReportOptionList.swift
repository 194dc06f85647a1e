import ByteIO
import EventFormats

/// What `report -O` can be told, listed in trace-cmd's shape: for `kscope options` and `list -O`.
enum ReportOptionList {
  static func write(to sink: inout ByteSink) {
    var previous: String?
    for option in HandlerOptions.all {
      if let previous {
        sink.append(previous == option.plugin ? "------------\n" : "============\n")
      }
      previous = option.plugin
      sink.append("  plugin:\t\(option.plugin)\n  option:\t\(option.name)\n")
      let condition = option.since == .version3_1 ? "" : " (--compat \(option.since.rawValue))"
      sink.append("    desc:\t\(option.summary)\(condition)\n")
      sink.append("     set:\t\(option.isSetByDefault ? 1 : 0)\n")
    }
  }
}
