package import ArgumentParser
import ByteIO
import Glibc
import Tracefs

/// `kscope stat`: what is set in the kernel's tracer now, and by whom where that is known.
package struct StatCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "stat",
    abstract: "Say what the kernel traces now, and who set it up where that is known.",
    discussion: """
      Shows what differs from how a boot leaves it: tracer, events, filters, triggers, function \
      filters, buffer sizes, clock, CPUs, process ids, probes, the kernel's error log; then runs of \
      kscope that are at work or were killed, and processes that read the buffer. Nothing is changed.

      EXAMPLES
        sudo kscope stat                 the top level
        sudo kscope stat -a -t           all instances, and the top level
        sudo kscope stat --json | jq .tracer
      """)

  @Option(
    name: .customShort("B"), help: ArgumentHelp("This instance.", valueName: "instance"))
  var instances: [String] = []

  @Flag(name: .customShort("a"), help: "All instances.")
  var allInstances = false

  @Flag(name: .customShort("t"), help: "With -B or -a: the top level too.")
  var top = false

  @Flag(name: .customShort("o"), help: "All trace options too, those that are off with 'no'.")
  var showsOptions = false

  @Flag(name: .long, help: "One JSON object a line, for each instance.")
  var json = false

  package init() {}

  package mutating func run() throws {
    let directory = try TracingDirectory.find()
    var sink = ByteSink()
    try write(directory, found: SavedState.abandoned() + SavedState.live(), to: &sink)
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }

  func write(
    _ directory: TracingDirectory, found: [FoundState], to sink: inout ByteSink
  ) throws {
    let users = TracingUsers(
      readers: directory.pipeReaders(), runs: found.filter { $0.directory == directory.path })
    for (index, place) in try places(directory).enumerated() {
      let status = try place.status()
      if json {
        StatJSON.write(status, users, to: &sink)
      } else {
        if index > 0 { sink.append("---------------\n") }
        StatText.write(status, users, options: showsOptions, to: &sink)
      }
    }
  }

  /// The top level, where it is asked for, then the instances: those named last first, as trace-cmd
  /// has them.
  private func places(_ directory: TracingDirectory) throws(TracefsError) -> [Instance] {
    var names: [String] = []
    for name in instances where !names.contains(name) { names.insert(name, at: 0) }
    if allInstances {
      for name in try directory.instanceNames() where !names.contains(name) { names.append(name) }
    }
    let isNamed = allInstances || !instances.isEmpty
    var places = top || !isNamed ? [directory.top] : []
    for name in names { places.append(try directory.instance(named: name)) }
    return places
  }
}

/// Who is at work on the buffers.
struct TracingUsers {
  var readers: [PipeReader]
  /// Journals of kscope: of runs that go on, and of some that were killed.
  var runs: [FoundState]

  func readers(of instance: String?) -> [PipeReader] {
    readers.filter { $0.instance == instance }
  }

  /// The settings of an instance that a run has not put back.
  func files(of run: FoundState, in instance: String?) -> [String] {
    run.files.filter { file in
      let parts = file.split(separator: "/")
      guard parts.first == "instances", parts.count > 1 else { return instance == nil }
      return String(parts[1]) == instance
    }
  }
}
