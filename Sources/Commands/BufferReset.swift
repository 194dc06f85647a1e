import Tracefs

/// Turns everything off in some buffers, whoever set it up: `kscope reset` with `--all` or a buffer's
/// name.
struct BufferReset {
  let directory: TracingDirectory
  let targets: [ResetArguments.Target]
  /// The dynamic events that stay.
  let keeping: Set<DynamicEvent.Kind>
  /// The names of the instances there were when the targets were chosen.
  let instances: [String]
  /// Where journals are kept.
  var places = StateDirectory.existing

  /// - Returns: whether all was done; what was not is said.
  func run() throws -> Bool {
    var isClean = try recoverAbandoned()
    let state = SavedState.permanent(directory)
    // All must be there before the first is touched.
    let targets = try targetsLeft()
    let instances = try targets.map { target in
      try target.name.map { try directory.instance(named: $0) } ?? directory.top
    }
    for (target, instance) in zip(targets, instances) {
      if target.isRemoved {
        // Readers and settings of its own keep an instance in use: what can be switched off is.
        _ = instance.reset(keepingDynamicEvents: keeping, saving: state)
        try instance.remove(saving: state)
        try settle(instance, isClean: &isClean)
        continue
      }
      try settle(instance, staying: true, isClean: &isClean)
      for problem in instance.reset(keepingDynamicEvents: keeping, saving: state) {
        Failure.report(problem)
        isClean = false
      }
      if let size = target.kilobytes { try instance.setBufferSize(kilobytes: size, saving: state) }
    }
    return isClean
  }

  /// Puts back what killed runs left, their instances too.
  private func recoverAbandoned() throws -> Bool {
    var isClean = true
    // These journals are about other times or places; what is reset here is reset nevertheless.
    SavedState.unreadableJournals(in: places).forEach(Failure.report)
    for found in SavedState.abandoned(in: places) {
      for problem in try SavedState.recover(found) where problem.mayPass {
        Failure.report(problem)
        if case .directoryIsGone = problem { continue }
        isClean = false
      }
    }
    return isClean
  }

  /// Without instances that killed runs had made and that went with them just now.
  private func targetsLeft() throws -> [ResetArguments.Target] {
    let now = try directory.instanceNames()
    return targets.filter { target in
      guard let name = target.name, instances.contains(name), !now.contains(name) else {
        return true
      }
      Failure.say("the instance \(name) went with what a killed run had left")
      return false
    }
  }

  /// Puts back what kscope set in a buffer and a reset does not touch: sizes, options. What others
  /// changed since is turned off anyway and needs no word.
  ///
  /// - Parameter isStaying: the instance itself is to stay, even where kscope made it.
  private func settle(
    _ instance: Instance, staying isStaying: Bool = false, isClean: inout Bool
  ) throws {
    let own = isStaying ? instance.name.map { "instances/\($0)" } : nil
    for found in SavedState.journals(in: places) where found.isAbout(directory) {
      let problems = try SavedState.recover(found) { instance.has(path: $0) && $0 != own }
      for problem in problems where problem.mayPass {
        Failure.report(problem)
        isClean = false
      }
    }
  }
}
