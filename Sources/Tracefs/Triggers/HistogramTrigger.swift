/// A trigger that counts an event by keys (Documentation/trace/histogram.rst).
///
/// What the kernel adds on its own (the plain hitcount among the values, sorting by it, 2,048 rows,
/// the global clock) is nil or absent here, so that a listed trigger equals the one that was written.
/// References to the trigger's own variables are the exception: the kernel lists what they stand for.
public struct HistogramTrigger: Hashable, Sendable {
  public struct Variable: Hashable, Sendable {
    public var name: String
    public var value: HistogramExpression

    public init(_ name: String, _ value: HistogramExpression) {
      self.name = name
      self.value = value
    }
  }

  public struct SortKey: Hashable, Sendable {
    /// A key or value, as its name stands there.
    public var field: String
    public var isDescending: Bool

    public init(_ field: String, isDescending: Bool = false) {
      self.field = field
      self.isDescending = isDescending
    }
  }

  /// What is done to a trigger that is there already; `pause` may stand at a new one too.
  public enum Control: String, Hashable, Sendable, CaseIterable {
    case pause, `continue`, clear
  }

  /// Triggers of one name share one histogram.
  public var name: String?
  /// One to three (`TRACING_MAP_KEYS_MAX`).
  public var keys: [HistogramExpression]
  /// Summed up, beside the hitcount, which is always there.
  public var values: [HistogramExpression]
  public var variables: [Variable]
  /// At most two; none is by hitcount.
  public var sort: [SortKey]
  /// Rows, a power of two; nil for the kernel's 2,048.
  public private(set) var size: Int?
  /// Of the timestamps; nil for `global`.
  public var clock: String?
  /// Not to show the hitcount (Linux 6.3).
  public var hidesHitcount: Bool
  public var control: Control?
  public var handlers: [HistogramHandler]
  public var filter: String?

  public init(
    name: String? = nil, keys: [HistogramExpression], values: [HistogramExpression] = [],
    variables: [Variable] = [], sort: [SortKey] = [], size: Int? = nil, clock: String? = nil,
    hidesHitcount: Bool = false, control: Control? = nil, handlers: [HistogramHandler] = [],
    filter: String? = nil
  ) {
    self.name = name
    self.keys = keys
    self.values = values.filter { $0.field != .hitcount }
    self.variables = variables
    self.sort = sort == [SortKey("hitcount")] ? [] : sort
    self.clock = clock == "global" ? nil : clock
    self.hidesHitcount = hidesHitcount
    self.control = control
    self.handlers = handlers
    self.filter = filter
    self.size = Self.rounded(size)
  }

  /// Rows, where a trigger does not say.
  package static let defaultSize = 2048
  /// What the kernel takes, rounded up to a power of two (`TRACING_MAP_BITS_MIN`, `_MAX`).
  static let sizes = 65...131_072

  /// As the kernel does it; a size that it refuses stays as it is.
  private static func rounded(_ size: Int?) -> Int? {
    guard let size, sizes.contains(size) else { return size }
    var power = 128
    while power < size { power *= 2 }
    return power == defaultSize ? nil : power
  }
}

extension HistogramTrigger: CustomStringConvertible {
  /// As a `trigger` file takes it, in the order in which the kernel lists the parts.
  public var description: String { text(stacktrace: HistogramField.stacktrace.name) }

  /// As the trigger file of a kernel takes it.
  public func text(for kernel: KernelFeatures) -> String {
    text(stacktrace: kernel.has(.commonStacktrace) ? HistogramField.stacktrace.name : "stacktrace")
  }

