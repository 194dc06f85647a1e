import ByteIO
import Glibc

/// Every change made to the kernel's control files, and the way back.
///
/// All writes of this program go through here, but for the one that ends tracing at once. Before
/// a file's first change its value is read and noted in a journal on disk. Then either `restore()`
/// puts the values back in reverse order, or `keep()` leaves them, on purpose, for `kscope reset`.
/// After a `kill -9` the next run finds the journal (`FoundState`) and puts back what it says.
///
/// Several runs may change the same file, each while the others are at work or are kept. The
/// changes of a file lie on one another like a pile of sheets, in the order in which they were
/// made, and each remembers what the sheet below says:
///
/// - The run on top puts back what lies below it.
/// - A run that ends, or is reset, below another writes nothing: the sheet above it takes over what
///   it would have put back (`Unwinding`).
/// - A run that writes again to a file that another covered since is taken out of the pile and laid
///   on top.
/// - What is there already is noted all the same where it is another run's doing (an event that is
///   on, a trigger), so that it stays when that run ends, and goes when this one does.
/// - An instance goes with the last run that set anything in it.
///
/// So whatever the order of endings, each run's settings hold while it lasts, and when all are put
/// back every file says what it said before the first. Exceptions, all of them reported: a file that
/// no longer says what the run on top wrote is somebody else's now, and stays; so does what lay
/// below a change that somebody else made in between. Settings that one run made inside an instance
/// of its own stay in it when another run goes on using that instance. An instance that was removed
/// on purpose does not come back, and one that somebody else made under its name since stays. Runs
/// that keep their journals in different places (`KSCOPE_STATE_DIR`) do not know of each other.
///
/// Files in an instance that this state created are not noted: they go with the instance.
///
/// Who does what, from here to the disk: `Journal` is the text, a line a fact; `OpenJournal` a file
/// of it, with the process that wrote it (`ProcessIdentity`); `StateDirectory` where they lie, which
/// `StateLock` keeps for one run at a time; `OtherJournals` those of other runs. And back:
/// `FoundState` is a journal whose run has died or has left its changes on purpose, `Unwinding` goes
/// through its changes among those of others, `Restorer` writes one of them (`SettingKind` says how
/// that is done).
///
/// Calls are synchronous and belong to one thread.
public final class SavedState {
  public let directory: TracingDirectory
  private let writer: Journal.Writer
  private let isPermanent: Bool
  private var place: StateDirectory?
  private var open: OpenJournal?
  private var holdsLock = false
  private var numbers: [String: Int] = [:]
  private var createdInstances: [String] = []
  /// What would take back the lines that were added, by file.
  private var additions: [String: Set<String>] = [:]

  /// - Parameters:
  ///   - command: the command line, for whoever finds the journal.
  ///   - place: where journals are kept; the usual places when nil.
  public convenience init(
    _ directory: TracingDirectory, command: [String] = CommandLine.arguments,
    in place: StateDirectory? = nil
  ) {
    self.init(directory, command, place, isPermanent: false)
  }

  /// For commands that bring settings to where a boot leaves them: nothing is noted, nothing is put
  /// back.
  public static func permanent(_ directory: TracingDirectory) -> SavedState {
    SavedState(directory, [], nil, isPermanent: true)
  }

  private init(
    _ directory: TracingDirectory, _ command: [String], _ place: StateDirectory?, isPermanent: Bool
  ) {
    self.directory = directory
    self.place = place
    self.isPermanent = isPermanent
    writer = Journal.Writer(
      process: .current, uid: getuid(), time: Int64(time(nil)), bootID: BootID.current,
      command: command)
  }

  /// How many settings are noted and not yet put back.
  public var changeCount: Int { open?.journal.openChanges.count ?? 0 }

  /// The journal's path, once there is one.
  public var journalPath: String? { open?.path }

  // MARK: Changing

