import ByteIO
import Glibc

/// What kept a setting from being put back.
package enum RestoreProblem: ExplainedError, Equatable {
  /// It no longer says what we wrote: somebody else set it since, and it is theirs now.
  case changedByAnother(file: String)
  case failed(TracefsError)

  package var message: String {
    switch self {
    case .changedByAnother(let file):
      "\(file): changed by somebody else in the meantime; left as it is"
    case .failed(let error):
      "not put back: " + error.message
    }
  }

  package var hint: String? {
    switch self {
    case .changedByAnother: nil
    case .failed(let error): error.hint
    }
  }

  /// Whether trying again later may help.
  var mayPass: Bool {
    switch self {
    case .changedByAnother, .failed(.missingFile): false
    case .failed: true
    }
  }
}

/// Undoes one noted change.
struct Restorer {
  var directory: TracingDirectory

  func undo(_ change: Journal.Change) -> [RestoreProblem] {
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
        if rmdir(path) != 0, errno != ENOENT {
          throw .explaining(SystemError("remove", path: path), file: path)
        }
      }
      return []
    } catch { return [.failed(error)] }
  }

  private func undoSetting(_ change: Journal.Change) throws(TracefsError) -> [RestoreProblem] {
    let now = try SavedState.words(of: change.path, kind: change.kind, in: directory)
    // The kernel itself takes ended tasks out of a list of pids and, with event-fork, adds new ones.
    // A list that ran empty so reads like none at all, but it lets nobody through.
    // The longest latency is the kernel's to raise.
    let changesItself =
      change.kind == .list && change.path.hasSuffix("_pid")
      || change.path.hasSuffix(ControlFile.tracingMaxLatency.path)
    if now == change.former, !changesItself { return [] }
    if let reads = change.reads, reads != Fingerprint(now), !changesItself {
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
    try SavedState.put(texts, to: change.path, in: directory, .replace)
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
    var on: [EventName] = []
    var off: [EventName] = []
    for word in change.former {
      guard let event = EventName(word.dropFirst()) else { continue }
      if word.hasPrefix("+") { on.append(event) } else { off.append(event) }
    }
    let isOn = try switches.enabled(among: on + off)
    try switches.turnOff(on.filter(isOn.contains))
    for event in off where !isOn.contains(event) { try switches.set(event, on: true) }
    return []
  }
}
