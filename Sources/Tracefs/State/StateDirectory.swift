import ByteIO
import Glibc

/// Where journals of changes are kept.
///
/// What a journal says is written to the kernel as root by whoever recovers it, so a directory that
/// another user could write to is never used.
public struct StateDirectory: Sendable, Equatable {
  public let path: String

  /// The first usable of `$KSCOPE_STATE_DIR` (alone, when set), `/var/lib/kscope`, `/run/kscope`
  /// and `/tmp/kscope-UID`; made if need be, for its owner alone.
  public static func usable() throws(TracefsError) -> StateDirectory {
    try usable(among: candidates)
  }

  /// All that exist and could hold our journals.
  public static var existing: [StateDirectory] {
    candidates.filter { TextFile.isDirectory($0) && problem(with: $0) == nil }
      .map(StateDirectory.init(path:))
  }

  /// Those that are there and cannot be used, a sentence each: what is noted in them is not known.
  /// One that can be seen to have no journal is none of them.
  public static var passedOver: [String] { passedOver(among: candidates) }

  static func passedOver(among candidates: [String]) -> [String] {
    candidates.compactMap { path in
      var status = stat()
      guard lstat(path, &status) == 0, let problem = problem(with: path) else { return nil }
      if TextFile.isDirectory(path), let names = try? TextFile.names(in: path),
        !names.contains(where: { $0.hasPrefix("journal-") })
      {
        return nil
      }
      return "\(path): \(problem): what is noted there is not looked at"
    }
  }

  public init(path: String) { self.path = path }

  /// The journals in it, sorted.
  var journalPaths: [String] {
    ((try? TextFile.names(in: path)) ?? []).filter { $0.hasPrefix("journal-") }
      .map { "\(path)/\($0)" }
  }

  static var candidates: [String] {
    if let named = getenv("KSCOPE_STATE_DIR") {
      let path = String(cString: named)
      if !path.isEmpty { return [path] }
    }
    return ["/var/lib/kscope", "/run/kscope", "/tmp/kscope-\(geteuid())"]
  }

  static func usable(among candidates: [String]) throws(TracefsError) -> StateDirectory {
    var problems: [String] = []
    for path in candidates {
      if mkdir(path, 0o700) != 0, errno != EEXIST {
        problems.append(SystemError("mkdir", path: path).description)
        continue
      }
      if let problem = problem(with: path) {
        problems.append("\(path): \(problem)")
        continue
      }
      return StateDirectory(path: path)
    }
    throw .journal(
      path: candidates.last ?? "",
      problem: "no place to note what is changed: "
        + problems.joined(separator: "; "))
  }

  /// Why a directory cannot be trusted or used; nil when it can.
  static func problem(with path: String) -> String? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return SystemError("lstat").reason }
    if status.st_mode & S_IFMT != S_IFDIR { return "not a directory" }
    if status.st_uid != geteuid() { return "owned by user \(status.st_uid)" }
    if status.st_mode & 0o022 != 0 { return "others may write to it" }
    if access(path, W_OK | X_OK) != 0 { return SystemError("access").reason }
    return nil
  }
}
