import Tracefs

/// Times between two events, which the kernel takes itself.
extension KernelCounting {
  /// One end of a span: an event, what tells which span it belongs to, and a condition.
  struct End {
    var event: EventName
    /// Fields; both ends of a span have equal values there.
    var keys: [String]
    var filter: String?
    /// Of a begin: the other begins, by their places, that it may come after without an end between.
    /// They count no more.
    var replaces: [Int] = []

    /// - Parameter title: `system:event`.
    init(_ title: String, key: String..., filter: String? = nil, replaces: [Int] = []) {
      self.replaces = replaces
      let parts = title.split(separator: ":")
      event = EventName(system: String(parts[0]), name: String(parts[1]))
      keys = key
      self.filter = filter
    }
  }

  /// What of a span's end is carried along, to count by.
  struct Carried {
    /// In the kernel's words: `pid_t`.
    var type: String
    var name: String
    /// A field of the end's event, or `common_pid`.
    var field: String
    var modifier: HistogramField.Modifier?

    init(
      _ type: String, _ name: String, of field: String, _ modifier: HistogramField.Modifier? = nil
    ) {
      self.type = type
      self.name = name
      self.field = field
      self.modifier = modifier
    }
  }

  /// Counts spans by what is carried and by their length; a row is read as `SpanRow`.
  ///
  /// The kernel takes the time of both ends in whole units, so that a length is one more than cut off
  /// where the rest of the end's is smaller than that of the begin's.
  ///
  /// - Parameters:
  ///   - begins: any of these begins a span; the last one of each before the end counts.
  ///   - own: what else is counted by, before that: what every event has, such as the task that the
  ///     end happens in.
  ///   - carried: what of the end is counted by, before the length.
  mutating func addSpans(
    _ name: String, from begins: [End], to end: End, by own: [HistogramExpression] = [],
    carrying carried: [Carried] = [], unit: SpanUnit, table: Int
  ) {
    let event = "kscope_\(name)_\(suffix)"
    let size = rowsByTask
    define(
      .synthetic(
        SyntheticEvent(
          name: event,
          fields: [SyntheticEvent.Field("u64", "length")]
            + carried.map { SyntheticEvent.Field($0.type, $0.name) })))
    let keys = own + carried.map { HistogramExpression(field: $0.name, $0.modifier) }
    add(
      EventName(system: SyntheticEvent.group, name: event),
      HistogramTrigger(
        keys: keys + [HistogramExpression(field: "length", unit.key)],
        values: [HistogramExpression(field: "length")], size: size),
      table: table)
    for (number, begin) in begins.enumerated() {
      add(
        begin.event,
        HistogramTrigger(
          keys: begin.keys.map { HistogramExpression(field: $0) },
          variables: [.init("begin\(number)", unit.begin)], size: size, clock: "mono",
          filter: begin.filter))
    }
    for (number, begin) in begins.enumerated() {
      for other in begin.replaces {
        // A variable that has been read is not set any more.
        let past = HistogramExpression(unit.timestamp, [.init(.minus, .variable("begin\(other)"))])
        add(
          begin.event,
          HistogramTrigger(
            keys: begin.keys.map { HistogramExpression(field: $0) },
            variables: [.init("past\(number)_\(other)", past)], size: size, clock: "mono",
            filter: begin.filter))
      }
    }
    for (number, begin) in begins.enumerated() {
      let length = HistogramExpression(
        unit.timestamp, unit.division + [.init(.minus, .variable("begin\(number)"))])
      add(
        end.event,
        HistogramTrigger(
          keys: end.keys.map { HistogramExpression(field: $0) },
          variables: [.init("length\(number)", length)], size: size, clock: "mono",
          handlers: [
            HistogramHandler(
              .onMatch(begin.event),
              .trace(event, ["$length\(number)"] + carried.map(\.field)))
          ],
          filter: end.filter))
    }
  }
}

/// How the kernel counts lengths of time.
///
/// It knows powers of two, rounded up: of a length and one, that is the number of bits; so a begin is
/// taken one unit early. And it knows groups of equal size. What it does not take is a variable of a
/// variable, so that a length can be divided nowhere.
enum SpanUnit {
  /// By the number of bits of nanoseconds.
  case nanoseconds
  /// By the number of bits of microseconds.
  case microseconds
  /// By whole milliseconds.
  case milliseconds
  /// Summed up alone, in nanoseconds.
  case sum

  var timestamp: HistogramExpression.Operand {
    .field(HistogramField(HistogramTrigger.timestamp))
  }

  /// The kernel divides before it adds.
  var division: [HistogramExpression.Term] {
    self == .sum || self == .nanoseconds ? [] : [.init(.over, .number(1000))]
  }

  var begin: HistogramExpression {
    HistogramExpression(
      timestamp, division + (isByBits ? [.init(.minus, .number(1))] : []))
  }

  /// A length is then one too long.
  var isByBits: Bool { self == .microseconds || self == .nanoseconds }

  var key: HistogramField.Modifier {
    switch self {
    case .microseconds, .nanoseconds: .log2
    case .milliseconds: .buckets(1000)
    case .sum: .buckets(1 << 62)
    }
  }
}

/// A row of a table that `addSpans` made.
struct SpanRow {
  /// The number of bits of the lengths, in the unit.
  var bits: Int
  var count: Int
  /// In the unit; of milliseconds, of what is cut off.
  var sum: UInt64

  init(_ row: CountedRow, _ unit: SpanUnit) {
    let key = UInt64(bitPattern: Int64(row.number(row.keys.count - 1)))
    count = row.count
    let total = row.sums.first ?? 0
    switch unit {
    case .microseconds, .nanoseconds:
      bits = min(Int(clamping: key), UInt64.bitWidth)
      sum = total &- UInt64(row.count)
    case .milliseconds:
      bits = UInt64.bitWidth - (key / 1000).leadingZeroBitCount
      sum = total / 1000
    case .sum:
      bits = 0
      sum = total
    }
  }
}