  /// Writes texts to a file, each in a `write` of its own, having noted what it said before.
  ///
  /// - Parameter path: below the tracing directory, or one of `ControlFile.outside`.
  func write(
    _ texts: [String], to path: String, kind: SettingKind, mode: TextFile.Mode
  ) throws(TracefsError) {
    guard isNoted(path) else { return try Self.put(texts, to: path, in: directory, mode) }
    try exclusively { () throws(TracefsError) in
      let number = try numberForWriting(to: path, kind: kind)
      defer { settle(number) }
      try Self.put(texts, to: path, in: directory, mode)
    }
  }

  /// Runs what changes a file's value on the way, having noted what the file says.
  func watching(
    _ path: String, kind: SettingKind, _ body: () throws(TracefsError) -> Void
  ) throws(TracefsError) {
    guard isNoted(path) else { return try body() }
    try exclusively { () throws(TracefsError) in
      let number = try numberForWriting(to: path, kind: kind)
      defer { settle(number) }
      try body()
    }
  }

  /// Notes that a file which was written to will be once more, past this state: it is then put back
  /// whatever it says.
  func expectWrite(to path: String) throws(TracefsError) {
    guard isNoted(path) else { return }
    try exclusively { () throws(TracefsError) in
      if let open, let number = numbers[path] { try open.noteAgain(number) }
    }
  }

  /// Another run that has set a file, is at work, and will put it back.
  func userAtWork(of path: String) throws(TracefsError) -> String? {
    guard isNoted(path) else { return nil }
    return try others().changes(of: path)
      .map { FoundState(path: $0.journal.path, journal: $0.journal.journal) }
      .first { $0.isAlive && !$0.isKept }?.owner
  }

  /// Changes a value on behalf of the run that changed it last, so that it is put back with that
  /// run's settings; where no run did, the change is this state's, but for one in an instance that
  /// another run made: it goes with that, and must not keep it from going.
  func writeOnBehalf(
    _ texts: [String], to path: String, kind: SettingKind
  ) throws(TracefsError) {
    guard isNoted(path) else { return try Self.put(texts, to: path, in: directory, .replace) }
    try exclusively { () throws(TracefsError) in
      let others = try others()
      guard let top = others.top(of: path) else {
        if others.willRemove(instanceOf: path) {
          return try Self.put(texts, to: path, in: directory, .replace)
        }
        return try write(texts, to: path, kind: kind, mode: .replace)
      }
      try top.journal.noteAgain(top.number)
      defer {
        if let words = try? Self.words(of: path, kind: kind, in: directory) {
          top.journal.settle(top.number, Fingerprint(words))
        }
      }
      try Self.put(texts, to: path, in: directory, .replace)
    }
  }

  /// Adds one line to a file that keeps many, having noted the text that takes it back, and the
  /// file that takes that.
  ///
  /// - Parameter holdsInstance: whether the line does not go with an instance that was created here,
  ///   but keeps it from going.
  func add(
    _ text: String, to path: String, undo: String, in undoPath: String? = nil,
    holdsInstance: Bool = false
  ) throws(TracefsError) {
    let undoPath = undoPath ?? path
    if isNoted(path) || holdsInstance && !isPermanent {
      try exclusively { () throws(TracefsError) in
        try addNoted(text, to: path, undo: undo, in: undoPath)
      }
    } else {
      try Self.put([text], to: path, in: directory, .append)
    }
    additions[undoPath, default: []].insert(undo)
  }

  /// Notes what takes back a side effect of the change that comes next; nothing is written.
  func expect(undo: String, in path: String) throws(TracefsError) {
    guard isNoted(path), !hasAdded(to: path, undo: undo) else { return }
    try exclusively { () throws(TracefsError) in _ = try note(.added, path, former: [undo]) }
    additions[path, default: []].insert(undo)
  }

  private func addNoted(
    _ text: String, to path: String, undo: String, in undoPath: String
  ) throws(TracefsError) {
    let number = try note(.added, undoPath, former: [undo])
    do throws(TracefsError) {
      try Self.put([text], to: path, in: directory, .append)
    } catch {
      forget(number)
      guard case .refused(_, _, EEXIST, _) = error, try others().haveAdded(undo, to: undoPath)
      else { throw error }
      _ = try note(.added, undoPath, former: [undo, Journal.wasThere])
    }
  }

