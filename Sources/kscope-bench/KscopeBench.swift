import ByteIO
import Glibc
import TraceDat

/// Tells where the time of a report goes: `kscope-bench FILE SCRATCH [ROUNDS]`.
///
/// Prints a line a stage, its fields apart by tabs: name, processor seconds (the least of the rounds:
/// whatever else runs only adds to them), events, bytes. SCRATCH is a file that is written and
/// removed.
///
/// `kscope-bench stream FILE` measures the way of live events instead (`StreamMeasurement`),
/// `kscope-bench timeline FILE` what a timeline takes (`TimelineMeasurement`).
@main enum KscopeBench {
  static func main() {
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      if arguments.first == "stream", arguments.count > 1 {
        try StreamMeasurement.run(Array(arguments.dropFirst()))
      } else if arguments.first == "timeline", arguments.count > 1 {
        try TimelineMeasurement.run(Array(arguments.dropFirst()))
      } else {
        try run(arguments)
      }
    } catch let error as any ExplainedError {
      fail(error.message)
    } catch {
      fail("\(error)")
    }
  }

  private static func fail(_ message: String) -> Never {
    var sink = ByteSink(capacity: 256)
    sink.append("kscope-bench: \(message)\n")
    try? sink.write(to: STDERR_FILENO)
    exit(1)
  }

  private static func run(_ arguments: [String]) throws {
    guard arguments.count >= 2, let rounds = Int(arguments.count > 2 ? arguments[2] : "3"),
      rounds > 0
    else { fail("usage: kscope-bench FILE SCRATCH [ROUNDS], or stream FILE [OUTPUT]") }
    let scratch = arguments[1]
    defer { unlink(scratch) }
    var seconds: [Stage: [Double]] = [:]
    var events = 0
    var bytes = 0
    var memory: [Double] = []
    var writing: [Double] = []
    for _ in 0..<rounds {
      for stage in Stage.allCases {
        let output = try open(stage == .write ? scratch : "/dev/null")
        defer { close(output) }
        let start = ProcessorTime.seconds
        let found = try stage.run(TraceFile(path: arguments[0]), output: output)
        seconds[stage, default: []].append(ProcessorTime.seconds - start)
        if let found { events = found }
        if stage == .write { bytes = Int(lseek(output, 0, SEEK_END)) }
      }
      memory.append(CopySpeed.memory(bytes))
      let output = try open(scratch)
      defer { close(output) }
      writing.append(try CopySpeed.writing(bytes, to: output))
    }
    let stages = Stage.allCases.map { ($0.rawValue, seconds[$0]?.min() ?? 0) }
    for (name, time) in stages + [
      ("memcpy", memory.min() ?? 0), ("plain-write", writing.min() ?? 0),
    ] {
      print("\(name)\t\(time)\t\(events)\t\(bytes)")
    }
  }

  private static func open(_ path: String) throws(SystemError) -> Int32 {
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    return descriptor
  }

}
