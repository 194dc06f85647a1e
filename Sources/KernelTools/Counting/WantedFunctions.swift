import ByteIO

/// Which of the functions that a recording names by address a person asked for.
struct WantedFunctions {
  let pattern: FunctionPattern
  private let regex: POSIXRegex
  /// What an address comes to: a name that is wanted, or nothing.
  private var names: [UInt64: String] = [:]
  /// So many are kept; then all are asked for again.
  private static let limit = 1 << 16

  /// Throws what is wrong with a command line's word.
  init(argument text: String) throws(ToolUsageError) {
    pattern = try FunctionPattern(argument: text)
    regex = try ToolOptions.regex(pattern.regex, "FUNCTION")
  }

  /// The function at an address, where it is wanted.
  mutating func name(at address: Int, source: Int, _ context: ToolContext) -> String? {
    let address = UInt64(bitPattern: Int64(address))
    let name: String
    if let known = names[address] {
      name = known
    } else {
      let found = context.function(at: address, source: source)
      name = regex.matches(found) ? found : ""
      if names.count >= Self.limit { names = [:] }
      names[address] = name
    }
    return name.isEmpty ? nil : name
  }
}
