package import ArgumentParser
import ByteIO
import Glibc
import Tracefs

/// `kscope reset`: puts back what a run of kscope left changed, or, with `--all`, turns everything
/// off.
package struct ResetCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "Undo what a killed kscope left behind; with --all, turn all tracing off.",
    discussion: """
      Without an option only settings that kscope changed are put back, and only those of runs that \
      are over. --all is trace-cmd's reset: whoever set it up, no tracer, event, filter, trigger or \
      probe stays.
      """)

  @Flag(name: .long, help: "Turn off and clear all tracing, whoever set it up.")
  var all = false

  @Option(
    name: .customShort("B"), help: ArgumentHelp("Reset this instance only.", valueName: "instance"))
  var instances: [String] = []

  @Flag(name: .customShort("a"), help: "Reset all instances, not the top level.")
  var allInstances = false

  @Flag(name: .customShort("t"), help: "With -B or -a: reset the top level too.")
  var top = false

  @Flag(name: .customShort("d"), help: "With -B or -a: remove the instances.")
  var removes = false

  @Option(
    name: .customShort("b"),
    help: ArgumentHelp("Set the buffer of each CPU to so many KB.", valueName: "KB"))
  var bufferSize: Int?

  package init() {}

  package mutating func validate() throws {
    if removes, instances.isEmpty, !allInstances {
      throw ValidationError("-d removes instances: name them with -B, or all with -a")
    }
  }

  private var resetsAnything: Bool {
    all || !instances.isEmpty || allInstances || top || bufferSize != nil
  }

  package mutating func run() throws {
    var isClean = try recover()
    if resetsAnything {
      let directory = try TracingDirectory.find()
      let state = SavedState.permanent(directory)
      for instance in try targets(in: directory) {
        if removes, instance.name != nil {
          try instance.remove(saving: state)
          continue
        }
        for problem in instance.reset(saving: state) {
          Failure.report(problem)
          isClean = false
        }
        if let bufferSize { try instance.setBufferSize(kilobytes: bufferSize, saving: state) }
      }
    }
    if !isClean { throw ExitCode(1) }
  }

  private func targets(in directory: TracingDirectory) throws -> [Instance] {
    var targets: [Instance] = []
    let names = allInstances ? try directory.instanceNames() : instances
    for name in names { targets.append(try directory.instance(named: name)) }
    if top || names.isEmpty && !allInstances { targets.append(directory.top) }
    return targets
  }

  /// Puts back what dead runs left and tells of those that live.
  private func recover() throws -> Bool {
    var isClean = true
    let abandoned = SavedState.abandoned()
    for found in abandoned {
      Failure.say("putting back what \(found.owner) left: \(Self.summary(found.files))")
      for problem in try SavedState.recover(found) {
        Failure.report(problem)
        isClean = false
      }
    }
    let live = SavedState.live()
    for found in live {
      Failure.say(
        "\(found.owner) is still at work; its settings stay: \(Self.summary(found.files))")
    }
    if abandoned.isEmpty, live.isEmpty, !resetsAnything {
      Failure.say("nothing to put back (--all turns off what others set up)")
    }
    return isClean
  }

  static func summary(_ files: [String]) -> String {
    let shown = files.prefix(8).joined(separator: ", ")
    return files.count > 8 ? "\(shown) and \(files.count - 8) more" : shown
  }
}
