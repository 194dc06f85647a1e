/// Reads the arguments of `record`, and of the commands that share its options, in their order.
///
/// The order matters: `-f` and `-R` belong to the `-e` before them, `-v` turns every later `-e`
/// round, and all that follows a `-B` goes to that instance. Letters can stand together (`-aF`)
/// and a value can follow its letter directly (`-b1000`); the first argument that is no option
/// is the command, and whatever comes after it is the command's.
package struct RecordArguments {
  /// What a command line comes to.
  package enum Outcome: Equatable, Sendable {
    case plan(RecordingPlan)
    case help
  }

  var plan = RecordingPlan()
  /// The buffer that options go to, an index of `plan.buffers`.
  var current = 0
  /// `-v` was read.
  var negates = false
  var whenOver: OverheadBudget.Reaction?
  /// The module of `--module` for each buffer.
  var modules: [Int: String] = [:]
  let tracingCommand: TracingCommand
  private var rest: ArraySlice<String>

  private init(_ arguments: [String], for command: TracingCommand) {
    rest = arguments[...]
    tracingCommand = command
  }

  package static func parse(
    _ arguments: [String], for command: TracingCommand = .record
  ) throws(RecordArgumentError) -> Outcome {
    var scanner = RecordArguments(arguments, for: command)
    return try scanner.run()
  }

  private mutating func run() throws(RecordArgumentError) -> Outcome {
    while let argument = rest.first {
      guard argument.hasPrefix("-"), argument != "-" else { break }
      rest.removeFirst()
      if argument == "--" { break }
      let wantsHelp =
        argument.hasPrefix("--") ? try readLong(argument) : try readLetters(argument)
      if wantsHelp { return .help }
    }
    plan.command = Array(rest)
    applyModules()
    if let whenOver {
      guard plan.overheadBudget != nil else { throw .withoutBudget }
      plan.overheadBudget?.reaction = whenOver
    }
    try check()
    return .plan(plan)
  }

  /// `--name`, `--name value` or `--name=value`; a name may be shortened while it stays unique.
  private mutating func readLong(_ argument: String) throws(RecordArgumentError) -> Bool {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let written = String(parts[0])
    let name = written.dropFirst(2)
    var candidates = RecordOption.all.filter { $0.long?.hasPrefix(name) == true }
    // What trace-cmd's users have always shortened stays unique.
    let known = candidates.filter { !RecordOption.additions.contains($0.name) }
    if known.count == 1, !candidates.contains(where: { $0.long ?? "" == name }) {
      candidates = known
    }
    guard let option = candidates.first(where: { $0.long ?? "" == name }) ?? candidates.first else {
      if let why = RecordOption.refused[written] { throw .refusedOption(written, why: why) }
      throw .unknownOption(written, near: Self.longName(near: String(name)))
    }
    if candidates.count > 1, option.long ?? "" != name {
      throw .ambiguousOption(written, candidates.compactMap { $0.long.map { "--\($0)" } })
    }
    let spelling = "--\(option.long ?? "")"
    try checkUse(of: option, spelling)
    guard let value = option.value else {
      if parts.count > 1 { throw .unexpectedValue(spelling) }
      return try apply(option.name, "", spelling)
    }
    if parts.count > 1 { return try apply(option.name, String(parts[1]), spelling) }
    guard let next = rest.popFirst() else { throw .missingValue(spelling, name: value) }
    return try apply(option.name, next, spelling)
  }

  private mutating func readLetters(_ argument: String) throws(RecordArgumentError) -> Bool {
    if let meant = Self.double(argument) { throw .unknownOption(argument, near: meant) }
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      let spelling = "-\(letter)"
      guard let option = RecordOption.all.first(where: { $0.letter == letter }) else {
        if let why = RecordOption.refused[spelling] { throw .refusedOption(spelling, why: why) }
        throw .unknownOption(spelling, near: nil)
      }
      try checkUse(of: option, spelling)
      guard let value = option.value else {
        if try apply(option.name, "", spelling) { return true }
        continue
      }
      if !letters.isEmpty { return try apply(option.name, String(letters), spelling) }
      guard let next = rest.popFirst() else { throw .missingValue(spelling, name: value) }
      return try apply(option.name, next, spelling)
    }
    return false
  }

  /// `-date` was probably meant as `--date`.
  private static func double(_ argument: String) -> String? {
    RecordOption.all.contains { $0.long ?? "" == argument.dropFirst() } ? "-\(argument)" : nil
  }

  /// The long name that begins with the same letters, three at least.
  private static func longName(near name: String) -> String? {
    guard name.count >= 3 else { return nil }
    return RecordOption.all.compactMap(\.long).first { $0.hasPrefix(name.prefix(3)) }
      .map { "--\($0)" }
  }

  private func checkUse(
    of option: RecordOption, _ spelling: String
  ) throws(RecordArgumentError) {
    guard let why = tracingCommand.refusal(of: option) else { return }
    throw .unsuited(spelling, command: tracingCommand.rawValue, why: why)
  }
}
