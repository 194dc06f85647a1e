@testable import Tracefs

/// Values of the kernel's small languages, made by chance; the same for the same seed.
struct RandomValues: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }
  private mutating func flag() -> Bool { Bool.random(using: &self) }
  private mutating func pick<Value>(_ values: [Value], _ other: Value) -> Value {
    values.randomElement(using: &self) ?? other
  }

  private mutating func maybe<Value>(_ value: (inout RandomValues) -> Value) -> Value? {
    flag() ? value(&self) : nil
  }

  private mutating func list<Value>(
    _ range: ClosedRange<Int>, _ value: (inout RandomValues) -> Value
  ) -> [Value] {
    (0..<number(range)).map { _ in value(&self) }
  }

  /// None is a word of the languages.
  mutating func name() -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz_ABCXYZ")
    return "n" + String((0..<number(1...8)).map { _ in pick(letters, "x") }) + "\(number(0...99))"
  }

  mutating func event() -> EventName { EventName(system: name(), name: name()) }

  mutating func filter() -> String { "\(name()) \(pick(["==", ">", "&"], "!=")) \(number(0...99))" }

  // MARK: Probes

  mutating func expression(_ depth: Int = 0) -> FetchExpression {
    switch number(0...(depth < 3 ? 13 : 11)) {
    case 0: .register(name())
    case 1: .stack
    case 2: .stackEntry(number(0...9))
    case 3: .comm
    case 4: .argument(number(1...9))
    case 5: .eventField(name())
    case 6: .address(next())
    case 7: .symbol(name(), offset: Int64(number(-99...99)))
    case 8: .fileOffset(next())
    case 9: .number(flag() ? Int128(next()) : -Int128(next() >> 1))
    case 10: .text(pick(["hello", "a=b", "(x)", "%d", "a,b;c"], ""))
    case 11: flag() ? .parameter(name()) : .member(.argument(1), isPointer: true, name())
    case 12:
      .dereference(offset: Int64(number(-9999...9999)), isUser: flag(), expression(depth + 1))
    default:
      .member(.member(.parameter(name()), isPointer: flag(), name()), isPointer: flag(), name())
    }
  }

  mutating func type() -> FetchType {
    let bits = pick(FetchType.widths, 8)
    let element: FetchType.Element
    switch number(0...10) {
    case 0: element = .signed(bits: bits)
    case 1: element = .unsigned(bits: bits)
    case 2: element = .hexadecimal(bits: bits)
    case 3: element = .char
    case 4: element = .string
    case 5: element = .userString
    case 6: element = .symbol
    case 7: element = .symbolString
    case 8: element = .bitfield(width: 3, offset: number(0...5), container: bits)
    case 9: element = .dentryName
    default: element = .fileName
    }
    return FetchType(element, count: maybe { $0.number(1...64) })
  }

  mutating func probe() -> ProbeEvent {
    let offset = UInt64(number(0...99))
    let place: KernelPlace =
      flag() ? .symbol(name(), module: maybe { $0.name() }, offset: offset) : .address(next())
    let path = UserPlace(
      pick(["/bin/bash", "/a:b/c", "/lib/libc.so.6"], "/x"), offset: next(),
      referenceCounter: maybe { $0.next() })
    let active = maybe { $0.number(1...4096) }
    let points: [ProbeEvent.Point] = [
      .kernel(place), .kernelReturn(place, maxActive: active), .user(path), .userReturn(path),
      .event(event(), filter: maybe { $0.filter() }), .function(pick(["vfs_*", name()], "a")),
      .functionReturn(name(), maxActive: active), .tracepoint(name()),
    ]
    var probe = ProbeEvent(
      group: maybe { $0.name() }, name: maybe { $0.name() }, at: pick(points, .kernel(place)))
    for number in 0..<number(0...5) {
      let argument = flag() ? "f\(number)" : nil
      probe.arguments.append(FetchArgument(argument, expression(), maybe { $0.type() }))
    }
    if probe.isReturn { probe.arguments.append(FetchArgument("ret", .returnValue)) }
    return probe
  }

  mutating func synthetic() -> SyntheticEvent {
    var fields: [SyntheticEvent.Field] = []
    for number in 0...number(0...6) {
      let type = pick(SyntheticEvent.types, "u8")
      let isList = ["char", "long", "unsigned long"].contains(type)
      let lengths: [SyntheticEvent.Field.Length] = [.one, .fixed(self.number(1...256))]
      fields.append(
        SyntheticEvent.Field(
          type, "f\(number)", isList && flag() ? .dynamic : pick(lengths, .one)))
    }
    return SyntheticEvent(name: name(), fields: fields)
  }

  // MARK: Triggers

  mutating func action(forFunctions: Bool) -> CountedAction {
    var actions: [TriggeredAction] = [
      .traceon, .traceoff, .snapshot, .stacktrace, .enableEvent(event()), .disableEvent(event()),
    ]
    actions +=
      forFunctions ? [.dump, .cpudump] : [.enableHistogram(event()), .disableHistogram(event())]
    let action = pick(actions, .traceon)
    return CountedAction(action, count: action.counts ? maybe { $0.number(0...99) } : nil)
  }

  mutating func field() -> HistogramField {
    let modifiers: [HistogramField.Modifier] = [
      .hex, .symbol, .symbolOffset, .syscall, .execname, .log2, .microseconds, .percent, .graph,
      .stacktrace, .buckets(UInt64(number(1...99))),
    ]
    return HistogramField(name(), flag() ? nil : pick(modifiers, .hex))
  }

  mutating func histogramExpression(_ depth: Int = 0) -> HistogramExpression {
    func operand(_ random: inout RandomValues) -> HistogramExpression.Operand {
      switch random.number(0...(depth < 2 ? 4 : 3)) {
      case 0: .variable(random.name(), event: random.maybe { $0.event() })
      case 1: .number(random.next())
      case 4: .negated(random.histogramExpression(depth + 1))
      default: .field(random.field())
      }
    }
    let rest = list(0...2) { random in
      HistogramExpression.Term(
        random.pick(HistogramExpression.Operator.allCases, .plus), operand(&random))
    }
    return HistogramExpression(operand(&self), rest)
  }

  mutating func handler() -> HistogramHandler {
    let fields = list(1...3) { random in (random.flag() ? "$" : "") + random.name() }
    if flag() {
      return HistogramHandler(
        .onMatch(event()), flag() ? .trace(name(), fields) : .event(name(), fields))
    }
    return HistogramHandler(
      flag() ? .onMax(name()) : .onChange(name()), flag() ? .save(fields) : .snapshot)
  }

  mutating func histogram() -> HistogramTrigger {
    HistogramTrigger(
      name: maybe { $0.name() },
      keys: list(1...3) { random in HistogramExpression(.field(random.field())) },
      values: list(0...3) { random in random.histogramExpression() },
      variables: (0..<number(0...3)).map {
        HistogramTrigger.Variable("v\($0)", histogramExpression())
      },
      sort: list(0...2) { random in
        HistogramTrigger.SortKey(random.name(), isDescending: random.flag())
      },
      size: maybe { $0.number(65...131_072) }, clock: maybe { _ in "x86-tsc" },
      hidesHitcount: flag(), control: maybe { $0.pick(HistogramTrigger.Control.allCases, .pause) },
      handlers: list(0...2) { random in random.handler() }, filter: maybe { $0.filter() })
  }
}
