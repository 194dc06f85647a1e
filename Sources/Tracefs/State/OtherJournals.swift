/// The journals of other runs that changed the same tracing directory: at work, kept or dead.
///
/// Read and used while the `StateLock` is held.
struct OtherJournals {
  let all: [OpenJournal]
  private let directory: TracingDirectory

  static func none(of directory: TracingDirectory) -> OtherJournals {
    OtherJournals(all: [], directory: directory)
  }

  private init(all: [OpenJournal], directory: TracingDirectory) {
    self.all = all
    self.directory = directory
  }

  /// - Parameter own: the path of the journal that is not another's.
  init(than own: String?, of directory: TracingDirectory, in place: StateDirectory) {
    let boot = BootID.current
    var all: [OpenJournal] = []
    for path in place.journalPaths where path != own {
      guard let journal = OpenJournal(reading: path), journal.journal.writer.bootID == boot,
        journal.journal.isAbout(directory)
      else { continue }
      all.append(journal)
    }
    self.init(all: all, directory: directory)
  }

  /// A change in one of the journals.
  typealias Place = (journal: OpenJournal, number: Int)

  /// The changes of a path that are not put back, the oldest first.
  func changes(of path: String, where isMeant: (Journal.Change) -> Bool = { _ in true }) -> [Place]
  {
    var found: [Place] = []
    for journal in all {
      for number in journal.journal.openChanges {
        let change = journal.journal.changes[number]
        if change.path == path, isMeant(change) { found.append((journal, number)) }
      }
    }
    return found.sorted {
      let (first, second) = (Self.time($0), Self.time($1))
      return first == second ? $0.journal.path < $1.journal.path : first < second
    }
  }

  private static func time(_ place: Place) -> UInt64 {
    place.journal.journal.changes[place.number].time
  }

  /// The latest change of a setting.
  func top(of path: String) -> Place? { changes(of: path) { $0.kind.isSetting }.last }

  /// Whether another run added what `undo` takes back.
  func haveAdded(_ undo: String, to path: String) -> Bool {
    !changes(of: path) { $0.kind == .added && $0.former.first == undo }.isEmpty
  }

  /// The events that other runs switched, or found as they want them.
  func events(at path: String) -> Set<EventName> {
    var events: Set<EventName> = []
    for (journal, number) in changes(of: path, where: { $0.kind == .events }) {
      events.formUnion(journal.journal.changes[number].former.compactMap { EventWord($0)?.event })
    }
    return events
  }

  /// Whether a path is in an instance that another run made, or was left, and will remove.
  func willRemove(instanceOf path: String) -> Bool {
    guard let instance = Journal.Change.instancePath(of: path) else { return false }
    return !changes(of: instance) { $0.kind == .instance && !$0.isReplaced(in: directory) }.isEmpty
  }

  /// A run that has set something inside an instance.
  func user(ofInstanceAt path: String) -> OpenJournal? {
    all.first { journal in
      journal.journal.openChanges.contains {
        journal.journal.changes[$0].path.hasPrefix(path + "/")
      }
    }
  }
}