  /// Whether a line was added here that `undo` takes back.
  func hasAdded(to path: String, undo: String) -> Bool {
    additions[path]?.contains(undo) == true
  }

  /// Takes back now what was added here; false where nothing was.
  func takeBack(from path: String, undo: String) throws(TracefsError) -> Bool {
    guard hasAdded(to: path, undo: undo) else { return false }
    try exclusively { () throws(TracefsError) in
      try Self.put([undo], to: path, in: directory, .append)
      for (number, change) in (open?.journal.changes ?? []).enumerated()
      where change.kind == .added && change.path == path && change.former == [undo]
        && !change.isDone
      {
        forget(number)
      }
    }
    additions[path]?.remove(undo)
    return true
  }

  /// Notes events that `body` will switch.
  ///
  /// - Parameters:
  ///   - changing: the events that are not as wanted yet.
  ///   - unchanged: those that are; noted where another run has switched them.
  func switchEvents(
    _ changing: [EventName], unchanged: [EventName], on: Bool, at path: String,
    _ body: () throws(TracefsError) -> Void
  ) throws(TracefsError) {
    guard isNoted(path) else { return try body() }
    var words = changing.map { EventWord($0, wasOn: !on, isWanted: on) }
    let theirs = unchanged.isEmpty ? [] : try others().events(at: path)
    words += unchanged.filter(theirs.contains).map { EventWord($0, wasOn: on, isWanted: on) }
    if !words.isEmpty { _ = try note(.events, path, former: words.map(\.text)) }
    try body()
  }

  func createInstance(_ instance: Instance) throws(TracefsError) {
    let path = instance.path(below: directory)
    try exclusively { () throws(TracefsError) in
      // Noted first, it would be removed by whoever finds the journal if we were killed right here.
      if TextFile.exists(instance.path) {
        throw .exists(what: "instance", name: instance.name ?? "")
      }
      let number = isPermanent ? nil : try note(.instance, path, former: [])
      if mkdir(instance.path, 0o700) != 0 {
        let error = SystemError("mkdir", path: instance.path)
        if let number { forget(number) }
        throw .explaining(error, file: instance.path)
      }
      if let number, let made = Fingerprint(directory: instance.path) {
        open?.settle(number, made)
      }
    }
    if !isPermanent { createdInstances.append(path + "/") }
  }

  /// Removes an instance now, for good; it need not be one that was created here.
  func removeInstance(_ instance: Instance) throws(TracefsError) {
    let path = instance.path(below: directory)
    try exclusively { () throws(TracefsError) in
      if rmdir(instance.path) != 0 {
        throw .explaining(SystemError("remove", path: instance.path), file: instance.path)
      }
      for (number, change) in (open?.journal.changes ?? []).enumerated()
      where change.path == path && change.kind == .instance {
        forget(number)
      }
    }
    createdInstances.removeAll { $0 == path + "/" }
  }

  // MARK: The end

  /// Puts everything back, the last change first, and says what could not be.
  ///
  /// Safe to call more than once. Where a problem may pass (a file in use), the journal stays for
  /// `kscope reset`.
  ///
  /// - Parameter isWanted: of a path below the tracing directory, whether it is to be put back.
  @discardableResult
  public func restore(
    only isWanted: (_ path: String) -> Bool = { _ in true }
  ) -> [RestoreProblem] {
    guard let open else { return [] }
    // Without the lock it is better to go on than to leave things as they are.
    let held = place.flatMap { try? StateLock.hold($0) }
    defer { if let held { close(held) } }
    open.refresh()
    let others = place.map { OtherJournals(than: open.path, of: directory, in: $0) }
    let problems = Unwinding(
      directory: directory, journal: open, others: others ?? .none(of: directory)
    )
    .run(only: isWanted)
    let left = open.journal.openChanges.map { open.journal.changes[$0] }
    numbers = numbers.filter { !open.journal.changes[$0.value].isDone }
    createdInstances.removeAll { path in
      !left.contains { $0.kind == .instance && $0.path + "/" == path }
    }
    if left.isEmpty {
      self.open = nil
      additions = [:]
    }
    return problems
  }