  private func text(stacktrace: String) -> String {
    func list(_ expressions: [HistogramExpression]) -> String {
      expressions.map { $0.field == .stacktrace ? stacktrace : $0.description }
        .joined(separator: ",")
    }
    var parts = ["hist"]
    if let name { parts.append("name=\(name)") }
    if !keys.isEmpty { parts.append("keys=" + list(keys)) }
    if !values.isEmpty { parts.append("vals=" + list(values)) }
    if !variables.isEmpty {
      parts.append(variables.map { "\($0.name)=\(list([$0.value]))" }.joined(separator: ","))
    }
    if !sort.isEmpty {
      let words = sort.map {
        ($0.field == HistogramField.stacktrace.name ? stacktrace : $0.field)
          + ($0.isDescending ? ".descending" : "")
      }
      parts.append("sort=" + words.joined(separator: ","))
    }
    if let size { parts.append("size=\(size)") }
    if let clock { parts.append("clock=\(clock)") }
    if hidesHitcount { parts.append("nohitcount") }
    if let control { parts.append(control.rawValue) }
    parts += handlers.map(\.description)
    return parts.joined(separator: ":") + (filter.map { " if \($0)" } ?? "")
  }
}

extension HistogramTrigger {
  static let keyLimit = 3
  static let sortLimit = 2

  func check() throws(TracefsError) {
    func bad(_ what: String, _ text: String, _ expected: String) -> TracefsError {
      .badValue(what: what, text: text, expected: expected)
    }
    if let name { try KernelName.check(name, "name of a histogram") }
    guard (1...Self.keyLimit).contains(keys.count) || keys.isEmpty && name != nil else {
      throw bad("histogram", description, "one with 1 to 3 keys (keys=FIELD,…)")
    }
    for expression in keys + values { try expression.check() }
    for key in keys {
      if case .variable = key.first, key.rest.isEmpty {
        throw bad("key of a histogram", "\(key)", "a field: the kernel takes no variable there")
      }
    }
    var names: Set<String> = []
    for variable in variables {
      try KernelName.check(variable.name, "variable of a histogram")
      guard names.insert(variable.name).inserted, !Self.words.contains(variable.name) else {
        throw bad("variable of a histogram", variable.name, "a name that is free")
      }
      try variable.value.check()
    }
    guard sort.count <= Self.sortLimit else {
      throw bad("sort", "\(sort.count) fields", "by one or two")
    }
    for key in sort { try KernelName.check(key.field, "sort key of a histogram") }
    if let size, !Self.sizes.contains(size) {
      throw bad("size of a histogram", "\(size)", "from 65 to 131,072 rows")
    }
    if let clock { try checkWord(clock, "clock of a histogram") }
    for handler in handlers { try handler.check() }
  }

  private func checkWord(_ word: String, _ what: String) throws(TracefsError) {
    let isWord = word.utf8.allSatisfy { TextScanner.isNameByte($0) || $0 == UInt8(ascii: "-") }
    guard !word.isEmpty, isWord else { throw .badValue(what: what, text: word, expected: "a word") }
  }

  /// A field that is the time of the event.
  package static let timestamp = "common_timestamp"

  /// Whether times are looked at: the kernel then sets the buffer's clock to the histogram's, `global`
  /// unless told another, and leaves it so when the histogram is gone
  /// (kernel/trace/trace_events_hist.c, event_hist_trigger_parse).
  public var looksAtTimes: Bool {
    (keys + values + variables.map(\.value)).contains { expression in
      ([expression.first] + expression.rest.map(\.operand)).contains { operand in
        if case .field(let field) = operand { field.name == Self.timestamp } else { false }
      }
    }
  }

  /// The words before `=` that are no variables.
  package static let words: Set<String> = [
    "keys", "key", "values", "vals", "val", "sort", "size", "name", "clock",
  ]

  /// What a kernel must have to take this trigger.
  public var features: Set<KernelFeature> {
    var features: Set<KernelFeature> = [.histograms]
    if hidesHitcount { features.insert(.noHitcount) }
    for field in (keys + values).compactMap(\.field) {
      switch field.modifier {
      case .buckets: features.insert(.histogramBuckets)
      case .percent, .graph: features.insert(.histogramPercent)
      default: break
      }
    }
    return features
  }
}
