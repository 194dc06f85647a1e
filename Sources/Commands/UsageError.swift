import ByteIO
import Recording

/// A mistake on the command line that a command found itself.
protocol UsageError: ExplainedError {}

extension RecordArgumentError: UsageError {}
extension ResetArgumentError: UsageError {}

/// A mistake on the command line of a command that shares the options of `record`.
struct TracingUsageError: UsageError {
  let command: TracingCommand
  let cause: RecordArgumentError

  var message: String { cause.message }

  /// Advice that holds for `record` holds for its kin.
  var hint: String? {
    cause.hint?.split(separator: "kscope record ", omittingEmptySubsequences: false)
      .joined(separator: "kscope \(command.rawValue) ")
  }
}
