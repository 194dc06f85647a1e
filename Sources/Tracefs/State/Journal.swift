import Glibc

/// What a process changed and how it was before: a file of lines that is only ever added to.
///
/// ```
/// kscope-journal 2
/// who  PID  START  UID  TIME  BOOT-ID
/// directory  /sys/kernel/tracing  tracefs
/// command  kscope  record  -e  sched
/// change  0  81234567890  value  tracing_on  1
/// reads  0  a1b2c3d4e5f60718
/// former  0  0
/// done  0
/// kept
/// ```
///
/// Fields are parted by tabs; a tab, newline or backslash inside one is escaped. A line that has no
/// newline at its end was being written when its writer died, and what it announces did not happen.
/// Other runs add lines too, while they hold the `StateLock`: `former`, where what lay below a
/// change went away, and `reads`, where a value was changed on this run's behalf. The `reads` of an
/// instance is its directory's inode number; journals of older versions have none.
struct Journal: Equatable, Sendable {
  /// Who made the changes.
  struct Writer: Equatable, Sendable {
    var process: ProcessIdentity
    var uid: UInt32
    /// Seconds since 1970.
    var time: Int64
    var bootID: String
    var command: [String]
  }

  /// One setting before its first change.
  struct Change: Equatable, Sendable {
    /// When it was made, in nanoseconds since boot; orders the changes of several runs.
    var time: UInt64 = 0
    var kind: SettingKind
    /// Below the tracing directory, or one of `ControlFile.outside`.
    var path: String
    /// In the words of its kind.
    var former: [String]
    /// How the file read after our last write, or which directory we made; nil while that is not
    /// known.
    var reads: Fingerprint?
    /// It was put back, or never happened.
    var isDone = false
  }

  var writer: Writer
  /// The tracing directory.
  var directory: String
  /// It was the kernel's own, which any mount of it shows; journals of older versions do not say.
  var isTracefs = false
  var changes: [Change] = []
  /// The settings stay on purpose: nobody but `kscope reset` puts them back.
  var isKept = false

  /// The second word of an addition that was there already, by another run: it is that run's to
  /// take back.
  static let wasThere = "was-there"
  /// The word of an instance that another run made and left to this one.
  static let inherited = "inherited"

  /// The time of a change made now: CLOCK_BOOTTIME.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// Whether it is about a tracing directory of this boot; the kernel's own has as many paths as
  /// mounts.
  func isAbout(_ directory: TracingDirectory) -> Bool {
    self.directory == directory.path || isTracefs && directory.isTracefs
  }

  /// The numbers of the changes that are not put back yet.
  var openChanges: [Int] { changes.indices.filter { !changes[$0].isDone } }
}

// MARK: Lines

extension Journal {
  static let firstLine = "kscope-journal\t2\n"

  /// The lines before the first change.
  var header: String {
    let who = writer
    return Self.firstLine
      + Self.line(
        "who", "\(who.process.pid)", "\(who.process.startTime)", "\(who.uid)", "\(who.time)",
        who.bootID)
      + Self.line(["directory", directory] + (isTracefs ? ["tracefs"] : []))
      + Self.line(["command"] + who.command)
  }

  static func line(for change: Change, number: Int) -> String {
    line(
      ["change", "\(number)", "\(change.time)", change.kind.rawValue, change.path] + change.former)
  }

  /// What is to be put back is something else now.
  static func formerLine(_ number: Int, _ former: [String]) -> String {
    line(["former", "\(number)"] + former)
  }

  static let keptLine = "kept\n"

  /// The change is about to be made once more.
  static func againLine(_ number: Int) -> String { line("again", "\(number)") }

  static func readsLine(_ number: Int, _ reads: Fingerprint) -> String {
    line("reads", "\(number)", String(reads.value, radix: 16))
  }

  static func doneLine(_ number: Int) -> String { line("done", "\(number)") }

  private static func line(_ fields: String...) -> String { line(fields) }

  private static func line(_ fields: [String]) -> String {
    fields.map(escaped).joined(separator: "\t") + "\n"
  }

  private static func escaped(_ field: String) -> String {
    var text = ""
    for scalar in field.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\t": text += "\\t"
      case "\n": text += "\\n"
      case "\r": text += "\\r"  // with a newline after it, one Character
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func unescaped(_ field: Substring) -> String {
    var text = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in field.unicodeScalars {
      if isEscaped {
        switch scalar {
        case "t": text.append("\t")
        case "n": text.append("\n")
        case "r": text.append("\r")
        default: text.append(scalar)
        }
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        text.append(scalar)
      }
    }
    return String(text)
  }
}

// MARK: Reading

extension Journal {
  /// Reads a journal back; nil where the text is none or ends before its first change could.
  init?(_ text: String) {
    guard text.hasPrefix(Self.firstLine), let end = text.lastIndex(of: "\n") else { return nil }
    var writer: Writer?
    var directory: String?
    var isTracefs = false
    var changes: [Change] = []
    var isKept = false
    for line in text[..<end].split(separator: "\n").dropFirst() {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        .map(Self.unescaped)
      switch fields[0] {
      case "who":
        guard fields.count == 6, let pid = Int32(fields[1]), let start = UInt64(fields[2]),
          let uid = UInt32(fields[3]), let time = Int64(fields[4])
        else { return nil }
        writer = Writer(
          process: ProcessIdentity(pid: pid, startTime: start), uid: uid, time: time,
          bootID: fields[5], command: [])
      case "directory":
        guard fields.count == 2 || fields.count == 3 && fields[2] == "tracefs" else { return nil }
        directory = fields[1]
        isTracefs = fields.count == 3
      case "command":
        writer?.command = Array(fields.dropFirst())
      case "change":
        guard fields.count >= 5, Int(fields[1]) == changes.count, let time = UInt64(fields[2]),
          let kind = SettingKind(rawValue: fields[3]), Self.isOurs(fields[4])
        else { return nil }
        changes.append(
          Change(time: time, kind: kind, path: fields[4], former: Array(fields.dropFirst(5))))
      case "kept":
        isKept = true
      case "former":
        guard fields.count >= 2, let number = Int(fields[1]), changes.indices.contains(number)
        else { return nil }
        changes[number].former = Array(fields.dropFirst(2))
      case "again", "reads", "done":
        guard fields.count >= 2, let number = Int(fields[1]), changes.indices.contains(number)
        else { return nil }
        if fields[0] == "done" { changes[number].isDone = true }
        changes[number].reads = nil
        if fields[0] == "reads" {
          guard fields.count == 3, let value = UInt64(fields[2], radix: 16) else { return nil }
          changes[number].reads = Fingerprint(value: value)
        }
      default:
        return nil
      }
    }
    guard let writer, let directory else { return nil }
    self.init(
      writer: writer, directory: directory, isTracefs: isTracefs, changes: changes, isKept: isKept)
  }

  /// Whether a path stays below the tracing directory, or is one of the few others that are set.
  private static func isOurs(_ path: String) -> Bool {
    if ControlFile.outside.contains(where: { $0.path == path }) { return true }
    return !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
  }
}

/// A short stand-in for what a file said (FNV-1a, 64 bits), to see whether it still says so.
struct Fingerprint: Equatable, Sendable {
  var value: UInt64

  init(value: UInt64) { self.value = value }

  /// Of a directory, by its inode number: tracefs gives no number twice. nil where there is none.
  init?(directory path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    value = UInt64(status.st_ino)
  }

  init(_ words: [String]) {
    value = 0xcbf2_9ce4_8422_2325
    for word in words {
      for byte in word.utf8 { add(byte) }
      add(0)
    }
  }

  private mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }
}
