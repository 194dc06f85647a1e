import ByteIO

/// A mistake on the command line of `record`, or of a command that shares its options.
package enum RecordArgumentError: Error, Equatable, Sendable {
  case unknownOption(String, near: String?)
  case ambiguousOption(String, [String])
  case refusedOption(String, why: String)
  /// An option of another of the commands that share them.
  case unsuited(String, command: String, why: String)
  case missingValue(String, name: String)
  case unexpectedValue(String)
  /// `-f` or `-R` with no `-e` before it in the same buffer.
  case withoutEvent(String)
  case badValue(option: String, value: String, expected: String)
  case needsCommand(String)
  case childrenOfNobody
  case functionStackWithoutFunction
  /// Options of the file that exclude each other.
  case compressionNeedsVersionSeven(String)
  case nothingToRecord
  case nothingToSet
  /// With `--private`: an option of what there is once for the whole kernel.
  case notPrivate(String)
  /// `-v -B NAME` and settings for that instance.
  case removedAndSet(String)
  case withoutBudget
  case triggerWithoutRecorder
  case flightRecorderReadsNothing
}

extension RecordArgumentError: ExplainedError {
  package var message: String {
    switch self {
    case .unknownOption(let option, _): "unknown option \(option)"
    case .ambiguousOption(let option, _): "\(option) could be more than one option"
    case .refusedOption(let option, let why): "\(option) is not supported: \(why)"
    case .unsuited(let option, let command, let why): "\(command) does not take \(option): \(why)"
    case .missingValue(let option, let name): "\(option) needs a value: \(option) \(name)"
    case .unexpectedValue(let option): "\(option) takes no value"
    case .withoutEvent(let option): "\(option) needs an event before it"
    case .badValue(let option, let value, let expected):
      "\(option) \(value): expected \(expected)"
    case .needsCommand(let option): "\(option) needs a command to run"
    case .childrenOfNobody: "-c needs -F or -P: the children of which process?"
    case .functionStackWithoutFunction:
      "--func-stack without -l would save a stack for every function of the kernel"
    case .compressionNeedsVersionSeven(let name):
      "--compression \(name) needs a file of version 7"
    case .triggerWithoutRecorder: "--save-when and --save-latency go with --flight-recorder"
    case .flightRecorderReadsNothing:
      "--flight-recorder reads nothing while it waits: -m and --max-overhead do not go with it"
    case .withoutBudget: "--when-over needs a budget: --max-overhead 2%"
    case .nothingToRecord: "nothing to record: no event (-e) and no tracer (-p)"
    case .nothingToSet: "nothing to set: no option says what"
    case .notPrivate(let option):
      "\(option) changes the top level for everybody, which --private promises not to do"
    case .removedAndSet(let name): "-v -B \(name) removes the instance: nothing can be set in it"
    }
  }

  package var hint: String? {
    switch self {
    case .unknownOption(let option, let near):
      if let near {
        "did you mean \(near)?"
      } else if option.hasPrefix("--") {
        "see `kscope record --help`; options of the command to run come after its name"
      } else {
        "see `kscope record --help`"
      }
    case .ambiguousOption(_, let names): names.joined(separator: ", ")
    case .refusedOption, .unsuited, .unexpectedValue, .badValue: nil
    case .missingValue: "see `kscope record --help`"
    case .withoutEvent(let option):
      "write it after its event: -e sched:sched_switch \(option) …"
    case .needsCommand: "for example: kscope record -p function -F ls /tmp"
    case .childrenOfNobody: "for example: kscope record -e sched -F -c make"
    case .functionStackWithoutFunction: "limit it: -l FUNCTION"
    case .compressionNeedsVersionSeven: "leave --file-version out, or use --compression none"
    case .triggerWithoutRecorder: nil
    case .flightRecorderReadsNothing: "how much is kept is the size of the buffers: -b KB"
    case .withoutBudget: nil
    case .nothingToRecord:
      "for example: kscope record -e sched:sched_switch sleep 1; for trace_marker alone: -p nop"
    case .nothingToSet: "for example: kscope set -C mono -b 4096"
    case .notPrivate(let option): "leave \(option) out, or name an instance with -B instead"
    case .removedAndSet: "without -v it is made where it is not there"
    }
  }
}
