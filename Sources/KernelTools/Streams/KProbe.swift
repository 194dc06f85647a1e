package import Recording
package import Reports
import Tracefs

/// `kprobe`: what comes past a place in the kernel's code, with values.
package struct KProbe: StreamTool {
  package static let about = ToolDescription(
    name: "kprobe",
    abstract: "Each time that a place in the kernel's code is run, with values.",
    discussion: """
      DEFINITION is the kernel's own: p[:NAME] PLACE [NAME=VALUE …], or r for a function's return; or
      kscope's probe:FUNCTION(NAME=VALUE, …), which knows the names of arguments and fields
      (kscope record --help, PROBES). FILTER is a condition of the kernel's filter language.
      """,
    arguments: "DEFINITION [FILTER]",
    options: [
      ToolOption("F", "force", "Accepted for perf-tools' sake: the kernel says what it can probe."),
      StreamWords.header, StreamWords.stacks, StreamWords.format,
    ],
    examples: [
      ("kscope kprobe p:do_filp_open", "each file that is looked for"),
      ("kscope kprobe 'r:vfs_read n=$retval' 'n < 0'", "reads that fail"),
      ("kscope kprobe 'probe:do_filp_open(pathname->name)'", "with its name, on any machine"),
    ],
    common: ToolOption.commonOfLines)

  package let options: ToolOptions
  private let definition: String
  private let filter: String?

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    definition = try options.argument(0, "DEFINITION")
    try options.expectArguments(2, "DEFINITION and FILTER")
    filter = options.arguments.count > 1 ? options.arguments[1] : nil
  }

  package var subject: String { "kprobe \((try? eventName) ?? definition)." }

  private static let group = "kscope"
  private static let ownLanguage = "probe:"

  /// In the kernel's words `p:open` is a name without a place; in perf-tools' it is the place.
  private var kernelText: String {
    let words = definition.split(separator: " ", maxSplits: 2)
    guard let first = words.first, let colon = first.firstIndex(of: ":") else { return definition }
    // Values begin with a sign or have a name: `$retval`, `+0(%si)`, `mode=%cx`.
    if words.count > 1, let letter = words[1].first,
      letter.isLetter || letter.isNumber || letter == "_", !words[1].contains("=")
    {
      return definition
    }
    let rest = words.dropFirst().map { " " + $0 }.joined()
    return "\(first[..<colon]) \(first[first.index(after: colon)...])" + rest
  }

  private func event() throws -> DynamicEvent {
    var probe = try ProbeEvent(kernelText)
    let symbol: String
    switch probe.point {
    case .kernel(.symbol(let name, _, _)), .kernelReturn(.symbol(let name, _, _), _):
      symbol = name
    case .kernel(.address(let address)), .kernelReturn(.address(let address), _):
      symbol = "at_" + String(address, radix: 16)
    default:
      throw ToolUsageError.badValue(
        option: "DEFINITION", value: definition, expected: "a probe of the kernel: p or r")
    }
    probe.group = probe.group ?? Self.group
    probe.name = probe.name ?? StreamWords.eventName(symbol)
    return .probe(probe)
  }

  private var eventName: String {
    get throws {
      guard definition.hasPrefix(Self.ownLanguage) else { return try event().eventName.name }
      let place = definition.dropFirst(Self.ownLanguage.count).prefix { $0 != "(" }
      let name = place.split(separator: ":").last?.prefix { $0 != "+" && $0 != "%" } ?? ""
      return place.hasSuffix("%return") ? "\(name)_return" : String(name)
    }
  }

  private func request() throws -> EventRequest {
    if definition.hasPrefix(Self.ownLanguage) { return EventRequest(definition) }
    return EventRequest(
      making: try event(), mayBeRenamed: try ProbeEvent(kernelText).name == nil)
  }

  package func buffer() throws -> BufferPlan {
    try StreamWords.buffer(
      request(), if: filter, stacks: options.has("stacks") ? StreamWords.stackSetting : nil)
  }

  package func selection() throws -> ReportOptions.Selection {
    var selection = ReportOptions.Selection()
    selection.filters = [StreamWords.filter("*", try eventName, filter)]
    return selection
  }

  package func answer(_ commandLine: [String]) throws -> [UInt8]? {
    guard options.has("view") else { return nil }
    return try EventPreview.formats(of: try request(), commandLine: commandLine).flatMap { $0 }
  }
}
