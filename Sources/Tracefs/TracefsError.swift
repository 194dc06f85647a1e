public import ByteIO
import Glibc

/// What a control file refused, or what this kernel does not have.
public enum TracefsError: ExplainedError, Equatable {
  /// No tracefs (and no debugfs with `tracing`) is mounted.
  case notMounted
  /// The path that was given is no tracing directory.
  case notATracingDirectory(path: String)
  /// The file is root's, and this process is not root.
  case noRights(path: String)
  /// Root was refused because the kernel is locked down; `mode` as in
  /// `/sys/kernel/security/lockdown`.
  case lockedDown(path: String, mode: String)
  /// This kernel has no such control file; `requirement` says what would give it.
  case missingFile(file: String, requirement: KernelRequirement?)
  /// A tracer, clock, option, event or function that does not exist here.
  case unknown(Vocabulary, name: String, nearest: [String], requirement: KernelRequirement?)
  /// A function that the kernel has but keeps from its tracer.
  case untraceable(function: String, nearest: [String])
  /// The kernel did not take a value; `log` is what it wrote to `error_log`.
  case refused(file: String, text: String, code: Int32, log: String?)
  /// The file or instance is in use (`EBUSY`).
  case busy(file: String, action: String)
  /// Another run of kscope, which is at work, needs it for itself.
  case inUse(file: String, by: String)
  /// An event that exists already.
  case exists(what: String, name: String)
  /// A dynamic event that cannot be removed; `by` says who uses it, as far as can be told.
  case eventInUse(EventName, by: [String])
  /// The kernel's tracefs cannot do it.
  case missingFeature(KernelFeature)
  /// A text in one of the kernel's languages that breaks a rule, before the kernel is asked.
  case malformed(MalformedText)
  /// A value whose form is wrong before the kernel is asked.
  case badValue(what: String, text: String, expected: String)
  /// A control file says something that is not understood.
  case unreadable(file: String, text: String, expected: String)
  /// The journal of changes cannot be written or read.
  case journal(path: String, problem: String)
  /// What should be a file of a copied tracing directory is a pipe, a device or the like.
  case notRegular(path: String)
  /// A tracing directory, or a copy of one, in which no event has a format.
  case noFormats(path: String)
  /// Any other failing call.
  case system(SystemError)

  /// The kinds of names that the kernel lists.
  public enum Vocabulary: String, Sendable {
    case tracer, clock, option, event, function, instance
    case eventSystem = "event system"
  }
}

extension TracefsError {
  public var message: String {
    switch self {
    case .notMounted:
      return "tracefs is not mounted"
    case .notATracingDirectory(let path):
      return "\(path): not a tracing directory (it has no tracing_on)"
    case .noRights(let path):
      return "\(path): only root may use the kernel's tracer"
    case .lockedDown(let path, let mode):
      return "\(path): the kernel is locked down (\(mode)) and lets nobody trace"
    case .missingFile(let file, let requirement):
      return "this kernel has no \(file)" + Self.need(requirement)
    case .unknown(let vocabulary, let name, _, let requirement):
      return "no such \(vocabulary.rawValue): \(name)" + Self.need(requirement)
    case .untraceable(let function, _):
      return "\(function): this kernel has the function, but does not let it be traced"
    case .refused(let file, let text, let code, let log):
      let reason = SystemError("write", code: code).reason
      let text = text.trimmed
      let shown = text.count > 200 ? String(text.prefix(200)) + "…" : text
      return "\(file): the kernel refused '\(shown)': \(reason)" + (log.map { "\n\($0)" } ?? "")
    case .busy(let file, let action):
      return "\(file): cannot \(action): in use"
    case .inUse(let file, let user):
      return "\(file): in use by \(user)"
    case .exists(let what, let name):
      return "\(what) \(name) exists already"
    case .eventInUse(let event, _):
      return "event \(event) cannot be removed: it is in use"
    case .missingFeature(let feature):
      return "this kernel has no \(feature.title)" + Self.need(feature.requirement)
    case .malformed(let text):
      return "\(text.what): \(text.problem)\n\(text.shown)"
    case .badValue(let what, let text, let expected):
      return "\(what): '\(text)' is not \(expected)"
    case .unreadable(let file, let text, let expected):
      return "\(file): found '\(text.prefix(80))' where \(expected) was expected"
    case .journal(let path, let problem):
      return "\(path): \(problem)"
    case .notRegular(let path):
      return "\(path) is not a regular file"
    case .noFormats(let path):
      return "\(path): no event there has a format"
    case .system(let error):
      return error.message
    }
  }

