import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Of the function_graph tracer's calls, those below a function.
///
/// It goes by the depths that the events tell, so that a lost beginning or end costs one call at
/// most. Other events pass.
package final class CallsBelow {
  package struct Choice: Sendable {
    package var function: String
    /// How many calls deep, the function's own among them; 0 is no limit.
    package var maximumDepth: Int

    package init(function: String, maximumDepth: Int = 0) {
      self.function = function
      self.maximumDepth = maximumDepth
    }
  }

  private struct Task: Hashable {
    var source: Int
    var pid: Int32
  }

  private let choice: Choice
  private let sources: [ReportSource]
  /// How deep the function was called, of tasks that are in it.
  private var depths: [Task: Int] = [:]
  private var isFunction: [UInt64: Bool] = [:]
  /// So many are kept.
  private static let limit = 1 << 16

  init(_ choice: Choice, _ sources: [ReportSource]) {
    self.choice = choice
    self.sources = sources
  }

  /// Whether an event is shown; to be asked in the order of the events.
  func take(_ record: Record, _ source: Int) -> Bool {
    let order = sources[source].file.order
    let common = sources[source].events.common
    let label = sources[source].labels.lookup[record.payload.load(UInt16.self, at: 0, order)]
    let task = Task(
      source: source, pid: record.payload.load(Int32.self, at: common.pid.offset, order))
    switch label.pointee.kind {
    case .graphEntry(let function, let depth):
      let depth = Int(Int32(truncatingIfNeeded: depth.value(in: record, order)))
      if let began = depths[task], depth > began { return isShown(depth, from: began) }
      guard isWanted(function.value(in: record, order), source) else {
        depths[task] = nil
        return false
      }
      if depths.count >= Self.limit { depths = [:] }
      depths[task] = depth
      return true
    case .graphExit(let function, let depth, _, _, _):
      let depth = Int(Int32(truncatingIfNeeded: depth.value(in: record, order)))
      guard let began = depths[task], depth >= began else {
        depths[task] = nil
        return false
      }
      if depth > began { return isShown(depth, from: began) }
      depths[task] = nil
      return isWanted(function.value(in: record, order), source)
    default: return true
    }
  }

  private func isShown(_ depth: Int, from began: Int) -> Bool {
    choice.maximumDepth == 0 || depth - began < choice.maximumDepth
  }

  private func isWanted(_ address: UInt64, _ source: Int) -> Bool {
    if let known = isFunction[address] { return known }
    if isFunction.count >= Self.limit { isFunction = [:] }
    let name = sources[source].events.symbols.lookup(address)?.name
    let isIt = name.map { $0.elementsEqual(choice.function.utf8) } ?? false
    isFunction[address] = isIt
    return isIt
  }
}