  /// Leaves everything as it is, on purpose: `kscope reset` puts it back.
  public func keep() throws(TracefsError) {
    guard let open else { return }
    try exclusively { () throws(TracefsError) in try open.keep() }
    self.open = nil
    numbers = [:]
    createdInstances = []
  }

  // MARK: Notes

  /// Runs what reads and changes settings while no other run does.
  func exclusively<T>(_ body: () throws(TracefsError) -> T) throws(TracefsError) -> T {
    if isPermanent || holdsLock { return try body() }
    let directory = try stateDirectory()
    guard let held = try StateLock.hold(directory) else { throw StateLock.isStuck(directory) }
    defer { close(held) }
    holdsLock = true
    defer { holdsLock = false }
    open?.refresh()
    return try body()
  }

  private func stateDirectory() throws(TracefsError) -> StateDirectory {
    if let place { return place }
    let found = try StateDirectory.usable()
    place = found
    return found
  }

  private func others() throws(TracefsError) -> OtherJournals {
    if isPermanent { return .none(of: directory) }
    return OtherJournals(than: open?.path, of: directory, in: try stateDirectory())
  }

  private func isNoted(_ path: String) -> Bool {
    !isPermanent && !createdInstances.contains { path.hasPrefix($0) }
  }

  /// Notes a write that is to come, or that it comes once more.
  private func numberForWriting(
    to path: String, kind: SettingKind
  ) throws(TracefsError) -> Int {
    if let open, let known = numbers[path] {
      let unwinding = Unwinding(directory: directory, journal: open, others: try others())
      guard let above = unwinding.changeAbove(known) else {
        try open.noteAgain(known)
        return known
      }
      for case .failed(let error) in unwinding.handOver(known, to: above) { throw error }
      forget(known)
    }
    let former = try Self.words(of: path, kind: kind, in: directory)
    let number = try note(kind, path, former: former)
    numbers[path] = number
    return number
  }

  private func note(
    _ kind: SettingKind, _ path: String, former: [String]
  ) throws(TracefsError) -> Int {
    let open: OpenJournal
    if let known = self.open {
      open = known
    } else {
      let journal = Journal(
        writer: writer, directory: directory.path, isTracefs: directory.isTracefs)
      open = try OpenJournal(creating: journal, in: try stateDirectory())
      self.open = open
    }
    return try open.note(
      Journal.Change(time: Journal.now, kind: kind, path: path, former: former))
  }

  /// Notes how the file reads after our write, so that another's later change can be told.
  private func settle(_ number: Int) {
    guard let open else { return }
    let change = open.journal.changes[number]
    guard let words = try? Self.words(of: change.path, kind: change.kind, in: directory) else {
      return
    }
    open.settle(number, Fingerprint(words))
  }

  private func forget(_ number: Int) {
    guard let open else { return }
    let path = open.journal.changes[number].path
    if numbers[path] == number { numbers[path] = nil }
    open.markDone(number)
  }
}

// MARK: Files

extension SavedState {
  /// What a file says now, in the words of its kind.
  static func words(
    of path: String, kind: SettingKind, in directory: TracingDirectory
  ) throws(TracefsError) -> [String] {
    let full = directory.fullPath(of: path)
    let text: String
    do { text = try TextFile.read(full) } catch { throw Instance.meaning(of: error, file: full) }
    let words = kind.words(in: text)
    guard kind == .bufferSize, words == ["X"] else { return words }
    return words + (try PerCPUBufferSizes.words(besides: full))
  }

  static func put(
    _ texts: [String], to path: String, in directory: TracingDirectory, _ mode: TextFile.Mode
  ) throws(TracefsError) {
    let full = directory.fullPath(of: path)
    do {
      try TextFile.write(texts, to: full, mode)
    } catch {
      throw Instance.meaning(of: error, file: full, text: texts.joined(separator: " "))
    }
  }
}
