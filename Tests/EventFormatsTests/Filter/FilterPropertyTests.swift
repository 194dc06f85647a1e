import ByteIO
import EventFormats
import Testing
import TraceTestSupport

/// Random filters on random records, against an evaluator that does nothing but follow the tree.
@Suite struct FilterPropertyTests {
  private struct Values {
    var s8: Int8
    var u8: UInt8
    var s16: Int16
    var s32: Int32
    var u32: UInt32
    var u16: UInt16
    var s64: Int64

    /// Small numbers mostly, that constants and other fields may equal; extremes at times.
    init(_ random: inout SplitMix64) {
      func pick<T: FixedWidthInteger>(_ type: T.Type) -> T {
        let small = T(truncatingIfNeeded: Int.random(in: -4...9, using: &random))
        return [small, small, .min, .max, T(truncatingIfNeeded: random.next())].randomElement(
          using: &random) ?? 0
      }
      s8 = pick(Int8.self)
      u8 = pick(UInt8.self)
      s16 = pick(Int16.self)
      s32 = pick(Int32.self)
      u32 = pick(UInt32.self)
      u16 = pick(UInt16.self)
      // Far from the ends, so that no sum or product below overflows.
      s64 = Int64(pick(Int32.self)) * 3
    }

    func signed(_ name: String) -> Int64 {
      switch name {
      case "s8": Int64(s8)
      case "s16": Int64(s16)
      case "s32": Int64(s32)
      default: s64
      }
    }

    func unsigned(_ name: String) -> Int64 {
      switch name {
      case "u8": Int64(u8)
      case "u16": Int64(u16)
      default: Int64(u32)
      }
    }

