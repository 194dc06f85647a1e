import ByteIO
import Glibc

/// A journal on disk and what it says: of this run, to add to, or of another.
///
/// Used only while the `StateLock` is held, since runs add to one another's journals.
final class OpenJournal {
  let path: String
  private(set) var journal: Journal
  private var descriptor: Int32
  /// Of the file, as far as `journal` knows it.
  private var length: Int64
  /// Lines about what has happened that could not be added; they go before the next one.
  private var owed = ""

  /// Starts a new journal, to be named for its writer.
  init(creating journal: Journal, in directory: StateDirectory) throws(TracefsError) {
    let process = journal.writer.process
    // A process may hold several states at once; the first free number keeps them apart.
    for number in 0..<1000 {
      let suffix = number == 0 ? "" : "-\(number)"
      let path = "\(directory.path)/journal-\(process.pid)-\(process.startTime)\(suffix)"
      let opened = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
      if opened < 0, errno == EEXIST { continue }
      guard opened >= 0 else {
        throw .journal(path: path, problem: SystemError("open").reason)
      }
      self.path = path
      self.journal = journal
      descriptor = opened
      length = 0
      do throws(TracefsError) { try add(journal.header) } catch {
        // It would be found, and it says nothing.
        unlink(path)
        throw error
      }
      return
    }
    throw .journal(path: directory.path, problem: "too many journals of process \(process.pid)")
  }

  /// Reads a journal; nil where the file is gone or no journal.
  init?(reading path: String) {
    guard let text = try? TextFile.read(path), let journal = Journal(text) else { return nil }
    self.path = path
    self.journal = journal
    descriptor = -1
    length = 0
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  // MARK: Adding

  /// Notes a change before it is made, on disk when this returns; its number.
  func note(_ change: Journal.Change) throws(TracefsError) -> Int {
    let number = journal.changes.count
    try add(Journal.line(for: change, number: number), synced: true)
    journal.changes.append(change)
    return number
  }

  /// The change is about to be made once more.
  func noteAgain(_ number: Int) throws(TracefsError) {
    try add(Journal.againLine(number), synced: true)
    journal.changes[number].reads = nil
  }

  /// How the file reads after our write, so that another's later change can be told.
  func settle(_ number: Int, _ reads: Fingerprint) {
    journal.changes[number].reads = reads
    addLater(Journal.readsLine(number, reads))
  }

  /// What is to be put back is something else now.
  func setFormer(_ number: Int, _ former: [String]) throws(TracefsError) {
    try add(Journal.formerLine(number, former), synced: true)
    journal.changes[number].former = former
  }

  func markDone(_ number: Int) {
    journal.changes[number].isDone = true
    addLater(Journal.doneLine(number))
  }

  func keep() throws(TracefsError) {
    try add(Journal.keptLine, synced: true)
    journal.isKept = true
  }

  func remove() { unlink(path) }

  /// Reads again where another run has added lines.
  func refresh() {
    guard descriptor >= 0, length != Self.size(of: descriptor) else { return }
    guard let text = try? TextFile.read(path), let end = text.lastIndex(of: "\n") else { return }
    let whole = text[...end]
    guard let journal = Journal(whole + owed) else { return }
    self.journal = journal
    length = Int64(whole.utf8.count)
  }

  /// Adds a line about what has happened, which is so whether or not the disk takes it now.
  private func addLater(_ line: String) {
    owed += line
    try? add("")
  }

  /// Adds a line, or leaves the file as it was.
  private func add(_ line: String, synced: Bool = false) throws(TracefsError) {
    if descriptor < 0 { try openForAdding() }
    try cutTornLine()
    let start = Self.size(of: descriptor)
    var text = owed + line
    var failure = text.withUTF8 { bytes -> SystemError? in
      do throws(SystemError) {
        try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
        return nil
      } catch { return error }
    }
    if failure == nil, synced, fdatasync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      failure = SystemError("fdatasync")
    }
    if let failure {
      // The front of a line (the disk is full) would swallow the next one, and a whole line that is
      // not counted would make the next one a second of its number: no such journal can be read.
      // Where this fails too, half a line goes before the next and `refresh` finds a whole one.
      _ = ftruncate(descriptor, off_t(start))
      throw .journal(path: path, problem: failure.reason)
    }
    owed = ""
    length += Int64(text.utf8.count)
  }

  private func openForAdding() throws(TracefsError) {
    let opened = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
    guard opened >= 0 else { throw .journal(path: path, problem: SystemError("open").reason) }
    descriptor = opened
    length = Self.size(of: opened)
  }

  /// Takes away the front of a line that its writer died over: it would swallow the next one.
  private func cutTornLine() throws(TracefsError) {
    var end = Self.size(of: descriptor)
    let size = end
    var last: UInt8 = 0
    while end > 0, pread(descriptor, &last, 1, off_t(end - 1)) == 1, last != UInt8(ascii: "\n") {
      end -= 1
    }
    guard end < size else { return }
    guard ftruncate(descriptor, off_t(end)) == 0 else {
      throw .journal(path: path, problem: SystemError("ftruncate").reason)
    }
    length = min(length, end)
  }

  private static func size(of descriptor: Int32) -> Int64 {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
  }
}
