package import ArgumentParser
import ByteIO
import Glibc
import Tracefs

/// `kscope reset`: puts back what runs of kscope changed, or, with `--all` or a buffer's name, turns
/// everything off.
package struct ResetCommand: ParsableCommand, PassthroughCommand {
  package static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "Put back what kscope changed; with --all, turn all tracing off.",
    helpNames: [])

  /// The order matters, so they are read by `ResetArguments`.
  @Argument(parsing: .captureForPassthrough)
  var arguments: [String] = []

  package init() {}

  package mutating func run() throws {
    let directory = Result { try TracingDirectory.find() }
    let names = (try? directory.get().instanceNames()) ?? []
    let parsed = try ResetArguments(
      arguments, instances: names, resetsAlways: ProgramName.isTraceCmd)
    switch parsed.purpose {
    case .help: try Self.writeHelp()
    case .list(let isJSON):
      let unseen = StateDirectory.passedOver
      unseen.forEach { Failure.say($0) }
      let journals = SavedState.journals()
      if !journals.isEmpty || unseen.isEmpty { try JournalList(journals).write(asJSON: isJSON) }
      SavedState.unreadableJournals().forEach(Failure.report)
      if !unseen.isEmpty { throw ExitCode(1) }
    case .undo:
      _ = try directory.get()
      if try !undo() { throw ExitCode(1) }
    case .reset(let targets, let kept):
      let reset = BufferReset(
        directory: try directory.get(), targets: targets, keeping: kept, instances: names)
      if try !reset.run() { throw ExitCode(1) }
    }
  }

  // MARK: Undoing

  /// Puts back what dead runs left and what others left on purpose, the last first, and tells of
  /// those that are at work.
  private func undo() throws -> Bool {
    var isClean = true
    let journals = SavedState.journals()
    let unreadable = SavedState.unreadableJournals()
    for problem in unreadable {
      Failure.report(problem)
      isClean = false
    }
    for found in journals where !found.isAlive {
      let what = found.isKept ? "set" : "left"
      Failure.say("putting back what \(found.owner) \(what): \(Self.summary(found.files))")
      for problem in try SavedState.recover(found) {
        Failure.report(problem)
        isClean = false
      }
    }
    for found in journals where found.isAlive {
      Failure.say(
        "\(found.owner) is still at work; its settings stay: \(Self.summary(found.files))")
    }
    for problem in StateDirectory.passedOver {
      Failure.say(problem)
      isClean = false
    }
    if journals.isEmpty, unreadable.isEmpty, isClean {
      Failure.say("nothing to put back (--all turns off what others set up)")
    }
    return isClean
  }

  static func summary(_ files: [String]) -> String {
    var seen: Set<String> = []
    let files = files.filter { seen.insert($0).inserted }
    let shown = files.prefix(8).joined(separator: ", ")
    return files.count > 8 ? "\(shown) and \(files.count - 8) more" : shown
  }
}
