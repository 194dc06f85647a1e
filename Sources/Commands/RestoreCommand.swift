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
    if onlyHeader {
      try write([], with: try kernel(), to: output ?? "trace-partial.dat")
    } else if files.count == 1, let recording = try? TraceFile(path: files[0]) {
      try restore(recording)
    } else {
      let names = try PagesFileNames(files)
      let header = try input.map { try TraceFile(path: $0) }
      let stored = try header.map { StoredMetadata(of: $0) } ?? kernel()
      let pages = names.entries.map {
        PagesFile(
          buffer: $0.instance, clock: stored.clock ?? "local", cpu: $0.cpu, path: $0.path,
          pageSize: stored.subbufferSize)
      }
      try write(pages, with: stored, to: output ?? "trace.dat")
    }
  }

  /// A recording by kscope.
  private func restore(_ recording: TraceFile) throws {
    guard recording.isUnfinished else {
      Failure.report(NothingToRestore(path: recording.path))
      throw ExitCode(1)
    }
    let path = output ?? recording.path + ".restored"
    if !recording.pagesFiles.isEmpty {
      let beside = recording.pagesFiles.map { file in
        var file = file
        if access(file.path, F_OK) != 0 {
          let folder = recording.path.split(separator: "/", omittingEmptySubsequences: false)
          let name = file.path.split(separator: "/").last ?? ""
          file.path = (folder.dropLast() + [name]).joined(separator: "/")
        }
        return file
      }
      return try write(beside, with: StoredMetadata(of: recording), to: path)
    }
    try refuseExisting(path)
    var rewriter = FileRewriter(recording)
    let bytes = try rewriter.write(
      to: path, version: recording.version, compression: recording.compression)
    try announce(path, bytes)
    if Failure.report(rewriter.problems) { throw ExitCode(1) }
  }

  private func write(_ pages: [PagesFile], with stored: StoredMetadata, to path: String) throws {
    try refuseExisting(path)
    try announce(path, try FileRestorer(stored).write(pages, to: path))
    if Failure.report(stored.problems) { throw ExitCode(1) }
  }

  private func kernel() throws -> StoredMetadata {
    let directory =
      if let tracingDirectory { try TracingDirectory(path: tracingDirectory) } else {
        try TracingDirectory.find()
      }
    return try StoredMetadata(ofKernelAt: directory, symbols: kallsyms)
  }

  /// Only a name that was said may replace a file.
  private func refuseExisting(_ path: String) throws {
    if output == nil, access(path, F_OK) == 0 {
      throw ValidationError("\(path) is there already; name the file to write with -o")
    }
    for file in files + [input].compactMap({ $0 }) where FileIdentity.isSame(file, path) {
      throw ValidationError("\(path) is read here; name another file to write")
    }
  }

  private func announce(_ path: String, _ bytes: Int64) throws {
    var sink = ByteSink()
    sink.append("\(path)  \(bytes) bytes of events\n")
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }
}

/// A recording that is whole.
struct NothingToRestore: ExplainedError {
  var path: String
  var message: String { "\(path) was finished; there is nothing to restore" }
  var hint: String? { "read it with 'kscope report -i \(path)'" }
}
