import ByteIO

/// What `report -O` can be told, listed in trace-cmd's form.
enum ReportOptionList {
  private struct Entry {
    var group: String
    var option: String
    var meaning: String
    var isOn: Bool
  }

  private static let entries = [
    Entry(
      group: "ftrace", option: "parent",
      meaning: "Print parent of functions for function events", isOn: false),
    Entry(
      group: "ftrace", option: "indent",
      meaning: "Try to show function call indents, based on parents", isOn: true),
    Entry(
      group: "ftrace", option: "offset",
      meaning: "Show function names as well as their offsets", isOn: false),
    Entry(
      group: "fgraph", option: "tailprint",
      meaning: "Print function name at function exit in function graph", isOn: false),
    Entry(group: "fgraph", option: "depth", meaning: "Show the depth of each entry", isOn: false),
  ]

  static func write(to sink: inout ByteSink) {
    var previous: String?
    for entry in entries {
      if let previous {
        sink.append(previous == entry.group ? "------------\n" : "============\n")
      }
      previous = entry.group
      sink.append("  plugin:\t\(entry.group)\n  option:\t\(entry.option)\n")
      sink.append("    desc:\t\(entry.meaning)\n     set:\t\(entry.isOn ? 1 : 0)\n")
    }
  }
}
