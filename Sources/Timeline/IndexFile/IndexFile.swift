import ByteIO
import Glibc
import Reports
import TraceDat

/// The finished index of a recording, kept in a file, so that all is there at once when the
/// recording is opened again.
///
/// Beside the recording with `.kscope` behind its name, or with this user's caches. Whatever goes
/// wrong with it, the index is made anew, and nothing is said: it is no more than a shortcut.
final class IndexFile: Sendable {
  private let files: [TraceFile]
  private let streams: [EventStream]
  private let layout: [Int64]
  private let key: IndexFileKey
  private let places: IndexFilePlaces
  private let limits: IndexFileLimits

  /// Nil where the index cannot be kept, as with recordings that go on.
  ///
  /// - Parameters:
  ///   - layout: whatever else the index depends on.
  ///   - caches: where to keep it when it cannot be beside the recording.
  init?(
    of input: ReportInput, _ places: TracePlaces, shift: Int, layout: [Int64], caches: String?
  ) {
    var files: [TraceFile] = []
    for source in input.sources where !files.contains(where: { $0 === source.file }) {
      files.append(source.file)
    }
    let layout =
      layout + [
        Int64(shift), Int64(bitPattern: places.first), places.duration, places.isScheduled ? 1 : 0,
      ]
    guard let first = files.first, let key = IndexFileKey(files, input.streams, layout: layout)
    else { return nil }
    self.files = files
    self.streams = input.streams
    self.layout = layout
    self.key = key
    self.places = IndexFilePlaces(of: first.path, caches: caches)
    limits = IndexFileLimits(
      cpuCount: places.cpus.count, sourceCount: places.sourceCount, streams: input.streams)
  }

  /// What was kept; nil where nothing is that is of use.
  func load() -> TraceIndex.State? {
    let reader = IndexFileReader(key: key, limits: limits)
    for path in places.paths {
      if isTrusted(path), let state = try? reader.read(path) { return state }
    }
    return nil
  }

  /// Whether it is of somebody who may tell what the recording holds: its owner, this user, root.
  private func isTrusted(_ path: String) -> Bool {
    var (found, recording) = (stat(), stat())
    guard let first = files.first, stat(path, &found) == 0, stat(first.path, &recording) == 0 else {
      return false
    }
    return [0, geteuid(), recording.st_uid].contains(found.st_uid)
  }

  /// Keeps a finished index, unless the recordings have changed since they were opened.
  ///
  /// - Returns: the same, most of it in the file in place of memory; nil where it is not kept.
  func keep(_ state: TraceIndex.State) -> TraceIndex.State? {
    guard isCurrent else { return nil }
    var status = stat()
    guard let first = files.first, stat(first.path, &status) == 0 else { return nil }
    for path in places.paths {
      if path != places.paths.first { Self.makeFolder(of: path) }
      do {
        try IndexFileWriter(key: key).write(state, to: path, mode: status.st_mode)
        return load()
      } catch {
        continue
      }
    }
    return nil
  }

  private var isCurrent: Bool {
    files.allSatisfy { $0.cutOff == nil } && IndexFileKey(files, streams, layout: layout) == key
  }

  /// Makes the folder of a cache, and the one that it is in.
  private static func makeFolder(of path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    for count in [parts.count - 1, parts.count] where count > 1 {
      mkdir(parts.prefix(count).joined(separator: "/"), 0o700)
    }
  }
}
