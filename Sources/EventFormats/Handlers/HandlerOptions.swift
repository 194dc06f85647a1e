import ByteIO

/// How handlers print, where they leave a choice: what `report -O [plugin:]option[=value]` sets.
///
/// Names and defaults are those of `trace-cmd options`: of 3.1.6, and of 3.3 where they came later.
package struct HandlerOptions: Sendable, Equatable {
  /// ` <-- parent` behind each function of the function tracer.
  package var functionParent = false
  /// Three blanks before a function for each caller of it that is known.
  package var functionIndent = true
  /// `+0xoffset ` behind each name of a function, of its parent too.
  package var functionOffset = false
  /// ` /* name */` behind the bracket that closes a call.
  package var graphTailprint = false
  /// ` (depth)` at the end of each line of a call graph.
  package var graphDepth = false
  /// Nothing of what functions returned.
  package var graphReturnSkip = false
  /// What functions returned, as a decimal number always.
  package var graphReturnDecimal = false
  /// What functions returned, as a hexadecimal number always.
  package var graphReturnHexadecimal = false

  package init() {}

  /// One option: its names, what it does, and where its value lies.
  package struct Option: Sendable {
    package var plugin: String
    package var name: String
    /// One line without a full stop.
    package var summary: String
    /// The first text that has what the option is about.
    package var since = TextGeneration.version3_1
    nonisolated(unsafe) fileprivate let place: WritableKeyPath<HandlerOptions, Bool>

    /// `plugin:name`
    package var title: String { "\(plugin):\(name)" }
    package var isSetByDefault: Bool { HandlerOptions()[keyPath: place] }
  }

  /// Every option, in the order in which `options` lists them.
  package static let all: [Option] = [
    Option(
      plugin: "ftrace", name: "parent", summary: "Print the caller of each traced function",
      place: \.functionParent),
    Option(
      plugin: "ftrace", name: "indent",
      summary: "Indent each traced function by the callers that are known", place: \.functionIndent),
    Option(
      plugin: "ftrace", name: "offset", summary: "Print the offset within each traced function",
      place: \.functionOffset),
    Option(
      plugin: "fgraph", name: "tailprint",
      summary: "Print the function's name where a call ends", place: \.graphTailprint),
    Option(
      plugin: "fgraph", name: "depth", summary: "Print the depth of each call",
      place: \.graphDepth),
    Option(
      plugin: "fgraph", name: "retval-skip", summary: "Print nothing of what functions return",
      since: .version3_3, place: \.graphReturnSkip),
    Option(
      plugin: "fgraph", name: "retval-dec", summary: "Print what functions return in decimal",
      since: .version3_3, place: \.graphReturnDecimal),
    Option(
      plugin: "fgraph", name: "retval-hex", summary: "Print what functions return in hexadecimal",
      since: .version3_3, place: \.graphReturnHexadecimal),
  ]

  /// An option's value.
  package subscript(option: Option) -> Bool {
    get { self[keyPath: option.place] }
    set { self[keyPath: option.place] = newValue }
  }

  /// Sets one as `-O` names it: `parent`, `ftrace:parent`, `ftrace:parent=1`, `indent=0`.
  ///
  /// Without a value an option is set. trace-cmd 3.1.6 passes over names and values that it does
  /// not know (observed); here they are errors.
  ///
  /// - Parameter generation: whose text it is for; an option that is newer than that is an error.
  package mutating func set(
    _ text: String, for generation: TextGeneration = .version3_1
  ) throws(HandlerOptionError) {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(sides.first ?? "")
    guard let option = Self.all.first(where: { $0.title == name || $0.name == name }) else {
      throw .unknown(
        name: name,
        nearest: Nearest.names(to: name, among: Self.all.map(name.contains(":") ? \.title : \.name))
      )
    }
    guard option.since <= generation else {
      throw .newer(option: option.title, since: option.since)
    }
    switch sides.count > 1 ? sides[1].lowercased() : "1" {
    case "1", "yes", "on", "true", "y": self[option] = true
    case "0", "no", "off", "false", "n": self[option] = false
    default: throw .badValue(option: option.title, value: String(sides[1]))
    }
  }
}

/// A text of `-O` that cannot be followed.
package enum HandlerOptionError: ExplainedError, Equatable {
  case unknown(name: String, nearest: [String])
  case badValue(option: String, value: String)
  /// The text that it is for does not have what the option is about.
  case newer(option: String, since: TextGeneration)

  package var message: String {
    switch self {
    case .unknown(let name, _): "there is no report option \"\(name)\""
    case .badValue(let option, let value):
      "report option \(option): the value is \"\(value)\", expected 0 or 1"
    case .newer(let option, let since):
      "report option \(option): only the text of trace-cmd \(since.rawValue) has it"
    }
  }

  package var hint: String? {
    switch self {
    case .unknown(_, let nearest):
      nearest.isEmpty
        ? "the options are " + HandlerOptions.all.map(\.title).joined(separator: ", ")
        : "did you mean " + nearest.joined(separator: " or ") + "?"
    case .badValue: nil
    case .newer(_, let since): "add --compat \(since.rawValue)"
    }
  }
}
