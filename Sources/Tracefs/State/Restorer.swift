public import ByteIO
import Glibc

/// What kept a setting from being put back.
public enum RestoreProblem: ExplainedError, Equatable {
  /// It no longer says what we wrote: somebody else set it since, and it is theirs now.
  case changedByAnother(file: String)
  /// An instance that another run has settings in: it goes with that run's.
  case leftToAnother(file: String, owner: String)
  /// The tracing directory itself is not there, nor is it known to be the kernel's.
  case directoryIsGone(path: String, owner: String, journal: String)
  /// A journal that says nothing: nobody knows what is to be put back.
  case unreadableJournal(path: String, problem: String)
  case failed(TracefsError)

  public var message: String {
    switch self {
    case .changedByAnother(let file):
      "\(file): changed by somebody else in the meantime; left as it is"
    case .leftToAnother(let file, let owner):
      "\(file): not removed, as \(owner) has settings in it; it goes with them"
    case .directoryIsGone(let path, let owner, let journal):
      "\(path): no tracing directory any more, so what \(owner) set there is not put back; mount "
        + "it there again and call `kscope reset`, or remove \(journal)"
    case .unreadableJournal(let path, let problem):
      "\(path): \(problem): what this journal notes is not put back; put it back by hand "
        + "(`kscope reset --all` turns all tracing off), then remove the file"
    case .failed(let error):
      "not put back: " + error.message
    }
  }

  public var hint: String? {
    switch self {
    case .changedByAnother, .leftToAnother, .directoryIsGone, .unreadableJournal: nil
    case .failed(let error): error.hint
    }
  }

  /// Whether trying again later may help.
  public var mayPass: Bool {
    switch self {
    case .changedByAnother, .leftToAnother, .unreadableJournal, .failed(.missingFile): false
    case .directoryIsGone, .failed: true
    }
  }
}

/// Undoes one noted change, as if there were no other run.
struct Restorer {
  var directory: TracingDirectory

  func undo(_ change: Journal.Change) -> [RestoreProblem] {
    // What was set in an instance went with it.
    if let instance = change.instancePath, !TextFile.isDirectory("\(directory.path)/\(instance)") {
      return []
    }
    do throws(TracefsError) {
      switch change.kind {
      case .value, .choice, .bufferSize, .functions, .list, .filter:
        return try undoSetting(change)
      case .events:
        return try undoEvents(change)
      case .added:
        try undoAddition(change)
      case .instance:
        let path = "\(directory.path)/\(change.path)"
        if change.isReplaced(in: directory) { return [.changedByAnother(file: path)] }
        if rmdir(path) != 0, errno != ENOENT {
          throw .explaining(SystemError("remove", path: path), file: path)
        }
      }
      return []
    } catch { return [.failed(error)] }
  }

  private func undoSetting(_ change: Journal.Change) throws(TracefsError) -> [RestoreProblem] {
    let now = try SavedState.words(of: change.path, kind: change.kind, in: directory)
    if now == change.former, !change.changesItself { return [] }
    if let reads = change.reads, reads != Fingerprint(now), !change.changesItself {
      return [.changedByAnother(file: directory.fullPath(of: change.path))]
    }
    if change.kind == .bufferSize, change.former.first == "X" {
      for word in change.former.dropFirst() {
        guard let file = PerCPUBufferSizes.file(word, besides: change.path) else { continue }
        try SavedState.put([file.text], to: file.path, in: directory, .replace)
      }
      return []
    }
    let texts = change.kind.texts(for: change.former)
    do throws(TracefsError) {
      try SavedState.put(texts, to: change.path, in: directory, .replace)
    } catch {
      // It says what it said before all the same: our own write was refused, too.
      if now != change.former { throw error }
    }
    return []
  }

  private func undoAddition(_ change: Journal.Change) throws(TracefsError) {
    guard let text = change.former.first else { return }
    let path = directory.fullPath(of: change.path)
    do {
      try TextFile.write([text], to: path, .append)
    } catch  where error.code == ENOENT {
      return  // it is gone already
    } catch {
      throw Instance.meaning(of: error, file: path, text: text)
    }
  }

  private func undoEvents(_ change: Journal.Change) throws(TracefsError) -> [RestoreProblem] {
    let switches = EventSwitches(directory: directory, path: change.path)
    let words = change.former.compactMap(EventWord.init).filter { word in
      // An event of a probe may be gone, and its switch with it.
      word.wasOn != word.isWanted
        && TextFile.isDirectory(
          "\(directory.path)/\(change.path)/\(word.event.system)/\(word.event.name)")
    }
    let on = words.filter(\.isWanted).map(\.event)
    let off = words.filter(\.wasOn).map(\.event)
    let isOn = try switches.enabled(among: on + off)
    try switches.turnOff(on.filter(isOn.contains))
    for event in off where !isOn.contains(event) { try switches.set(event, on: true) }
    return []
  }
}

extension Journal.Change {
  /// The kernel itself takes ended tasks out of a list of pids and, with event-fork, adds new ones.
  /// A list that ran empty so reads like none at all, but it lets nobody through.
  /// The longest latency is the kernel's to raise.
  var changesItself: Bool {
    kind == .list && path.hasSuffix("_pid") || path.hasSuffix(ControlFile.tracingMaxLatency.path)
  }

  /// Whether another directory has the name of the instance that was made.
  func isReplaced(in directory: TracingDirectory) -> Bool {
    guard kind == .instance, let reads,
      let now = Fingerprint(directory: directory.fullPath(of: path))
    else { return false }
    return now != reads
  }

  /// `instances/NAME` of a path below that; nil for the top level.
  var instancePath: String? { Self.instancePath(of: path) }

  static func instancePath(of path: String) -> String? {
    let parts = path.split(separator: "/")
    return parts.count > 1 && parts[0] == "instances" ? "instances/\(parts[1])" : nil
  }
}
