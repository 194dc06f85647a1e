package import ArgumentParser
import ByteIO
import Glibc
import Recording
import TraceDat
import Tracefs

/// `kscope restore`: a whole recording out of what a killed recorder left.
package struct RestoreCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Make a whole recording of what a killed recorder left.",
    discussion: """
      A recording by kscope that was not finished (kill -9, a crash, no power) can be reported as it \
      stands; restore writes it as a file that every reader understands. trace-cmd leaves a file for \
      each CPU; the formats and symbols come from this kernel then, or from another recording (-i). \
      What is read stays as it is.

      EXAMPLES
        kscope restore trace.dat                      kscope's: writes trace.dat.restored
        kscope restore trace.dat.cpu*                 trace-cmd's, of this kernel: writes trace.dat
        kscope restore -c -o box.dat                  on another machine: its formats and symbols
        kscope restore -i box.dat trace.dat.cpu*      … and with them, here
      """)

  @Flag(
    name: .customShort("c"),
    help: "Write a recording without events: formats and symbols of this kernel, for -i.")
  var onlyHeader = false

  @Option(
    name: .customShort("i"),
    help: ArgumentHelp(
      "Take formats and symbols from this recording, not from this kernel.", valueName: "file"))
  var input: String?

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp("Write this file.", valueName: "file"))
  var output: String?

  @Option(
    name: [.customShort("t"), .customLong("tracing-dir")],
    help: ArgumentHelp("Read the formats here, as copied from tracefs.", valueName: "directory"))
  var tracingDirectory: String?

  @Option(
    name: [.customShort("k"), .customLong("kallsyms")],
    help: ArgumentHelp("Read the symbols here, not in /proc/kallsyms.", valueName: "file"))
  var kallsyms: String?

  @Argument(help: ArgumentHelp("What the recorder left.", valueName: "file"))
  var files: [String] = []

  package init() {}

  package func validate() throws {
    if onlyHeader {
      guard files.isEmpty, input == nil else {
        throw ValidationError("-c reads this kernel; it takes no files")
      }
    } else if files.isEmpty {
      throw ValidationError("name what the recorder left: kscope restore trace.dat")
    }
    guard input == nil || (tracingDirectory == nil && kallsyms == nil) else {
      throw ValidationError("-i already says where formats and symbols are; leave out -t and -k")
    }
  }

  package func run() throws {
    let restored = try restore()
    var sink = ByteSink()
    sink.append("\(restored.path)  \(restored.bytes) bytes of events\n")
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
    if Failure.report(restored.problems) { throw ExitCode(1) }
  }

  /// A file that was written.
  struct Restored {
    var path: String
    /// Of pages.
    var bytes: Int64
    /// What is missing in it.
    var problems: [any ExplainedError]
  }

  func restore() throws -> Restored {
    if onlyHeader {
      let path = output ?? "trace-partial.dat"
      try refuse(path, reading: [])
      return try write([], with: try kernel(), to: path)
    }
    for file in files {
      do { _ = try MappedFile(path: file) } catch {
        throw TraceFileError(path: file, part: "file", offset: 0, .system(error))
      }
    }
    if files.count == 1, let recording = try? TraceFile(path: files[0]) {
      return try restore(recording)
    }
    let path = output ?? "trace.dat"
    try refuse(path, reading: [])
    let header = try input.map { try TraceFile(path: $0) }
    let instances = header?.buffers.map(\.name).filter { !$0.isEmpty }
    let names = try PagesFileNames(files, instances: instances ?? kernelInstances)
    let stored = try header.map { StoredMetadata(of: $0) } ?? kernel()
    let pages = names.entries.map { entry in
      let known = header?.buffers.first { $0.name == entry.instance }
      return PagesFile(
        buffer: entry.instance, clock: known?.clock ?? stored.clock ?? "local", cpu: entry.cpu,
        path: entry.path, pageSize: known?.pageSize ?? stored.subbufferSize)
    }
    return try write(pages, with: stored, to: path)
  }

  /// A recording by kscope.
  private func restore(_ recording: TraceFile) throws -> Restored {
    guard recording.isUnfinished else {
      throw NothingToRestore(path: recording.path)
    }
    let pages = recording.pagesFiles.map { $0.found(besides: recording.path) }
    guard !pages.isEmpty else {
      let problems = recording.problems.filter { $0.kind != .unfinished }
      throw PagesNotFound(path: recording.path, problem: problems.first)
    }
    let path = output ?? recording.path + ".restored"
    try refuse(path, reading: pages.map(\.path))
    let stored = StoredMetadata(of: recording)
    return try write(
      pages, with: stored, by: FileRestorer(stored, of: recording), to: path,
      version: recording.version, compression: recording.compression)
  }

  private func write(
    _ pages: [PagesFile], with stored: StoredMetadata, by known: FileRestorer? = nil,
    to path: String, version: Int = 7, compression: Compression = .none
  ) throws -> Restored {
    var restorer = known ?? FileRestorer(stored)
    let bytes = try restorer.write(pages, to: path, version: version, compression: compression)
    // What was in other files is in this one now, or the restorer says why not.
    let problems = stored.problems.filter { if case .elsewhere = $0.kind { false } else { true } }
    return Restored(
      path: path, bytes: bytes,
      problems: problems as [any ExplainedError] + restorer.problems as [any ExplainedError])
  }

  private func kernel() throws -> StoredMetadata {
    try StoredMetadata(ofKernelAt: try kernelDirectory(), symbols: kallsyms)
  }

  private func kernelDirectory() throws -> TracingDirectory {
    if let tracingDirectory { return try TracingDirectory(orCopyAt: tracingDirectory) }
    return try TracingDirectory.find()
  }

  /// A recorder that was killed leaves its instances.
  private var kernelInstances: [String] { (try? kernelDirectory().instanceNames()) ?? [] }

  /// Only a name that was said may replace a file, and none that is read.
  private func refuse(_ path: String, reading others: [String]) throws {
    if output == nil, access(path, F_OK) == 0 {
      throw ValidationError("\(path) is there already; name the file to write with -o")
    }
    let read = files + [input, kallsyms].compactMap { $0 } + others
    let isRead =
      read.contains { FileIdentity.isSame($0, path) }
      || tracingDirectory.map { FileIdentity.isBelow($0, path) } ?? false
    if isRead { throw ValidationError("\(path) is read here; name another file to write") }
  }
}

/// A recording that is whole.
struct NothingToRestore: ExplainedError {
  var path: String
  var message: String { "\(path) was finished; there is nothing to restore" }
  var hint: String? { "read it with 'kscope report -i \(path)'" }
}

/// A recording that was not finished, and does not tell where its pages are.
struct PagesNotFound: ExplainedError {
  var path: String
  /// What is wrong with what it tells.
  var problem: TraceFileError?
  var message: String {
    (problem?.message ?? "\(path) does not tell where its pages are") + "; nothing is restored"
  }
}
