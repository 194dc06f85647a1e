/// The letters that tell what a task was when it left the CPU, a bit of `prev_state` each.
///
/// Which bit is which differs from kernel to kernel; the print format of `sched_switch` says so in
/// its list of `__print_flags`.
enum TaskStates {
  /// The letters that libtraceevent 1.8 takes where the format has none.
  private static let usual = Array("SDTtXZPI".utf8)
  /// As many bits as a `long` has everywhere.
  private static let mostBits = 32

  /// What an event's print format calls the bits of a field, from the lowest on.
  ///
  /// The first list of flags of that field counts, the first letter of each of its names, and the
  /// letters up to the first bit without one: so does libtraceevent 1.8.
  static func letters(of field: String, in format: EventFormat, longSize: Int) -> [UInt8] {
    guard let parsed = try? PrintParser.parse(format.printFormat, longSize: longSize),
      let list = parsed.arguments.lazy.compactMap({ flags(of: field, in: $0) }).first
    else { return usual }
    let compiler = PrintCompiler(format: format, longSize: longSize, swapped: false)
    var letters = [UInt8](repeating: 0, count: mostBits)
    for case .list(let pair) in list where pair.count == 2 {
      guard let (value, _) = compiler.constant(pair[0]), value != 0,
        value.trailingZeroBitCount < mostBits, case .string(let name) = pair[1]
      else { continue }
      letters[value.trailingZeroBitCount] = name.first ?? 0
    }
    return Array(letters.prefix { $0 != 0 })
  }

  /// The entries of the first `__print_flags` of a field in an expression.
  private static func flags(of field: String, in expression: Expression) -> [Expression]? {
    switch expression {
    case .call("__print_flags", let arguments):
      arguments.first.map { names(field, $0) } ?? false ? Array(arguments.dropFirst(2)) : nil
    case .binary(_, let left, let right):
      flags(of: field, in: left) ?? flags(of: field, in: right)
    case .conditional(let condition, let first, let second):
      flags(of: field, in: condition) ?? flags(of: field, in: first) ?? flags(of: field, in: second)
    default: nil
    }
  }

  /// Whether an expression is a field, or that field and some arithmetic.
  private static func names(_ field: String, _ expression: Expression) -> Bool {
    switch expression {
    case .field(let name): name == field
    case .binary(_, let left, let right): names(field, left) || names(field, right)
    default: false
    }
  }
}
