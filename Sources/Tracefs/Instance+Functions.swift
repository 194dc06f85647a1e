import ByteIO
import Glibc

/// The files that say which functions are traced.
extension Instance {
  /// Above this many, functions are named to the kernel by their place in its list: it goes through
  /// all 60,000 for every name, but only to the place for a number.
  private static let manyFunctions = 100

  /// Limits the function tracers to functions; the rules replace what the file said.
  ///
  /// Rules are read as `FunctionRule` says; commands (`func:traceoff`) are added after the names.
  /// Throws `.unknown` with the nearest functions where a rule names none.
  public func setFunctionFilter(
    _ rules: [String], saving state: SavedState
  ) throws(TracefsError) {
    try setFunctions(rules, in: .setFtraceFilter, saving: state)
  }

  /// Keeps the function tracers from functions.
  public func setFunctionNotrace(
    _ rules: [String], saving state: SavedState
  ) throws(TracefsError) {
    try setFunctions(rules, in: .setFtraceNotrace, saving: state)
  }

  /// Has function_graph follow only calls from these functions.
  public func setGraphFunctions(
    _ rules: [String], saving state: SavedState
  ) throws(TracefsError) {
    try setFunctions(rules, in: .setGraphFunction, saving: state)
  }

  /// Keeps function_graph from calls from these functions.
  public func setGraphNotrace(
    _ rules: [String], saving state: SavedState
  ) throws(TracefsError) {
    try setFunctions(rules, in: .setGraphNotrace, saving: state)
  }

  /// Sets one of the four files; no rules empty it.
  public func setFunctions(
    _ rules: [String], in file: ControlFile, saving state: SavedState
  ) throws(TracefsError) {
    var texts: [String] = []
    var names: [String] = []
    var commands: [String] = []
    var list: FunctionList?
    for rule in rules {
      switch FunctionRule(rule) {
      case .glob(let text):
        texts.append(text)
        names.append(text)
      case .regex(let text):
        let functions = try functions(list)
        list = functions
        let found = functions.functions(matching: try regex(text))
        guard !found.isEmpty else { throw noMatch(text, functions) }
        let isMany = found.count > Self.manyFunctions
        texts += found.map { isMany ? "\($0.number)" : $0.name }
      case .command(let text):
        commands.append(text)
      }
    }
    if !texts.isEmpty || commands.isEmpty {
      // One word a write; the blank ends the word where the kernel reads word by word.
      do throws(TracefsError) {
        try set(file, to: texts.map { $0 + "\n" }, saving: state)
      } catch {
        throw try explain(error, names: names, list)
      }
    }
    for command in commands {
      do throws(TracefsError) {
        try addFunctionCommand(command, to: file, saving: state)
      } catch {
        let name = command.split(separator: ":").first.map(String.init) ?? command
        throw try explain(error, names: [name], list)
      }
    }
  }

  /// Adds functions, by their whole names, to those that are not traced.
  public func excludeFunctions(
    _ names: [String], saving state: SavedState
  ) throws(TracefsError) {
    try set(.setFtraceNotrace, to: names.map { $0 + "\n" }, .append, saving: state)
  }

  private func addFunctionCommand(
    _ command: String, to file: ControlFile, saving state: SavedState
  ) throws(TracefsError) {
    let parts = command.split(separator: ":", omittingEmptySubsequences: false)
    // `func:mod:NAME` and `:mod:NAME` name functions, of a module.
    if parts.count == 3, parts[1] == "mod" {
      return try set(file, to: [command + "\n"], .append, saving: state)
    }
    try KernelName.checkLine(command, "function command")
    let undo = try functionUndo(of: command)
    if !command.hasPrefix("!") {
      try noteSideEffects(of: try FunctionCommand(command).action.action, saving: state)
    }
    // Without the end of the line the kernel would look at the command only when the file is closed,
    // and keep its refusal to itself.
    try add(command + "\n", to: file, undo: undo + "\n", saving: state)
  }

  /// What takes a command back; for a removal, what adds it.
  private func functionUndo(of command: String) throws(TracefsError) -> String {
    if command.hasPrefix("!") { return String(command.dropFirst()) }
    return try FunctionCommand(command).removal
  }

  /// Adds a command to a function, such as `vfs_read:traceoff:3`.
  public func addFunctionCommand(
    _ command: FunctionCommand, saving state: SavedState
  ) throws(TracefsError) {
    try command.check()
    try noteSideEffects(of: command.action.action, saving: state)
    try add(
      "\(command)\n", to: .setFtraceFilter, undo: command.removal + "\n", saving: state)
  }

  /// The commands of functions, as the kernel lists them; those that are not understood are left out.
  public func functionCommands() throws(TracefsError) -> [FunctionCommand] {
    try list(.setFtraceFilter).filter { $0.contains(":") }.compactMap { try? FunctionCommand($0) }
  }

  /// A refused name is most often one that does not exist.
  private func explain(
    _ error: TracefsError, names: [String], _ list: FunctionList?
  ) throws(TracefsError) -> TracefsError {
    guard case .refused(_, _, let code, _) = error, code == EINVAL || code == ENOENT else {
      return error
    }
    let functions = try functions(list)
    for name in names where !functions.hasMatch(glob: name) {
      return unknownFunction(name, functions)
    }
    return error
  }

  /// The list, read when it is first needed.
  private func functions(_ known: FunctionList?) throws(TracefsError) -> FunctionList {
    if let known { return known }
    return try directory.functions()
  }

  private func regex(_ text: String) throws(TracefsError) -> POSIXRegex {
    do throws(POSIXRegexError) {
      return try POSIXRegex(text, wholeText: true)
    } catch {
      throw .badValue(
        what: "regular expression", text: text,
        expected: "one that can be read (\(error.reason))")
    }
  }

  /// A pattern that matches no whole name may match parts of some.
  private func noMatch(_ pattern: String, _ functions: FunctionList) -> TracefsError {
    let parts = (try? POSIXRegex(pattern)).map { functions.functions(matching: $0) } ?? []
    return .unknown(
      .function, name: pattern, nearest: parts.prefix(6).map(\.name), requirement: nil)
  }

  /// Functions that are spelled alike, and events that speak of the same: `do_page_fault` is gone,
  /// and what took its place cannot be traced, but `exceptions:page_fault_user` can.
  private func unknownFunction(_ name: String, _ functions: FunctionList) -> TracefsError {
    var nearest = functions.nearest(to: name)
    let words = NameWords(name)
    if words.count > 1, let events = try? directory.availableEvents() {
      nearest += events.filter { words.allAre(in: $0.name) }.prefix(3).map { "event \($0)" }
    }
    if KernelSymbols.contains(name) { return .untraceable(function: name, nearest: nearest) }
    return .unknown(.function, name: name, nearest: nearest, requirement: nil)
  }
}
