/// Reads the arguments of `record` in their order.
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
  private var rest: ArraySlice<String>

  private init(_ arguments: [String]) { rest = arguments[...] }

  package static func parse(_ arguments: [String]) throws(RecordArgumentError) -> Outcome {
    var scanner = RecordArguments(arguments)
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
    let candidates = RecordOption.all.filter { $0.long?.hasPrefix(name) == true }
    guard let option = candidates.first(where: { $0.long ?? "" == name }) ?? candidates.first else {
      if let why = RecordOption.refused[written] { throw .refusedOption(written, why: why) }
      throw .unknownOption(written, near: Self.longName(near: String(name)))
    }
    if candidates.count > 1, option.long ?? "" != name {
      throw .ambiguousOption(written, candidates.compactMap { $0.long.map { "--\($0)" } })
    }
    let spelling = "--\(option.long ?? "")"
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

  /// What holds for the command line as a whole.
  private func check() throws(RecordArgumentError) {
    if !plan.flightTriggers.isEmpty, !plan.isFlightRecorder { throw .triggerWithoutRecorder }
    if plan.isFlightRecorder, plan.maximumKilobytes != nil || plan.overheadBudget != nil {
      throw .flightRecorderReadsNothing
    }
    if plan.onlyCommand, plan.command.isEmpty { throw .needsCommand("-F") }
    if plan.followsChildren, !plan.onlyCommand, plan.buffers.allSatisfy({ $0.pids.isEmpty }) {
      throw .childrenOfNobody
    }
    for buffer in plan.buffers where buffer.savesFunctionStacks && buffer.functions.isEmpty {
      throw .functionStackWithoutFunction
    }
    if plan.fileVersion == .six, plan.compression == .zlib || plan.compression == .zstd {
      throw .compressionNeedsVersionSeven(plan.compression.rawValue)
    }
    guard plan.buffers.contains(where: { $0.tracer != nil || $0.producesEvents }) else {
      throw .nothingToRecord
    }
  }
}