    func record(_ order: ByteOrder) -> [UInt8] {
      var bytes = FilterTests.record(order)
      func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        let ordered = order == .host ? value : value.byteSwapped
        withUnsafeBytes(of: ordered) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
      }
      put(s8, at: 8)
      put(u8, at: 9)
      put(s16, at: 10)
      put(s32, at: 12)
      put(u32, at: 16)
      put(u16, at: 20)
      put(s64, at: 24)
      return bytes
    }
  }

  private indirect enum Number {
    case constant(Int64)
    case field(String)
    case sum(Number, Number)
    case difference(Number, Number)
    case product(Number, Int64)
    case quotient(Number, Int64)
    case remainder(Number, Int64)
    case bits(Number, Int64)
    case negated(Number)

    init(_ random: inout SplitMix64, depth: Int) {
      let part = { (random: inout SplitMix64) in Number(&random, depth: depth - 1) }
      switch depth > 0
        ? Int.random(in: 0...8, using: &random) : Int.random(in: 0...1, using: &random)
      {
      case 0: self = .constant(Int64.random(in: 0...9, using: &random))
      case 1: self = .field(["s8", "s16", "s32", "s64"].randomElement(using: &random) ?? "s8")
      case 2: self = .sum(part(&random), part(&random))
      case 3: self = .difference(part(&random), part(&random))
      case 4: self = .product(part(&random), Int64.random(in: 0...5, using: &random))
      case 5: self = .quotient(part(&random), Int64.random(in: 1...5, using: &random))
      case 6: self = .remainder(part(&random), Int64.random(in: 1...5, using: &random))
      case 7: self = .bits(part(&random), Int64.random(in: 0...15, using: &random))
      default: self = .negated(part(&random))
      }
    }

    func value(_ values: Values) -> Int64 {
      switch self {
      case .constant(let number): number
      case .field(let name): values.signed(name)
      case .sum(let left, let right): left.value(values) + right.value(values)
      case .difference(let left, let right): left.value(values) - right.value(values)
      case .product(let left, let right): left.value(values) * right
      case .quotient(let left, let right): left.value(values) / right
      case .remainder(let left, let right): left.value(values) % right
      case .bits(let left, let right): left.value(values) & right
      case .negated(let number): -number.value(values)
      }
    }

    /// As C reads it, with no more brackets than it needs for sums and products.
    var text: String {
      switch self {
      case .constant(let number): "\(number)"
      case .field(let name): name
      case .sum(let left, let right): "\(left.asTerm) + \(right.asFactor)"
      case .difference(let left, let right): "\(left.asTerm) - \(right.asFactor)"
      case .product(let left, let right): "\(left.asFactor) * \(right)"
      case .quotient(let left, let right): "\(left.asFactor) / \(right)"
      case .remainder(let left, let right): "\(left.asFactor) % \(right)"
      case .bits(let left, let right): "((\(left.text)) & \(right))"
      case .negated(let number): "-(\(number.text))"
      }
    }

    private var asTerm: String { text }
    private var asFactor: String {
      switch self {
      case .sum, .difference, .product, .quotient, .remainder: "(\(text))"
      default: text
      }
    }
  }

  private indirect enum Condition {
    case compares(Number, String, Number)
    case comparesUnsigned(String, String, Int64)
    case not(Condition)
    case both(Condition, Condition)
    case either(Condition, Condition)

    private static let operators = ["==", "!=", "<", "<=", ">", ">="]

    init(_ random: inout SplitMix64, depth: Int) {
      let way = Int.random(in: 0...(depth > 0 ? 6 : 1), using: &random)
      let sign = Self.operators.randomElement(using: &random) ?? "=="
      switch way {
      case 0: self = .compares(Number(&random, depth: 2), sign, Number(&random, depth: 2))
      case 1:
        let name = ["u8", "u16", "u32"].randomElement(using: &random) ?? "u8"
        let constant = [0, 1, 5, 255, 65_535, 0xffff_ffff].randomElement(using: &random) ?? 0
        self = .comparesUnsigned(name, sign, Int64(constant))
      case 2: self = .not(Condition(&random, depth: depth - 1))
      case 3, 4:
        self = .both(Condition(&random, depth: depth - 1), Condition(&random, depth: depth - 1))
      default:
        self = .either(Condition(&random, depth: depth - 1), Condition(&random, depth: depth - 1))
      }
    }

    private static func holds(_ left: Int64, _ sign: String, _ right: Int64) -> Bool {
      switch sign {
      case "==": left == right
      case "!=": left != right
      case "<": left < right
      case "<=": left <= right
      case ">": left > right
      default: left >= right
      }
    }

    func holds(_ values: Values) -> Bool {
      switch self {
      case .compares(let left, let sign, let right):
        Self.holds(left.value(values), sign, right.value(values))
      case .comparesUnsigned(let name, let sign, let constant):
        Self.holds(values.unsigned(name), sign, constant)
      case .not(let condition): !condition.holds(values)
      case .both(let left, let right): left.holds(values) && right.holds(values)
      case .either(let left, let right): left.holds(values) || right.holds(values)
      }
    }

    /// With brackets only where `&&` and `||` do not bind as the tree does.
    var text: String {
      switch self {
      case .compares(let left, let sign, let right): "\(left.text) \(sign) \(right.text)"
      case .comparesUnsigned(let name, let sign, let constant): "\(name) \(sign) \(constant)"
      case .not(let condition): "!(\(condition.text))"
      case .both(let left, let right): "\(left.inBoth) && \(right.inBoth)"
      case .either(let left, let right): "\(left.text) || \(right.text)"
      }
    }

    private var inBoth: String {
      if case .either = self { return "(\(text))" }
      return text
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func answersAreThoseOfTheTree(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let order: ByteOrder = seed % 2 == 0 ? .little : .big
    let catalog = FilterTests.catalog(order)
    var answers = [0, 0]
    for _ in 0..<400 {
      let condition = Condition(&random, depth: 3)
      let text = "sample: " + condition.text
      let filter = try EventFilter([FilterText(text)], events: catalog)
      for _ in 0..<5 {
        let values = Values(&random)
        let verdict = filter.table[300]
        let found =
          verdict.contains(.passes)
          || verdict.contains(.asks)
            && values.record(order).withUnsafeBytes {
              filter.matches($0, id: 300, FilterSurroundings(cpu: 0, time: 0))
            }
        let expected = condition.holds(values)
        answers[expected ? 1 : 0] += 1
        if found != expected { Issue.record("\(text) says \(found) of \(values)") }
      }
    }
    // A test whose answer were always the same would say little.
    #expect(answers[0] > 300 && answers[1] > 300)
  }
}
