import ByteIO
import Glibc

/// One set of ring buffers with its own tracer, events and settings: the top level, or a directory
/// below `instances/` (Documentation/trace/ftrace.rst, "Instances").
public struct Instance: Sendable, Equatable {
  public let directory: TracingDirectory
  /// nil for the top level.
  public let name: String?

  init(directory: TracingDirectory, name: String?) {
    self.directory = directory
    self.name = name
  }

  public var path: String {
    name.map { "\(directory.path)/instances/\($0)" } ?? directory.path
  }

  /// A file's path below the tracing directory, as journals note it.
  func path(below root: TracingDirectory, _ file: String = "") -> String {
    let base = name.map { "instances/\($0)" } ?? ""
    if file.isEmpty { return base }
    return base.isEmpty ? file : "\(base)/\(file)"
  }

  /// Whether a path below the tracing directory is this instance's, or the instance itself; those of
  /// other instances are not the top level's.
  public func has(path: String) -> Bool {
    guard let name else { return !path.hasPrefix("instances/") }
    return path == "instances/\(name)" || path.hasPrefix("instances/\(name)/")
  }

  func relative(_ file: ControlFile) -> String {
    file.path.hasPrefix("/") ? file.path : path(below: directory, file.path)
  }

  /// The whole path of a file, for opening it elsewhere.
  public func path(of file: ControlFile) -> String { directory.fullPath(of: relative(file)) }

  // MARK: Reading

  public func has(_ file: ControlFile) -> Bool { TextFile.exists(path(of: file)) }

  /// What a file says, newline and all.
  public func read(_ file: ControlFile) throws(TracefsError) -> String {
    String(decoding: try readBytes(file), as: UTF8.self)
  }

  public func readBytes(_ file: ControlFile) throws(TracefsError) -> [UInt8] {
    if directory.isCopy { return try readCopy(path(of: file)) }
    do { return try TextFile.readBytes(path(of: file)) } catch {
      throw Self.meaning(of: error, file: path(of: file))
    }
  }

  /// A pipe would be waited for, and what is not there says nothing of a kernel.
  private func readCopy(_ path: String) throws(TracefsError) -> [UInt8] {
    guard TextFile.isRegular(path) || access(path, F_OK) != 0 else {
      throw .notRegular(path: path)
    }
    do { return try TextFile.readBytes(path) } catch { throw .system(error) }
  }

  /// What a file says in the words that would set it so again.
  func words(_ file: ControlFile) throws(TracefsError) -> [String] {
    try SavedState.words(of: relative(file), kind: file.kind, in: directory)
  }

  func value(_ file: ControlFile) throws(TracefsError) -> String {
    try words(file).first ?? ""
  }

  func number(_ file: ControlFile) throws(TracefsError) -> Int {
    let text = try value(file)
    guard let number = Int(text) else {
      throw .unreadable(file: path(of: file), text: text, expected: "a number")
    }
    return number
  }

  // MARK: Writing

  /// Writes to a file, which `state` puts back.
  func set(
    _ file: ControlFile, to texts: [String], _ mode: TextFile.Mode = .replace,
    saving state: SavedState
  ) throws(TracefsError) {
    do throws(TracefsError) {
      try state.write(texts, to: relative(file), kind: file.kind, mode: mode)
    } catch { throw ErrorLog.explaining(error, in: self) }
  }

  /// Writes a command to a file, one that changes nothing which could be put back.
  func write(_ text: String, to file: ControlFile) throws(TracefsError) {
    do throws(TracefsError) {
      try SavedState.put([text], to: relative(file), in: directory, .append)
    } catch { throw ErrorLog.explaining(error, in: self) }
  }

  /// Adds a line to a file, and takes it back by writing `undo`, there or in another file.
  ///
  /// - Parameter holdsInstance: whether the instance cannot be removed while the line is there.
  public func add(
    _ text: String, to file: ControlFile, undo: String, undoingIn other: ControlFile? = nil,
    holdsInstance: Bool = false, saving state: SavedState
  ) throws(TracefsError) {
    do throws(TracefsError) {
      try state.add(
        text, to: relative(file), undo: undo, in: relative(other ?? file),
        holdsInstance: holdsInstance)
    } catch { throw ErrorLog.explaining(error, in: self) }
  }

  /// Removes the instance's directory and all that is set in it. Not for the top level.
  public func remove(saving state: SavedState) throws(TracefsError) {
    guard name != nil else {
      throw .badValue(what: "instance", text: "the top level", expected: "one that can be removed")
    }
    try state.removeInstance(self)
  }

  /// Gives a failing call on a control file its meaning.
  static func meaning(of error: SystemError, file: String, text: String? = nil) -> TracefsError {
    if error.code == ENOENT, error.call == "open" {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      return .missingFile(file: file, requirement: .forFile(name))
    }
    return .explaining(error, file: file, text: text)
  }
}
