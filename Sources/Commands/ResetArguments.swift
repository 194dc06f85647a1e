import ByteIO
import Tracefs

/// Reads the arguments of `reset` in their order: `-b` and `-d` belong to the `-B`, `-a` or `-t`
/// before them.
struct ResetArguments: Equatable {
  /// A buffer that is to be reset.
  struct Target: Equatable {
    /// The instance's name; nil is the top level.
    var name: String?
    /// The size of each CPU's buffer to set, in KB.
    var kilobytes: Int?
    /// The instance is removed instead.
    var isRemoved = false
  }

  /// What to do.
  enum Purpose: Equatable {
    case help
    /// Show the journals.
    case list(isJSON: Bool)
    /// Put back what kscope changed.
    case undo
    /// Turn off and clear everything in these buffers, whoever set it up.
    case reset([Target], keeping: Set<DynamicEvent.Kind>)
  }

  private(set) var purpose = Purpose.undo
  private let instanceNames: [String]
  private var targets = [Target(name: nil)]
  /// The targets that `-b` and `-d` are for.
  private var current = [0]
  private var kept: Set<DynamicEvent.Kind> = []
  private var takesTop = false
  private var namesInstance = false
  private var resets = false

  /// - Parameters:
  ///   - instances: the names of those there are, for `-a`.
  ///   - resetsAlways: as trace-cmd, whose reset is never an undoing.
  init(
    _ arguments: [String], instances: [String], resetsAlways: Bool
  ) throws(ResetArgumentError) {
    instanceNames = instances
    resets = resetsAlways
    var rest = arguments[...]
    var isJSON = false
    var lists = false
    while let argument = rest.popFirst() {
      switch argument {
      case "-h", "--help":
        purpose = .help
        return
      case "--all":
        resets = true
        takesTop = true
      case "--list": lists = true
      case "--json": isJSON = true
      default:
        guard argument.hasPrefix("-"), !argument.hasPrefix("--"), argument != "-" else {
          throw .unexpected(argument)
        }
        try readLetters(argument.dropFirst(), &rest)
      }
    }
    if lists {
      guard !resets || resetsAlways else { throw .listAlone }
      purpose = .list(isJSON: isJSON)
      return
    }
    if isJSON { throw .jsonWithoutList }
    guard resets else { return }
    let takesTop = takesTop || !namesInstance
    if !takesTop, targets[0].kilobytes != nil, !resetsAlways { throw .sizeOfNothing }
    // As with trace-cmd (3.1.6, not its manual), the top level is meant unless `-B` names another.
    purpose = .reset(takesTop ? targets : Array(targets.dropFirst()), keeping: kept)
  }

  private mutating func readLetters(
    _ letters: Substring, _ rest: inout ArraySlice<String>
  ) throws(ResetArgumentError) {
    var letters = letters
    while let letter = letters.popFirst() {
      resets = true
      switch letter {
      case "a":
        for name in instanceNames { select(name) }
        current = targets.indices.filter { targets[$0].name != nil }
      case "t":
        takesTop = true
        current = [0]
      case "d":
        guard current != [0] else { throw .removesTop }
        for index in current { targets[index].isRemoved = true }
      case "b", "B", "k":
        let value = letters.isEmpty ? rest.popFirst() : String(letters)
        guard let value, !value.isEmpty else { throw .missingValue("-\(letter)") }
        letters = ""
        try apply(letter, value)
      default: throw .unexpected("-\(letter)")
      }
    }
  }

  /// What dynamic events are made of, by trace-cmd's names.
  private static let kinds: [(name: String, kind: DynamicEvent.Kind)] = [
    ("kprobe", .kprobe), ("kretprobe", .kretprobe), ("uprobe", .uprobe),
    ("uretprobe", .uretprobe), ("eprobe", .eventProbe), ("synth", .synthetic),
  ]

  private mutating func apply(_ letter: Character, _ value: String) throws(ResetArgumentError) {
    switch letter {
    case "b":
      guard let size = Int(value), size > 0 else {
        throw .badValue("-b", value, expected: "kilobytes, from 1 up")
      }
      for index in current { targets[index].kilobytes = size }
    case "B":
      namesInstance = true
      select(value)
    default:
      if value == "all" {
        kept = Set(DynamicEvent.Kind.allCases)
      } else if let kind = Self.kinds.first(where: { $0.name == value })?.kind {
        kept.insert(kind)
      } else {
        let kinds = Self.kinds.map(\.name).joined(separator: ", ")
        throw .badValue("-k", value, expected: "\(kinds) or all")
      }
    }
  }

  private mutating func select(_ name: String) {
    if let known = targets.firstIndex(where: { $0.name == name }) {
      current = [known]
    } else {
      targets.append(Target(name: name))
      current = [targets.count - 1]
    }
  }
}

/// A mistake on the command line of `reset`.
enum ResetArgumentError: ExplainedError, Equatable {
  case unexpected(String)
  case missingValue(String)
  case badValue(String, String, expected: String)
  case removesTop
  /// `-b` stands before `-B` and is for the top level, which `-B` leaves out; trace-cmd ignores it.
  case sizeOfNothing
  case listAlone
  case jsonWithoutList

  var message: String {
    switch self {
    case .unexpected(let text): "reset does not take \(text)"
    case .missingValue(let option): "\(option) needs a value"
    case .badValue(let option, let value, let expected): "\(option) \(value): expected \(expected)"
    case .removesTop: "-d removes instances, and the top level is none"
    case .sizeOfNothing: "-b before -B is for the top level, which -B leaves out"
    case .listAlone: "--list changes nothing: no other option goes with it"
    case .jsonWithoutList: "--json is for --list"
    }
  }

  var hint: String? {
    switch self {
    case .removesTop: "name them before it, with -B, or take all with -a"
    case .sizeOfNothing:
      "put it behind the instance (-B NAME -b KB), or take the top level too (-t)"
    default: "see `kscope reset --help`"
    }
  }
}
