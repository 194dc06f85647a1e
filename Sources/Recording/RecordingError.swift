package import ByteIO
package import TraceDat
package import Tracefs

/// Why a recording could not be made, or is not whole.
package enum RecordingError: Error, Sendable {
  case tracefs(TracefsError)
  case writing(WritingError)
  /// The buffer is used by somebody else; nothing was changed.
  case busy(buffer: String?, uses: [String])
  case noSuchProcess(Int32)
  case command(name: String, cause: SystemError)
  case childrenUnsupported
  /// `cost` looks at a load that runs already.
  case costOfCommand
  case system(SystemError)
}

extension RecordingError: ExplainedError {
  package var message: String {
    switch self {
    case .tracefs(let error): error.message
    case .writing(let error): error.message
    case .busy(let buffer, let uses):
      "\(buffer.map { "instance \($0)" } ?? "the kernel's tracer") is in use by somebody else: "
        + uses.joined(separator: ", ")
    case .noSuchProcess(let pid): "-P \(pid): no such process"
    case .command(let name, let cause): "cannot run \(name): \(cause.reason)"
    case .childrenUnsupported: "this kernel cannot follow children (trace option event-fork)"
    case .costOfCommand: "the cost of a command's own recording cannot be told before it runs"
    case .system(let error): error.message
    }
  }

  package var hint: String? {
    switch self {
    case .tracefs(let error): error.hint
    case .writing(let error): error.hint
    case .busy(nil, _):
      "nothing was changed; record into a buffer of your own (-B NAME), "
        + "or switch it off with `kscope reset`"
    case .busy: "nothing was changed; choose another name for -B"
    case .noSuchProcess: "the running ones: ps -e"
    case .command: "nothing was recorded, and the settings are back"
    case .childrenUnsupported: "leave -c out"
    case .costOfCommand: "start the load, then ask without a command and without -F"
    case .system: nil
    }
  }
}
