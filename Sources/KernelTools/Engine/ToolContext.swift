import ByteIO
import Reports

/// What a tool may ask beside its events: whose they are.
package final class ToolContext {
  private let sources: [ReportSource]
  private let options: ToolOptions
  /// The process of a thread, where somebody knows it.
  private let processOf: (Int32) -> Int32?
  private var processes: [Int32: Int32] = [:]
  private var latest: (thread: Int32, process: Int32) = (-1, -1)

  private let takesAll: Bool

  /// So many are kept; then all are asked for again.
  private static let limit = 1 << 16

  init(
    _ sources: [ReportSource], _ options: ToolOptions, processOf: @escaping (Int32) -> Int32?
  ) {
    self.sources = sources
    self.options = options
    self.processOf = processOf
    takesAll = options.thread == nil && options.process == nil && options.name == nil
  }

  /// What a thread is called; `<...>` where that is not known.
  package func name(of thread: Int32, source: Int) -> [UInt8] {
    sources[source].names.name(of: thread)
  }

  /// The process that a thread belongs to; the thread's own number where that is not known.
  package func process(of thread: Int32) -> Int32 {
    // One thread has many events in a row.
    if thread == latest.thread { return latest.process }
    let process = lookUp(thread)
    latest = (thread, process)
    return process
  }

  private func lookUp(_ thread: Int32) -> Int32 {
    if let known = processes[thread] { return known }
    if processes.count >= Self.limit { processes = [:] }
    let process = processOf(thread) ?? thread
    processes[thread] = process
    return process
  }

  /// Whether a task is one of those that were asked for.
  ///
  /// - Parameter name: what it is called, as far as the event itself says so.
  package func isWanted(
    _ thread: Int32, source: Int, name: UnsafeRawBufferPointer? = nil
  ) -> Bool {
    if takesAll { return true }
    if let wanted = options.thread, thread != wanted { return false }
    if let wanted = options.process, process(of: thread) != wanted { return false }
    guard let regex = options.name else { return true }
    if let name { return matches(regex, name) }
    return self.name(of: thread, source: source).withUnsafeBytes { matches(regex, $0) }
  }

  private func matches(_ regex: POSIXRegex, _ name: UnsafeRawBufferPointer) -> Bool {
    regex.matches(String(decoding: name, as: UTF8.self))
  }
}
