package import ArgumentParser
import ByteIO
import Glibc
import Tracefs

/// `kscope stack`: the deepest kernel stack since the stack tracer was started.
package struct StackCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "stack",
    abstract:
      "Find the deepest kernel stack: start and stop the stack tracer, print what it found.",
    discussion: """
      The stack tracer looks at the kernel's stack in every function and keeps the deepest one. It \
      is one for the whole machine, costs time in every function while it runs, and goes on until \
      it is stopped. Without an option the deepest stack is printed.

      EXAMPLES
        sudo kscope stack --reset --start     forget what was found and begin
        sudo kscope stack                     the deepest stack so far
        sudo kscope stack --stop
      """)

  @Flag(name: .long, help: "Start the stack tracer.")
  var start = false

  @Flag(name: .long, help: "Stop the stack tracer.")
  var stop = false

  @Flag(name: .long, help: "Forget the deepest stack.")
  var reset = false

  package init() {}

  package mutating func validate() throws {
    if start, stop { throw ValidationError("--start and --stop cannot go together") }
  }

  package mutating func run() throws {
    let directory = try TracingDirectory.find()
    let state = SavedState.permanent(directory)
    if stop { try directory.setStackTracing(false, saving: state) }
    if reset { try directory.clearStackMaxSize() }
    if start { try directory.setStackTracing(true, saving: state) }
    if start || stop || reset { return }
    var sink = ByteSink()
    try Self.write(directory, to: &sink)
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }

  static func write(_ directory: TracingDirectory, to sink: inout ByteSink) throws {
    sink.append(
      try directory.isStackTracing() ? "(stack tracer running)\n" : "(stack tracer not running)\n")
    // A stopped tracer's file ends with a comment on how to start it; the help says that better.
    for line in try directory.read(.stackTrace).split(separator: "\n") where line.first != "#" {
      sink.append(line + "\n")
    }
  }
}
