/// Puts back the changes of one journal, among those of other runs (see `SavedState`).
///
/// Used while the `StateLock` is held.
struct Unwinding {
  let directory: TracingDirectory
  let journal: OpenJournal
  let others: OtherJournals

  private var restorer: Restorer { Restorer(directory: directory) }

  /// Puts back what is wanted, the last change first, and removes the journal when nothing is left.
  func run(only isWanted: (_ path: String) -> Bool = { _ in true }) -> [RestoreProblem] {
    var problems: [RestoreProblem] = []
    for number in order where isWanted(journal.journal.changes[number].path) {
      let found = undo(number)
      problems += found
      if !found.contains(where: \.mayPass) { journal.markDone(number) }
    }
    if journal.journal.openChanges.isEmpty { journal.remove() }
    return problems
  }

  /// Instances that were left to this run go after what it set in them.
  private var order: [Int] {
    let open = journal.journal.openChanges.reversed()
    let isInherited = { journal.journal.changes[$0].former == [Journal.inherited] }
    return open.filter { !isInherited($0) } + open.filter(isInherited)
  }

  private func undo(_ number: Int) -> [RestoreProblem] {
    let change = journal.journal.changes[number]
    if wentWithItsInstance(change) { return [] }
    switch change.kind {
    case .events: return undoEvents(change)
    case .added: return undoAddition(change)
    case .instance: return undoInstance(change)
    default:
      if let above = changeAbove(number) { return handOver(number, to: above) }
      return restorer.undo(change)
    }
  }

  /// Whether it was made in an instance of this run's that somebody else has replaced.
  private func wentWithItsInstance(_ change: Journal.Change) -> Bool {
    guard change.kind != .instance, let instance = change.instancePath else { return false }
    return journal.journal.openChanges.contains {
      let made = journal.journal.changes[$0]
      return made.path == instance && made.isReplaced(in: directory)
    }
  }

  // MARK: Values

  /// The next change of the same file, by another run.
  func changeAbove(_ number: Int) -> OtherJournals.Place? {
    let change = journal.journal.changes[number]
    return others.changes(of: change.path) { $0.kind.isSetting && $0.time > change.time }.first
  }

  /// Takes a change out of the pile: the one above will put back what this one would have.
  func handOver(_ number: Int, to above: OtherJournals.Place) -> [RestoreProblem] {
    let change = journal.journal.changes[number]
    let found = Fingerprint(above.journal.journal.changes[above.number].former)
    if let reads = change.reads, reads != found, !change.changesItself {
      return [.changedByAnother(file: directory.fullPath(of: change.path))]
    }
    return attempt { () throws(TracefsError) in
      try above.journal.setFormer(above.number, change.former)
    }
  }

  private func attempt(_ body: () throws(TracefsError) -> Void) -> [RestoreProblem] {
    do throws(TracefsError) {
      try body()
      return []
    } catch { return [.failed(error)] }
  }

  // MARK: What is not one value

  private func undoEvents(_ change: Journal.Change) -> [RestoreProblem] {
    var left = change.former.compactMap(EventWord.init)
    let above = others.changes(of: change.path) { $0.kind == .events && $0.time > change.time }
    for (other, number) in above {
      var theirs = other.journal.changes[number].former.compactMap(EventWord.init)
      var places: [EventName: Int] = [:]
      for (index, word) in theirs.enumerated() { places[word.event] = index }
      var isChanged = false
      left.removeAll { word in
        guard let index = places[word.event] else { return false }
        theirs[index].wasOn = word.wasOn
        isChanged = true
        return true
      }
      guard isChanged else { continue }
      let problems = attempt { () throws(TracefsError) in
        try other.setFormer(number, theirs.map(\.text))
      }
      if !problems.isEmpty { return problems }
    }
    var mine = change
    mine.former = left.map(\.text)
    return restorer.undo(mine)
  }

  private func undoAddition(_ change: Journal.Change) -> [RestoreProblem] {
    guard let undo = change.former.first, change.former.count == 1 else { return [] }
    let opposite = Trigger.removal(of: undo)
    for (other, number) in others.changes(of: change.path, where: { $0.time > change.time }) {
      let former = other.journal.changes[number].former
      if former == [undo, Journal.wasThere] {
        return attempt { () throws(TracefsError) in try other.setFormer(number, [undo]) }
      }
      // Another run took away what this one added, or the reverse: neither has anything to do.
      if former == [opposite] {
        other.markDone(number)
        return []
      }
    }
    return restorer.undo(change)
  }

  private func undoInstance(_ change: Journal.Change) -> [RestoreProblem] {
    guard !change.isReplaced(in: directory),
      let user = others.user(ofInstanceAt: change.path)
    else { return restorer.undo(change) }
    var theirs = change
    theirs.former = [Journal.inherited]
    let problems = attempt { () throws(TracefsError) in
      let number = try user.note(theirs)
      if let made = change.reads { user.settle(number, made) }
    }
    return problems.isEmpty
      ? [
        .leftToAnother(
          file: directory.fullPath(of: change.path),
          owner: FoundState(path: user.path, journal: user.journal).owner)
      ] : problems
  }
}
