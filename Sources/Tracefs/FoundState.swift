import ByteIO
import Glibc

/// A journal found on disk: what some run of kscope changed, and whether it is still at it.
package struct FoundState: Sendable {
  /// Of the journal.
  package let path: String
  let journal: Journal

  package var process: ProcessIdentity { journal.writer.process }
  package var uid: UInt32 { journal.writer.uid }
  /// Seconds since 1970.
  package var time: Int64 { journal.writer.time }
  package var command: [String] { journal.writer.command }
  /// The tracing directory that was changed.
  package var directory: String { journal.directory }
  /// The settings that are not put back yet: paths below the tracing directory.
  package var files: [String] { journal.changes.filter { !$0.isDone }.map(\.path) }

  package var isAlive: Bool { process.isAlive }

  /// "process 1234 (kscope record -e sched)".
  package var owner: String {
    let line = command.joined(separator: " ")
    return "process \(process.pid)" + (line.isEmpty ? "" : " (\(line))")
  }
}

extension SavedState {
  /// The journals of runs that ended without putting things back, oldest first.
  ///
  /// Those of an earlier boot describe a kernel that is gone: they are deleted on the way.
  package static func abandoned(in places: [StateDirectory] = StateDirectory.existing)
    -> [FoundState]
  {
    found(in: places).filter { !$0.isAlive }
  }

  /// The journals of runs that are still at work.
  package static func live(in places: [StateDirectory] = StateDirectory.existing) -> [FoundState] {
    found(in: places).filter(\.isAlive)
  }

  /// Puts back what a dead run changed, and deletes its journal unless something is still in use.
  ///
  /// Does nothing where the run is alive or another process is recovering it at this moment.
  package static func recover(_ found: FoundState) throws(TracefsError) -> [RestoreProblem] {
    guard !found.isAlive else { return [] }
    let descriptor = open(found.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0, errno == ENOENT { return [] }
    guard descriptor >= 0 else {
      throw .journal(path: found.path, problem: SystemError("open").reason)
    }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return [] }
    // Whoever held the lock before may have finished the work and deleted the journal.
    guard access(found.path, F_OK) == 0 else { return [] }
    let directory = try TracingDirectory(path: found.directory)
    var problems: [RestoreProblem] = []
    for change in found.journal.changes.reversed() where !change.isDone {
      problems += Restorer(directory: directory).undo(change)
    }
    if !problems.contains(where: \.mayPass) { unlink(found.path) }
    return problems
  }

  private static func found(in places: [StateDirectory]) -> [FoundState] {
    let boot = BootID.current
    var all: [FoundState] = []
    for place in places {
      for name in (try? TextFile.names(in: place.path)) ?? [] where name.hasPrefix("journal-") {
        let path = "\(place.path)/\(name)"
        guard let text = try? TextFile.read(path), let journal = Journal(text) else { continue }
        if journal.writer.bootID != boot {
          unlink(path)
          continue
        }
        all.append(FoundState(path: path, journal: journal))
      }
    }
    return all.sorted { ($0.time, $0.path) < ($1.time, $1.path) }
  }
}
