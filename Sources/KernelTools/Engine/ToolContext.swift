import ByteIO
import Reports

/// What a tool may ask beside its events: whose they are.
package final class ToolContext {
  private let sources: [ReportSource]
  private let options: ToolOptions
  /// The process of a thread, where somebody knows it.
  private let processOf: (Int32) -> Int32?
  private var processes: [Int32: Int32] = [:]

  /// So many are kept; then all are asked for again.
  private static let limit = 1 << 16

  init(
    _ sources: [ReportSource], _ options: ToolOptions, processOf: @escaping (Int32) -> Int32?
  ) {
    self.sources = sources
    self.options = options
    self.processOf = processOf
  }

  /// What a thread is called; `<...>` where that is not known.
  package func name(of thread: Int32, source: Int) -> [UInt8] {
    sources[source].names.name(of: thread)
  }

  /// The process that a thread belongs to; the thread's own number where that is not known.
  package func process(of thread: Int32) -> Int32 {
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
