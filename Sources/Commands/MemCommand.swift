package import ArgumentParser
import ByteIO
import Glibc
import Reports

/// `kscope mem`: which functions of the kernel took memory, and how much of it is wasted.
package struct MemCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "mem",
    abstract: "Sum up the kernel's allocations by function.",
    discussion: """
      For a recording of the kmem events. Of each function that allocated: what is not freed by the \
      end (Alloc: as given; req: as asked for; Waste: the difference), all that ever was, and the \
      most at a time; in bytes, most waste first. What a function allocated before the recording is \
      not known.

      EXAMPLES
        kscope record -e kmem:kmalloc -e kmem:kfree -e kmem:kmem_cache_alloc \\
          -e kmem:kmem_cache_free make
        kscope mem                     sum up ./trace.dat
        kscope mem --json a.dat        an object a line, for programs
      """)

  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("input")],
    help: ArgumentHelp("Read this recording; may be given several times.", valueName: "file"))
  var inputs: [String] = []

  @Flag(help: "An object a line: function, allocated, requested, waste, their totals and maxima.")
  var json = false

  @Argument(help: ArgumentHelp("Recordings, as with -i.", valueName: "file"))
  var files: [String] = []

  package init() {}

  package func run() throws {
    if Failure.report(try StandardStreams.writing { try write(to: STDOUT_FILENO) }) {
      throw ExitCode(1)
    }
  }

  /// - Returns: what could not be read.
  func write(to descriptor: Int32) throws -> [any ExplainedError] {
    let (files, problems) = OpenedFiles.open(inputs + files)
    let recordings = files.map { ReportInput.Recording($0.file) }
    guard !recordings.isEmpty else { return problems }
    let use = MemoryUse(try ReportInput(recordings))
    var sink = ByteSink()
    if json { use.writeJSON(to: &sink) } else { use.write(to: &sink) }
    try sink.write(to: descriptor)
    let note: [any ExplainedError] = use.uses.isEmpty ? [NoAllocations()] : []
    return problems + use.problems + note
  }
}

/// A recording of other things than memory.
struct NoAllocations: ExplainedError, Equatable {
  var message: String { "no allocation of the kernel's is in the recording" }
  var hint: String? {
    "record them with 'kscope record -e kmem:kmalloc -e kmem:kfree -e kmem:kmem_cache_alloc "
      + "-e kmem:kmem_cache_free COMMAND'"
  }
  var exitStatus: Int32 { 0 }
}
