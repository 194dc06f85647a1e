package import ArgumentParser
import ByteIO
import Glibc
import Tracefs

/// `kscope snapshot`: takes, shows, empties or frees the kernel's second buffer.
package struct SnapshotCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Take, show, empty or free the kernel's snapshot of its buffer.",
    discussion: """
      A snapshot keeps what is in the buffer while tracing goes on: the kernel puts a second buffer \
      in its place. Without -s, -r or -f the snapshot is printed. `kscope extract -s` makes a \
      recording of it.

      Where `kscope record --flight-recorder` is at work, -s asks it to save what led here, and the \
      kernel's snapshot is left alone: it would take the recorder's events away.

      EXAMPLES
        sudo kscope snapshot -s        keep what is in the buffer now
        sudo kscope snapshot           print it
        sudo kscope snapshot -f        give the memory back
        sudo kscope snapshot -B web -c 2
      """)

  @Flag(name: .customShort("s"), help: "Take a snapshot; its memory is allocated the first time.")
  var takes = false

  @Flag(name: .customShort("r"), help: "Empty the snapshot.")
  var resets = false

  @Flag(name: .customShort("f"), help: "Free the snapshot's memory.")
  var frees = false

  @Option(
    name: .customShort("c"), help: ArgumentHelp("One CPU's part only.", valueName: "cpu"))
  var cpu: Int?

  @Option(
    name: .customShort("B"),
    help: ArgumentHelp("The snapshot of this instance.", valueName: "instance"))
  var instance: String?

  package init() {}

  package mutating func validate() throws {
    if [takes, resets, frees].count(where: { $0 }) > 1 {
      throw ValidationError("-s, -r and -f cannot go together")
    }
    if let cpu, cpu < 0 { throw ValidationError("-c \(cpu): CPUs count from 0") }
  }

  package mutating func run() throws {
    let directory = try TracingDirectory.find()
    let place = if let instance { try directory.instance(named: instance) } else { directory.top }
    let file = place.perCPU("snapshot", cpu: cpu)
    guard place.has(file) else { throw place.missing(file, cpu: cpu) }
    if takes, cpu == nil, Self.saveFlights(SavedState.live(), of: instance == nil ? nil : place) {
      return
    } else if takes {
      try place.takeSnapshot(cpu: cpu, saving: .permanent(directory))
    } else if resets {
      try place.clearSnapshot(cpu: cpu)
    } else if frees {
      try place.freeSnapshot(cpu: cpu)
    } else {
      try place.copy(file, to: STDOUT_FILENO)
    }
  }

  /// Asks the flight recorders among the runs to save, of one instance or all; false where there are
  /// none.
  static func saveFlights(
    _ runs: [FoundState], of place: Instance?
  ) -> Bool {
    let recorders = runs.filter { run in
      run.command.contains("--flight-recorder")
        && (place.map { run.made($0) || run.changed(.tracingOn, in: $0) } ?? true)
    }
    var isAsked = false
    for recorder in recorders where kill(recorder.process.pid, SIGUSR1) == 0 {
      isAsked = true
      Failure.say("\(recorder.owner) saves what led here")
    }
    return isAsked
  }
}
