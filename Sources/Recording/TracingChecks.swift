import ByteIO
import Glibc
import Tracefs

/// What is looked at, and put in order, before anything is set.
enum TracingChecks {
  /// Looks for the program before anything is set up and a former trace.dat is overwritten.
  static func checkCommand(of plan: RecordingPlan) throws(RecordingError) {
    guard let name = plan.command.first, !name.contains("/") else { return }
    let path = getenv("PATH").map { String(cString: $0) } ?? "/bin:/usr/bin"
    let found = path.split(separator: ":", omittingEmptySubsequences: false).contains {
      access($0.isEmpty ? name : "\($0)/\(name)", X_OK) == 0
    }
    if !found { throw .command(name: name, cause: SystemError("execvp", code: ENOENT)) }
  }

  /// Puts back what runs that were killed have left, and says so.
  static func recoverAbandoned() throws(RecordingError) -> [String] {
    var warnings = SavedState.unreadableJournals().map(\.message)
    for found in SavedState.abandoned() {
      let problems = try Recorder.traced { () throws(TracefsError) in
        try SavedState.recover(found)
      }
      if case .directoryIsGone? = problems.first {
      } else {
        warnings.append("the settings that \(found.owner) had left were put back")
      }
      warnings += problems.map(\.message)
    }
    return warnings
  }

  /// Refuses buffers that others use.
  static func checkFree(_ plan: RecordingPlan, in directory: TracingDirectory)
    throws(RecordingError)
  {
    for instance in try existingInstances(of: plan, in: directory) {
      try BusyCheck.check(instance, readersCount: true)
    }
  }

  /// The instances that a plan uses and that are there already.
  static func existingInstances(
    of plan: RecordingPlan, in directory: TracingDirectory,
    where isUsed: (BufferPlan) -> Bool = \.isUsed
  ) throws(RecordingError) -> [Instance] {
    try Recorder.traced { () throws(TracefsError) in
      let names = try directory.instanceNames()
      var found: [Instance] = []
      for buffer in plan.buffers where isUsed(buffer) {
        if let name = buffer.name {
          if names.contains(name) { found.append(try directory.instance(named: name)) }
        } else if !plan.isPrivate {
          found.append(directory.top)
        }
      }
      return found
    }
  }
}

extension RecordingPlan {
  /// Where a buffer of the plan is: the top level or an instance, which is made if it is not there.
  func instance(
    for buffer: BufferPlan, in directory: TracingDirectory, saving state: SavedState
  ) throws(TracefsError) -> Instance {
    let names = try directory.instanceNames()
    guard let name = buffer.name else {
      guard isPrivate else { return directory.top }
      return try directory.createInstance(named: Self.privateName(among: names), saving: state)
    }
    return names.contains(name)
      ? try directory.instance(named: name)
      : try directory.createInstance(named: name, saving: state)
  }

  /// `kscope-PID`; a number follows where a run that is over left one of that name.
  private static func privateName(among names: [String]) -> String {
    let name = "kscope-\(getpid())"
    guard names.contains(name) else { return name }
    return (2...).lazy.map { "\(name)-\($0)" }.first { !names.contains($0) } ?? name
  }
}
