package import ByteIO
package import ProbeLanguage
package import TraceDat
package import Tracefs

/// Why a recording could not be made, or is not whole.
package enum RecordingError: Error, Sendable {
  case tracefs(TracefsError)
  case writing(WritingError)
  /// The buffer is used by somebody else; nothing was changed.
  ///
  /// `isKept`: all that is set there was left by `start`, `set` or `record -k`.
  case busy(buffer: String?, uses: [String], isKept: Bool)
  /// A signal came before everything was set; what was is put back.
  case interrupted(Int32)
  /// `--max-size` has no room for a page of each CPU.
  case limitTooSmall(limit: Int64, needed: Int64)
  case noSuchProcess(Int32)
  case command(name: String, cause: SystemError)
  case childrenUnsupported
  case probe(ProbeError)
  /// The kernel does not take a probe, and its reason.
  case probeRefused(probe: String, line: String, reason: String, isBlacklisted: Bool)
  /// `-v` before a probe that has no trigger.
  case probeLeftOut(String)
  /// `cost` looks at a load that runs already.
  case costOfCommand
  case system(SystemError)
  /// What the kernel says of its events makes no stream.
  case stream(TraceFileError)
  /// An error after which not all settings could be put back, and why.
  indirect case leftBehind(after: RecordingError, problems: [RestoreProblem])
}

extension RecordingError: ExplainedError {
  package var message: String {
    switch self {
    case .tracefs(let error): error.message
    case .writing(let error): error.message
    case .busy(let buffer, let uses, let isKept):
      "\(buffer.map { "instance \($0)" } ?? "the kernel's tracer") is in use"
        + "\(isKept ? "" : " by somebody else"): \(uses.joined(separator: ", "))"
    case .interrupted(let number):
      "stopped by signal \(number) before everything was set; the settings are back"
    case .limitTooSmall(let limit, _):
      "--max-size: \(limit) bytes do not hold what the file says of the kernel and a page a CPU"
    case .noSuchProcess(let pid): "-P \(pid): no such process"
    case .command(let name, let cause):
      "cannot run \(name.isEmpty ? "''" : name): \(cause.reason)"
    case .childrenUnsupported: "this kernel cannot follow children (trace option event-fork)"
    case .probe(let error): error.message
    case .probeRefused(let probe, _, let reason, _): "\(probe): the kernel refuses: \(reason)"
    case .probeLeftOut(let probe): "\(probe): a probe that is left out (-v) would record nothing"
    case .costOfCommand: "the cost of a command's own recording cannot be told before it runs"
    case .system(let error): error.message
    case .stream(let error): error.message
    case .leftBehind(let error, let problems):
      // The first may end in a line that points at a place.
      error.message + (error.message.contains("\n") ? "\n" : "; ")
        + problems.map(\.message).joined(separator: "; ")
    }
  }

  package var hint: String? {
    switch self {
    case .tracefs(let error): error.hint
    case .writing(let error): error.hint
    case .busy(nil, _, let isKept):
      "nothing was changed; --private traces beside it, in an instance of its own; "
        + "`kscope reset\(isKept ? "" : " --all")` ends it"
    case .busy: "nothing was changed; choose another name for -B"
    case .interrupted: nil
    case .limitTooSmall(_, let needed): "at least \((needed >> 20) + 1)M"
    case .noSuchProcess: "the running ones: ps -e"
    case .command: "nothing was recorded, and the settings are back"
    case .childrenUnsupported: "leave -c out"
    case .probe(let error): error.hint
    case .probeRefused(_, _, _, true):
      "the function is one of those that must not be probed (/sys/kernel/debug/kprobes/blacklist)"
    case .probeRefused(_, let line, _, false): "the kernel was given: \(line)"
    case .probeLeftOut: "leave it away, or give it a trigger (-R)"
    case .costOfCommand: "start the load, then ask without a command and without -F"
    case .system: nil
    case .stream(let error): error.hint
    case .leftBehind(_, let problems): problems.lazy.compactMap(\.hint).first
    }
  }
}

extension RecordingError {
  /// Puts all settings back.
  ///
  /// - Returns: the error, and with it what could not be put back.
  func restoring(_ state: SavedState) -> RecordingError {
    let problems = state.restore()
    return problems.isEmpty ? self : .leftBehind(after: self, problems: problems)
  }

  /// What went wrong first.
  package var cause: RecordingError {
    if case .leftBehind(let error, _) = self { return error.cause }
    return self
  }
}
