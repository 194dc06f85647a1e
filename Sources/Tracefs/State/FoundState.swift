import ByteIO
import Glibc

/// A journal found on disk: what some run of kscope changed, and whether it is still at it, left its
/// changes on purpose, or died.
public struct FoundState: Sendable {
  /// Of the journal.
  public let path: String
  let journal: Journal
  /// The run still needs its settings, or did when it was found.
  public let isAlive: Bool

  init(path: String, journal: Journal) {
    self.path = path
    self.journal = journal
    isAlive = !journal.isKept && journal.writer.process.isAlive
  }

  public var process: ProcessIdentity { journal.writer.process }
  public var uid: UInt32 { journal.writer.uid }
  /// Seconds since 1970.
  public var time: Int64 { journal.writer.time }
  public var command: [String] { journal.writer.command }
  /// The tracing directory that was changed.
  public var directory: String { journal.directory }
  /// The settings that are not put back yet: paths below the tracing directory.
  public var files: [String] { journal.changes.filter { !$0.isDone }.map(\.path) }

  /// The settings were left on purpose.
  public var isKept: Bool { journal.isKept }

  /// Whether the run changed that tracing directory, by whatever path.
  public func isAbout(_ directory: TracingDirectory) -> Bool { journal.isAbout(directory) }

  /// Whether an instance's file was changed and is not put back.
  public func changed(_ file: ControlFile, in instance: Instance) -> Bool {
    journal.openChanges.contains { journal.changes[$0].path == instance.relative(file) }
  }

  /// The events of an instance that the run switched on and that are not put back.
  public func eventsSwitchedOn(in instance: Instance) -> Set<EventName> {
    let path = instance.path(below: instance.directory, "events")
    let changes = journal.openChanges.map { journal.changes[$0] }
    return Set(
      changes.filter { $0.kind == .events && $0.path == path }
        .flatMap { $0.former.compactMap(EventWord.init) }.filter(\.isWanted).map(\.event))
  }

  /// The run made the instance.
  public func made(_ instance: Instance) -> Bool {
    let path = instance.path(below: instance.directory)
    return journal.openChanges.contains {
      let change = journal.changes[$0]
      return change.kind == .instance && change.path == path
        && !change.isReplaced(in: instance.directory)
    }
  }

  /// The time of its last change, in nanoseconds since boot.
  fileprivate var lastChange: UInt64 { journal.changes.map(\.time).max() ?? 0 }

  /// "process 1234 (kscope record -e sched)".
  public var owner: String {
    let line = command.joined(separator: " ")
    return "process \(process.pid)" + (line.isEmpty ? "" : " (\(line))")
  }
}

extension SavedState {
  /// The journals of runs that died before they could put things back, newest first.
  ///
  /// Those of an earlier boot describe a kernel that is gone: they are deleted on the way.
  public static func abandoned(in places: [StateDirectory] = StateDirectory.existing)
    -> [FoundState]
  {
    found(in: places).filter { !$0.isAlive && !$0.isKept }
  }

  /// The journals of runs that are still at work.
  public static func live(in places: [StateDirectory] = StateDirectory.existing) -> [FoundState] {
    found(in: places).filter(\.isAlive)
  }

  /// The journals of runs that left their settings on purpose, newest first.
  public static func kept(in places: [StateDirectory] = StateDirectory.existing) -> [FoundState] {
    found(in: places).filter(\.isKept)
  }

  /// All of them, newest first.
  public static func journals(in places: [StateDirectory] = StateDirectory.existing)
    -> [FoundState]
  {
    found(in: places)
  }

  /// Puts back what a dead run changed, or what a run left on purpose, and deletes its journal unless something is still in use.
  ///
  /// Does nothing where the run is alive, or has left its changes on purpose since it was found, or
  /// where another process has done so meanwhile.
  ///
  /// Where the tracing directory is not there any more, the kernel's own is taken wherever else it is
  /// mounted; a directory that was not the kernel's cannot be put right.
  ///
  /// - Parameter isWanted: of a path below the tracing directory, whether it is to be put back.
  public static func recover(
    _ found: FoundState, only isWanted: (_ path: String) -> Bool = { _ in true }
  ) throws(TracefsError) -> [RestoreProblem] {
    try recover(found, only: isWanted) { () throws(TracefsError) in try TracingDirectory.find() }
  }

  static func recover(
    _ found: FoundState, only isWanted: (_ path: String) -> Bool = { _ in true },
    or findElsewhere: () throws(TracefsError) -> TracingDirectory
  ) throws(TracefsError) -> [RestoreProblem] {
    guard !found.isAlive else { return [] }
    let place = StateDirectory(
      path: String(found.path[..<(found.path.lastIndex(of: "/") ?? found.path.endIndex)]))
    guard let held = try StateLock.hold(place) else { throw StateLock.isStuck(place) }
    defer { close(held) }
    guard let journal = OpenJournal(reading: found.path), journal.journal.isKept == found.isKept
    else { return [] }
    let directory: TracingDirectory
    do throws(TracefsError) { directory = try TracingDirectory(path: found.directory) } catch {
      guard case .notATracingDirectory = error else { throw error }
      // A journal of this boot is about this kernel.
      guard journal.journal.isTracefs, let other = try? findElsewhere() else {
        return [
          .directoryIsGone(path: found.directory, owner: found.owner, journal: found.path)
        ]
      }
      directory = other
    }
    let others = OtherJournals(than: found.path, of: directory, in: place)
    return Unwinding(directory: directory, journal: journal, others: others).run(only: isWanted)
  }

  private static func found(in places: [StateDirectory]) -> [FoundState] {
    let boot = BootID.current
    var all: [FoundState] = []
    for place in places {
      for path in place.journalPaths {
        guard let text = try? TextFile.read(path), let journal = Journal(text) else { continue }
        if journal.writer.bootID != boot {
          unlink(path)
          continue
        }
        var found = FoundState(path: path, journal: journal)
        if !found.isAlive, !found.isKept {
          // It may have said that it leaves its changes, and ended, since the journal was read.
          guard let text = try? TextFile.read(path), let last = Journal(text) else { continue }
          found = FoundState(path: path, journal: last)
        }
        all.append(found)
      }
    }
    return all.sorted { ($0.lastChange, $0.path) > ($1.lastChange, $1.path) }
  }
}
