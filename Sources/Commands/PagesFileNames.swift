import ByteIO
import TraceDat

/// What the names of a killed recorder's files say: `NAME.cpu3`, or `NAME.INSTANCE.cpu3`.
///
/// NAME is the shortest of all that stand before the CPU: where it ends, an instance's name begins.
struct PagesFileNames {
  struct Entry: Equatable {
    var path: String
    var instance: String
    var cpu: Int
  }

  let entries: [Entry]

  /// - Throws: where a name does not end as those do, or begins otherwise than the shortest.
  init(_ paths: [String]) throws(PagesFileNameError) {
    var stems: [(stem: Substring, cpu: Int)] = []
    for path in paths {
      guard let dot = path.lastIndex(of: "."), path[dot...].hasPrefix(".cpu"),
        let cpu = Int(path[dot...].dropFirst(4)), (0..<1 << 16).contains(cpu)
      else { throw PagesFileNameError(path: path) }
      stems.append((path[..<dot], cpu))
    }
    let base = stems.map(\.stem).min { $0.utf8.count < $1.utf8.count } ?? ""
    var entries: [Entry] = []
    for ((stem, cpu), path) in zip(stems, paths) {
      let isOfBase = stem == base || stem.hasPrefix(base + ".")
      guard isOfBase else { throw PagesFileNameError(path: path, base: String(base)) }
      entries.append(
        Entry(path: path, instance: String(stem.dropFirst(base.count + 1)), cpu: cpu))
    }
    self.entries = entries
  }
}

/// A file whose name does not say which CPU's pages it holds.
struct PagesFileNameError: ExplainedError, Equatable {
  var path: String
  /// What the names of the others begin with.
  var base: String?

  var message: String {
    if let base { return "\(path) is of another recording than \(base)" }
    return "\(path): neither a recording that was not finished, nor a NAME.cpuN of one"
  }
  var hint: String? {
    "give the files of one recording: kscope restore trace.dat.cpu0 trace.dat.cpu1"
  }
}
