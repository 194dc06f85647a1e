package import ArgumentParser
import ByteIO
import Glibc
import Tracefs

/// `kscope reset`: puts back what runs of kscope changed, or, with `--all` or a buffer's name, turns
/// everything off.
package struct ResetCommand: ParsableCommand {
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
    let parsed = try ResetArguments(
      arguments, instances: (try? directory.get().instanceNames()) ?? [],
      resetsAlways: ProgramName.isTraceCmd)
    switch parsed.purpose {
    case .help: try Self.writeHelp()
    case .list(let isJSON):
      try JournalList(SavedState.journals()).write(asJSON: isJSON)
      SavedState.unreadableJournals().forEach(Failure.report)
    case .undo:
      _ = try directory.get()
      if try !undo() { throw ExitCode(1) }
    case .reset(let targets, let kept):
      if try !reset(targets, keeping: kept, in: try directory.get()) { throw ExitCode(1) }
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
    if journals.isEmpty, unreadable.isEmpty {
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

  // MARK: Resetting

  private func reset(
    _ targets: [ResetArguments.Target], keeping kept: Set<DynamicEvent.Kind>,
    in directory: TracingDirectory
  ) throws -> Bool {
    var isClean = true
    let state = SavedState.permanent(directory)
    SavedState.unreadableJournals().forEach(Failure.report)
    // What killed runs left goes first, their instances too.
    for found in SavedState.abandoned() {
      for problem in try SavedState.recover(found) where problem.mayPass {
        Failure.report(problem)
        isClean = false
      }
    }
    // All must be there before the first is touched.
    let instances = try targets.map { target in
      try target.name.map { try directory.instance(named: $0) } ?? directory.top
    }
    for (target, instance) in zip(targets, instances) {
      if target.isRemoved {
        // Readers and settings of its own keep an instance in use: what can be switched off is.
        _ = instance.reset(keepingDynamicEvents: kept, saving: state)
        try instance.remove(saving: state)
        try settle(instance, isClean: &isClean)
        continue
      }
      try settle(instance, isClean: &isClean)
      for problem in instance.reset(keepingDynamicEvents: kept, saving: state) {
        Failure.report(problem)
        isClean = false
      }
      if let size = target.kilobytes { try instance.setBufferSize(kilobytes: size, saving: state) }
    }
    return isClean
  }

  /// Puts back what kscope set in a buffer and a reset does not touch: sizes, options. What others
  /// changed since is turned off anyway and needs no word.
  private func settle(_ instance: Instance, isClean: inout Bool) throws {
    for found in SavedState.journals() where found.directory == instance.directory.path {
      for problem in try SavedState.recover(found, only: { instance.has(path: $0) })
      where problem.mayPass {
        Failure.report(problem)
        isClean = false
      }
    }
  }
}
