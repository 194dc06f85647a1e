import ByteIO
import Glibc
import TraceDat

/// What the names of a killed recorder's files say: `NAME.cpu3`, or `NAME.INSTANCE.cpu3`.
///
/// NAME is not told, and has no file where the top level was not recorded. It is what leaves names
/// of known instances; else what ends with `.dat`; else the shortest of all that stand before the
/// CPU; else what all begin with.
struct PagesFileNames {
  struct Entry: Equatable {
    var path: String
    var instance: String
    var cpu: Int
  }

  let entries: [Entry]

  private struct Stem {
    /// The folder, by one path for all who name it.
    var folder: String
    /// What stands before the CPU.
    var name: String
    var cpu: Int

    init(_ path: String) throws(PagesFileNameError) {
      let slash = path.lastIndex(of: "/")
      let file = slash.map { path[path.index(after: $0)...] } ?? path[...]
      guard let dot = file.lastIndex(of: "."), dot > file.startIndex,
        file[dot...].hasPrefix(".cpu"), file[dot...].dropFirst(4).utf8.allSatisfy(Self.isDigit),
        let cpu = Int(file[dot...].dropFirst(4)), cpu < 1 << 16
      else { throw PagesFileNameError(path: path) }
      name = String(file[..<dot])
      self.cpu = cpu
      let folder = slash.map { String(path[...$0]) } ?? "."
      let whole = realpath(folder, nil)
      defer { free(whole) }
      self.folder = whole.map { String(cString: $0) } ?? folder
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    /// The instance, where this is a file of a recording of that name; empty for the top level.
    func instance(in base: String) -> String? {
      if name == base { return "" }
      guard name.hasPrefix(base + "."), name.utf8.count > base.utf8.count + 1 else { return nil }
      return String(name.dropFirst(base.count + 1))
    }
  }

  /// - Parameter instances: those that are known to have been recorded.
  /// - Throws: where a name does not end as those do, they are not of one recording, or two are for
  ///   one CPU.
  init(_ paths: [String], instances: [String] = []) throws(PagesFileNameError) {
    var stems: [Stem] = []
    for path in paths { stems.append(try Stem(path)) }
    guard let first = stems.first else { throw PagesFileNameError(path: "") }
    if let other = stems.firstIndex(where: { $0.folder != first.folder }) {
      throw PagesFileNameError(path: paths[other], base: paths[0])
    }
    let base = Self.base(of: stems, instances)
    var entries: [Entry] = []
    for (stem, path) in zip(stems, paths) {
      guard let instance = stem.instance(in: base) else {
        throw PagesFileNameError(path: path, base: base)
      }
      let entry = Entry(path: path, instance: instance, cpu: stem.cpu)
      let same = entries.first { $0.instance == entry.instance && $0.cpu == entry.cpu }
      if let same { throw PagesFileNameError(path: path, twin: same.path) }
      entries.append(entry)
    }
    self.entries = entries
  }

  /// What the recording's name is; the shortest of all where there is none that fits.
  private static func base(of stems: [Stem], _ known: [String]) -> String {
    func rests(_ base: String) -> [String]? {
      let rests = stems.compactMap { $0.instance(in: base) }
      return rests.count == stems.count ? rests : nil
    }
    let shortest = stems.map(\.name).min { $0.utf8.count < $1.utf8.count } ?? ""
    let byInstances = stems.flatMap { stem in
      known.filter { stem.name.hasSuffix("." + $0) }
        .map { String(stem.name.dropLast($0.count + 1)) }
    }
    let fitting = byInstances.filter { base in
      !base.isEmpty && rests(base)?.allSatisfy { $0.isEmpty || known.contains($0) } ?? false
    }
    if let base = fitting.min(by: { $0.utf8.count < $1.utf8.count }) { return base }
    let byEnding = stems.compactMap { recordingName(in: $0.name) }.filter { rests($0) != nil }
    if let base = byEnding.min(by: { $0.utf8.count < $1.utf8.count }) { return base }
    if rests(shortest) != nil { return shortest }
    // A name that ends so is a recording's, not an instance's.
    guard !stems.contains(where: { $0.name.hasSuffix(".dat") }) else { return shortest }
    let common = commonStart(of: stems.map(\.name))
    return rests(common) != nil ? common : shortest
  }

  /// `trace.dat` of `trace.dat.one`, and of `trace.dat`.
  private static func recordingName(in stem: String) -> String? {
    let parts = stem.split(separator: ".", omittingEmptySubsequences: false)
    guard let end = parts.lastIndex(of: "dat"), end > 0 else { return nil }
    return parts[...end].joined(separator: ".")
  }

  /// The parts between dots that all names begin with.
  private static func commonStart(of names: [String]) -> String {
    let parts = names.map { $0.split(separator: ".", omittingEmptySubsequences: false) }
    guard var common = parts.first?[...] else { return "" }
    for other in parts {
      let same = zip(common, other).prefix { $0 == $1 }.count
      common = common.prefix(min(same, other.count - 1))
    }
    return common.joined(separator: ".")
  }
}

/// A file whose name does not say which CPU's pages it holds.
struct PagesFileNameError: ExplainedError, Equatable {
  var path: String
  /// What the names of the others begin with.
  var base: String?
  /// Another file of the same CPU.
  var twin: String?

  var message: String {
    if twin == path { return "\(path) is named twice" }
    if let twin { return "\(path) and \(twin) are for the same CPU" }
    if let base { return "\(path) is of another recording than \(base)" }
    return "\(path): neither a recording that was not finished, nor a NAME.cpuN of one"
  }
  var hint: String? {
    "give the files of one recording: kscope restore trace.dat.cpu0 trace.dat.cpu1"
  }
}
