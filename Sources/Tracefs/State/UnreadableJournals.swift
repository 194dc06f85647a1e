import ByteIO
import Glibc

extension SavedState {
  /// The journals that say nothing, for a person to look at: what they note is not put back.
  ///
  /// An empty one notes nothing and is deleted. One whose writer lives is left out: it may be about
  /// to write its first line.
  public static func unreadableJournals(
    in places: [StateDirectory] = StateDirectory.existing
  ) -> [RestoreProblem] {
    var problems: [RestoreProblem] = []
    for path in places.flatMap(\.journalPaths) {
      if ProcessIdentity(ofJournal: path)?.isAlive == true { continue }
      let text: String
      do { text = try TextFile.read(path) } catch {
        if error.code != ENOENT {
          problems.append(.unreadableJournal(path: path, problem: error.reason))
        }
        continue
      }
      if text.isEmpty {
        unlink(path)
      } else if Journal(text) == nil {
        problems.append(.unreadableJournal(path: path, problem: "not understood"))
      }
    }
    return problems
  }
}

extension ProcessIdentity {
  /// The process that a journal is named for, as `OpenJournal` does.
  init?(ofJournal path: String) {
    let name = path.split(separator: "/").last ?? ""
    let parts = name.split(separator: "-")
    guard parts.count >= 3, let pid = Int32(parts[1]), let start = UInt64(parts[2]) else {
      return nil
    }
    self.init(pid: pid, startTime: start)
  }
}