  public var hint: String? {
    switch self {
    case .notMounted:
      return "as root: mount -t tracefs nodev /sys/kernel/tracing"
    case .notATracingDirectory:
      return "the usual place is /sys/kernel/tracing"
    case .noRights:
      return "run it with sudo"
    case .lockedDown:
      return "lockdown comes with Secure Boot or the boot option lockdown=; "
        + "recordings made elsewhere can still be read"
    case .unknown(_, _, let nearest, _), .untraceable(_, let nearest):
      return nearest.isEmpty ? nil : "nearest: " + nearest.joined(separator: ", ")
    case .busy:
      return "close what has trace, trace_pipe or trace_pipe_raw there open, then try again"
    case .inUse:
      return "nothing was changed; wait for it, or trace in an instance of your own (--private, -B)"
    case .journal:
      return "name a directory of your own in KSCOPE_STATE_DIR"
    case .malformed(let text):
      return text.nearest.isEmpty ? nil : "nearest: " + text.nearest.joined(separator: ", ")
    case .exists:
      return "choose another name, or remove it first"
    case .eventInUse(_, let users):
      return users.isEmpty
        ? "perf may use it, or a histogram's action in some event's trigger file"
        : "used by " + users.joined(separator: "; ")
    case .noFormats:
      return "name a tracing directory, or files as copied from one"
    case .refused(let file, _, let code, _):
      return Self.hint(forCode: code, of: file)
    case .system(let error):
      return Self.hint(forCode: error.code, of: error.path ?? "")
    case .missingFile, .missingFeature, .badValue, .unreadable, .notRegular:
      return nil
    }
  }

  /// What can be done about a refusal that says nothing but its number.
  private static func hint(forCode code: Int32, of file: String) -> String? {
    switch code {
    case ENOMEM:
      return "the size is for each CPU, and there is not so much memory (free -m)"
    case EROFS:
      return "tracefs is mounted read-only; as root: mount -o remount,rw /sys/kernel/tracing"
    case EPERM, EACCES:
      return geteuid() == 0
        ? "to be root is not enough here: a container or a security policy may forbid it" : nil
    case EOVERFLOW where file.hasSuffix("tracing_cpumask"):
      return "the mask has more CPUs than this machine"
    case EINVAL where file.hasSuffix("buffer_subbuf_size_kb"):
      return "the kernel takes a few kilobytes, from a page's 4 upwards"
    case EEXIST where file.hasSuffix("/trigger"):
      return
        "the event has one like it (kscope stat shows it); kscope reset takes back kscope's own"
    default: return nil
    }
  }

  private static func need(_ requirement: KernelRequirement?) -> String {
    requirement.map { " (\($0))" } ?? ""
  }
}

extension TracefsError {
  /// Whether one text was not taken, by the kernel or before it; other texts may be.
  public var isRefusal: Bool {
    switch self {
    case .refused, .malformed: true
    default: false
    }
  }

  /// Gives a failing open, read or write of a tracing file its meaning.
  static func explaining(_ error: SystemError, file: String, text: String? = nil) -> TracefsError {
    switch error.code {
    case EACCES where geteuid() != 0, EPERM where geteuid() != 0:
      return .noRights(path: file)
    case EPERM, EACCES:
      if let mode = Lockdown.current() { return .lockedDown(path: file, mode: mode) }
    case EBUSY:
      return .busy(file: file, action: text.map { "write '\($0)'" } ?? error.call)
    default: break
    }
    if let text { return .refused(file: file, text: text, code: error.code, log: nil) }
    return .system(error)
  }
}

/// Whether the kernel is locked down (kernel_lockdown(7)).
enum Lockdown {
  static let path = "/sys/kernel/security/lockdown"

  /// The mode in force ("integrity", "confidentiality"), nil where there is none.
  static func current() -> String? {
    guard let text = try? TextFile.read(path) else { return nil }
    return mode(in: text)
  }

  /// The bracketed word of `none [integrity] confidentiality`, unless it is `none`.
  static func mode(in text: String) -> String? {
    guard let word = BracketedChoice(text).current, word != "none" else { return nil }
    return word
  }
}
