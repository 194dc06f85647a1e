import ByteIO
import Glibc

/// Every change made to the kernel's control files, and the way back.
///
/// All writes of this program go through here, but for the one that ends tracing at once. Before a file's first change its value is read and
/// noted in a journal on disk; `restore()` puts the values back in reverse order. After a
/// `kill -9` the next run finds the journal (`FoundState`) and does the same.
///
/// Files in an instance that this state created are not noted: they go with the instance.
/// Calls are synchronous and belong to one thread.
package final class SavedState {
  package let directory: TracingDirectory
  private let place: StateDirectory?
  private let isPermanent: Bool
  private var journal: Journal
  private var file: JournalFile?
  private var numbers: [String: Int] = [:]
  private var createdInstances: [String] = []

  /// - Parameters:
  ///   - command: the command line, for whoever finds the journal.
  ///   - place: where journals are kept; the usual places when nil.
  package init(
    _ directory: TracingDirectory, command: [String] = CommandLine.arguments,
    in place: StateDirectory? = nil
  ) {
    self.directory = directory
    self.place = place
    isPermanent = false
    journal = Self.journal(directory, command)
  }

  /// For commands whose purpose is to leave things changed: nothing is noted, nothing is put back.
  package static func permanent(_ directory: TracingDirectory) -> SavedState {
    SavedState(permanent: directory)
  }

  private init(permanent directory: TracingDirectory) {
    self.directory = directory
    place = nil
    isPermanent = true
    journal = Self.journal(directory, [])
  }

  private static func journal(_ directory: TracingDirectory, _ command: [String]) -> Journal {
    Journal(
      writer: Journal.Writer(
        process: .current, uid: getuid(), time: Int64(time(nil)), bootID: BootID.current,
        command: command),
      directory: directory.path)
  }

  /// How many settings are noted and not yet put back.
  package var changeCount: Int { journal.changes.count { !$0.isDone } }

  /// The journal's path, once there is one.
  package var journalPath: String? { file?.path }

  // MARK: Changing

  /// Writes texts to a file, each in a `write` of its own, having noted what it said before.
  ///
  /// - Parameter path: below the tracing directory.
  func write(
    _ texts: [String], to path: String, kind: SettingKind, mode: TextFile.Mode
  ) throws(TracefsError) {
    guard isNoted(path) else { return try Self.put(texts, to: path, in: directory, mode) }
    let number: Int
    if let known = numbers[path] {
      number = known
      journal.changes[number].reads = nil
      try file?.add(Journal.againLine(number), synced: true)
    } else {
      let former = try Self.words(of: path, kind: kind, in: directory)
      number = try note(Journal.Change(kind: kind, path: path, former: former))
      numbers[path] = number
    }
    defer { settle(number) }
    try Self.put(texts, to: path, in: directory, mode)
  }

  /// Adds one line to a file that keeps many, having noted the text that takes it back.
  func add(_ text: String, to path: String, undo: String) throws(TracefsError) {
    guard isNoted(path) else {
      return try Self.put([text], to: path, in: directory, .append)
    }
    let number = try note(Journal.Change(kind: .added, path: path, former: [undo]))
    do throws(TracefsError) {
      try Self.put([text], to: path, in: directory, .append)
    } catch {
      forget(number)
      throw error
    }
  }

  /// Notes events that `body` will switch; `words` are `+sys:ev` and `-sys:ev`.
  func switchEvents(
    _ words: [String], at path: String, _ body: () throws(TracefsError) -> Void
  ) throws(TracefsError) {
    guard isNoted(path), !words.isEmpty else { return try body() }
    _ = try note(Journal.Change(kind: .events, path: path, former: words))
    try body()
  }

  func createInstance(_ instance: Instance) throws(TracefsError) {
    let path = instance.path(below: directory)
    let number =
      isPermanent ? nil : try note(Journal.Change(kind: .instance, path: path, former: []))
    if mkdir(instance.path, 0o700) != 0 {
      let error = SystemError("mkdir", path: instance.path)
      if let number { forget(number) }
      throw .explaining(error, file: instance.path)
    }
    if !isPermanent { createdInstances.append(path + "/") }
  }

  /// Removes an instance now; it need not be one that was created here.
  func removeInstance(_ instance: Instance) throws(TracefsError) {
    let path = instance.path(below: directory)
    if rmdir(instance.path) != 0 {
      throw .explaining(SystemError("remove", path: instance.path), file: instance.path)
    }
    createdInstances.removeAll { $0 == path + "/" }
    for (number, change) in journal.changes.enumerated()
    where change.path == path && change.kind == .instance {
      forget(number)
    }
  }

  // MARK: Putting back

  /// Puts everything back, the last change first, and says what could not be.
  ///
  /// Safe to call more than once. Where a problem may pass (a file in use), the journal stays for
  /// `kscope reset`.
  @discardableResult
  package func restore() -> [RestoreProblem] {
    var problems: [RestoreProblem] = []
    for number in journal.changes.indices.reversed() where !journal.changes[number].isDone {
      let change = journal.changes[number]
      let found = Restorer(directory: directory).undo(change)
      problems += found
      if !found.contains(where: \.mayPass) {
        forget(number)
        if change.kind == .instance { createdInstances.removeAll { $0 == change.path + "/" } }
      }
    }
    if changeCount == 0 {
      file?.remove()
      file = nil
      journal.changes = []
    }
    return problems
  }

  // MARK: Notes

  private func isNoted(_ path: String) -> Bool {
    !isPermanent && !createdInstances.contains { path.hasPrefix($0) }
  }

  private func note(_ change: Journal.Change) throws(TracefsError) -> Int {
    let file: JournalFile
    if let open = self.file {
      file = open
    } else {
      let directory: StateDirectory
      if let place { directory = place } else { directory = try .usable() }
      file = try JournalFile(journal, in: directory)
      self.file = file
    }
    let number = journal.changes.count
    try file.add(Journal.line(for: change, number: number), synced: true)
    journal.changes.append(change)
    return number
  }

  /// Notes how the file reads after our write, so that another's later change can be told.
  private func settle(_ number: Int) {
    let change = journal.changes[number]
    guard let words = try? Self.words(of: change.path, kind: change.kind, in: directory) else {
      return
    }
    let reads = Fingerprint(words)
    journal.changes[number].reads = reads
    try? file?.add(Journal.readsLine(number, reads))
  }

  private func forget(_ number: Int) {
    let path = journal.changes[number].path
    journal.changes[number].isDone = true
    if numbers[path] == number { numbers[path] = nil }
    try? file?.add(Journal.doneLine(number))
  }
}

// MARK: Files

extension SavedState {
  /// What a file says now, in the words of its kind.
  static func words(
    of path: String, kind: SettingKind, in directory: TracingDirectory
  ) throws(TracefsError) -> [String] {
    let full = "\(directory.path)/\(path)"
    let text: String
    do { text = try TextFile.read(full) } catch { throw Instance.meaning(of: error, file: full) }
    let words = kind.words(in: text)
    guard kind == .bufferSize, words == ["X"] else { return words }
    return words + (try PerCPUBufferSizes.words(besides: full))
  }

  static func put(
    _ texts: [String], to path: String, in directory: TracingDirectory, _ mode: TextFile.Mode
  ) throws(TracefsError) {
    let full = "\(directory.path)/\(path)"
    do {
      try TextFile.write(texts, to: full, mode)
    } catch {
      throw Instance.meaning(of: error, file: full, text: texts.joined(separator: " "))
    }
  }
}
