package import ArgumentParser
import ByteIO
import Glibc
import Recording

/// `kscope cost`: what a recording would cost, before it is made.
package struct CostCommand: ParsableCommand, PassthroughCommand {
  package static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "Estimate what a recording would cost: events and bytes a second, CPU time.",
    helpNames: [])

  @Argument(
    parsing: .captureForPassthrough,
    completion: .custom { arguments, _, prefix in
      RecordCompletion.words(after: arguments.dropLast().last ?? "", beginning: prefix)
    })
  var arguments: [String] = []

  package init() {}

  static let help = """
    Estimates what a recording would cost, by a look of one second at what it would write.

    USAGE: kscope cost [--time SECONDS] [--measure] [--json] [RECORD'S OPTION …]

    It works in an instance of its own, with small buffers that write over their oldest events, and
    puts everything back. The load to be recorded must be running. How many events there are is the
    kernel's own count; which are the hottest is taken from some pages of the buffer. What one event
    costs is measured on this machine and kept; reading the buffers and writing the file come on
    top.

    EXAMPLES
      What would all scheduling events cost on this machine?
        kscope cost -e sched
      All functions of TCP, while a server is busy:
        kscope cost -p function -l 'tcp_*'
      Ten seconds, for a program:
        kscope cost --time 10 --json -e block -e irq

    OPTIONS
      --time SECONDS          Look so long (1).
      --measure               Measure what an event costs even where that is known already.
      --json                  One object: events, bytes, share of CPU, seconds that a buffer holds,
                              and the hottest spots, for each buffer.
      -h, --help              This text. All others are record's: see kscope record --help.

    """

  /// Its own options, which may stand anywhere before record's `--`.
  struct Options: Equatable {
    var seconds = 1.0
    var measures = false
    var json = false
    var isHelp = false
    /// The options of record.
    var rest: [String] = []

    init(_ arguments: [String]) throws {
      var left = arguments[...]
      while let argument = left.popFirst() {
        switch argument {
        case "--json": json = true
        case "--measure": measures = true
        case "--help", "-h": isHelp = true
        case "--time":
          guard let value = left.popFirst() else {
            throw RecordArgumentError.missingValue("--time", name: "SECONDS")
          }
          seconds = try Self.seconds(value)
        case _ where argument.hasPrefix("--time="):
          seconds = try Self.seconds(String(argument.dropFirst("--time=".count)))
        default: rest.append(argument)
        }
      }
    }

    private static func seconds(_ text: String) throws -> Double {
      guard let seconds = Double(text), seconds >= 0.1, seconds <= 3600 else {
        throw RecordArgumentError.badValue(
          option: "--time", value: text, expected: "seconds, 0.1 to 3600")
      }
      return seconds
    }
  }

  package func run() throws {
    let options = try Options(arguments)
    var sink = ByteSink()
    if options.isHelp {
      sink.append(Self.help)
    } else {
      guard case .plan(let plan) = try RecordArguments.parse(options.rest) else { return }
      var sampler = CostSampler(plan, duration: UInt64(options.seconds * 1e9))
      sampler.measuresAnew = options.measures
      let estimate = try sampler.run(commandLine: ["kscope", "cost"] + arguments)
      estimate.warnings.forEach(Failure.say)
      if options.json {
        CostText.writeJSON(estimate, to: &sink)
      } else {
        for line in CostText.lines(estimate) { sink.append(line + "\n") }
      }
    }
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }
}
