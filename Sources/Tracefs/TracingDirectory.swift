import ByteIO
import CKernel
import Glibc

/// The root of tracefs: the top-level instance, the other instances, and what all share.
public struct TracingDirectory: Sendable, Equatable {
  /// Without a slash at the end.
  public let path: String
  /// The root of the files outside that go with tracing: empty, but in tests.
  var root = ""
  /// Whether it only holds files as they were copied from one: some may be missing, and others may
  /// be of any kind.
  package private(set) var isCopy = false

  /// Takes a directory that is a tracing directory, wherever it is.
  public init(path: String) throws(TracefsError) {
    let path = Self.withoutSlash(path)
    if access(path + "/tracing_on", F_OK) != 0 {
      // A directory that may not be searched hides whether the file is there.
      if errno == EACCES || errno == EPERM {
        throw .explaining(SystemError("access", path: path), file: path)
      }
      throw .notATracingDirectory(path: path)
    }
    self.path = path
  }

  /// Takes a tracing directory, or one with files as copied from there, for reading what it has.
  ///
  /// Where the kernel's own file system is, the directory is looked at as strictly as ever.
  package init(orCopyAt path: String) throws(TracefsError) {
    let plain = Self.withoutSlash(path)
    if Self.isTracefs(plain) {
      try self.init(path: plain)
      return
    }
    guard TextFile.isDirectory(plain + "/events") else {
      let code = access(plain + "/events", F_OK) == 0 ? ENOTDIR : errno
      throw .system(SystemError("open", path: plain + "/events", code: code))
    }
    self.init(copy: plain)
  }

  private init(copy path: String) {
    self.path = path
    isCopy = true
  }

  /// Of tracefs and debugfs (linux/magic.h).
  private static let magics: [Int64] = [0x7472_6163, 0x6462_6720]

  /// Whether it is the kernel's own file system, and no copy of it.
  var isTracefs: Bool { Self.isTracefs(path) }

  private static func isTracefs(_ path: String) -> Bool {
    magics.contains(ck_file_system(path))
  }

  private static func withoutSlash(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// Finds where tracefs is mounted, by `/proc/self/mounts`.
  public static func find() throws(TracefsError) -> TracingDirectory {
    try find(mounts: "/proc/self/mounts")
  }

  /// Finds it, or mounts it where it is not mounted.
  ///
  /// The mount stays: other programs may use it by the time this one ends. Needs `CAP_SYS_ADMIN`.
  ///
  /// - Parameter place: an existing directory; the kernel makes `/sys/kernel/tracing` for this.
  public static func findOrMount(
    at place: String = "/sys/kernel/tracing"
  ) throws(TracefsError) -> TracingDirectory {
    do throws(TracefsError) { return try find() } catch {
      guard error == .notMounted else { throw error }
    }
    return try mount(at: place)
  }

  /// Mounts tracefs on an existing directory. What is mounted elsewhere shows the same files.
  public static func mount(at place: String) throws(TracefsError) -> TracingDirectory {
    if Glibc.mount("nodev", place, "tracefs", UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC), nil) != 0 {
      throw .explaining(SystemError("mount", path: place), file: place)
    }
    return try TracingDirectory(path: place)
  }

  static func find(mounts file: String) throws(TracefsError) -> TracingDirectory {
    let table: String
    do { table = try TextFile.read(file) } catch { throw .system(error) }
    guard let path = MountTable.tracingDirectory(in: table) else { throw .notMounted }
    return try TracingDirectory(path: path)
  }

  /// The instance that `trace_marker`, `trace_printk` and the console know: the directory itself.
  public var top: Instance { Instance(directory: self, name: nil) }

  /// The names below `instances/`, sorted; those that are not UTF-8 are left out.
  public func instanceNames() throws(TracefsError) -> [String] {
    do {
      return try TextFile.names(in: path + "/instances").filter {
        // What is not UTF-8 reads as U+FFFD, and cannot be written on a command line either.
        !$0.unicodeScalars.contains("\u{FFFD}")
      }
    } catch {
      throw .explaining(error, file: path + "/instances")
    }
  }

  /// An instance that exists.
  public func instance(named name: String) throws(TracefsError) -> Instance {
    // What somebody else has made may have any name.
    guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")) else {
      throw Self.badInstanceName(name)
    }
    let instance = Instance(directory: self, name: name)
    guard TextFile.isDirectory(instance.path) else {
      let names = (try? instanceNames()) ?? []
      throw .unknown(
        .instance, name: name, nearest: Nearest.names(to: name, among: names), requirement: nil)
    }
    return instance
  }

  /// Makes an instance, which goes away when `state` is restored.
  ///
  /// What is set inside it is not saved one by one: all of it goes with the instance. Throws where
  /// one of that name exists.
  public func createInstance(
    named name: String, saving state: SavedState
  ) throws(TracefsError) -> Instance {
    let instance = Instance(directory: self, name: try Self.checked(instanceName: name))
    try state.createInstance(instance)
    return instance
  }

  private static func checked(instanceName name: String) throws(TracefsError) -> String {
    guard !name.isEmpty, name != ".", name != "..",
      name.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != 0x7F })
    else { throw badInstanceName(name) }
    // Commands would take it for an option.
    guard !name.hasPrefix("-") else {
      throw .badValue(what: "instance", text: name, expected: "a name that begins with no '-'")
    }
    guard name.utf8.count < 200 else {
      throw .badValue(what: "instance", text: name, expected: "shorter than 200 bytes")
    }
    return name
  }

  private static func badInstanceName(_ name: String) -> TracefsError {
    .badValue(what: "instance", text: name, expected: "a file name without blanks")
  }

  /// A path below this directory, or from the root of the file system, as a whole.
  func fullPath(of file: String) -> String {
    file.hasPrefix("/") ? root + file : "\(path)/\(file)"
  }

  // MARK: What all instances share

  /// A file that only the root has, as text.
  public func read(_ file: ControlFile) throws(TracefsError) -> String { try top.read(file) }

  /// Whether a probe of a function's return still has its arguments (Linux 6.9).
  public var keepsArgumentsAtReturn: Bool {
    (try? read(.readme))?.contains("kernel return probes support: $retval, $arg<N>") ?? false
  }

  /// Every event that can be enabled, in the kernel's order; not those of the `ftrace` system.
  public func availableEvents() throws(TracefsError) -> [EventName] {
    EventName.list(in: try top.read(.availableEvents))
  }

  /// The names of the event systems that have a directory, `ftrace` included, as the kernel lists
  /// them.
  public func eventSystems() throws(TracefsError) -> [String] {
    try top.eventDirectories("events")
  }

  /// Every function that can be traced or filtered on.
  public func functions() throws(TracefsError) -> FunctionList {
    FunctionList(try top.readBytes(.availableFilterFunctions))
  }
}
