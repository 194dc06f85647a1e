import EventFormats
import Reports
import Synchronization

/// Where the function_graph tracer's events have what they tell, and numbers for the functions, as
/// bands have no room for addresses.
final class FunctionEvents: Sendable {
  enum Kind: Int { case begins, ends }

  private struct Function: Hashable {
    var address: UInt64
    var machine: Int
  }

  private struct State {
    var numbers: [Function: Int32] = [:]
    var functions: [Function] = []
  }

  private let bindings: [EventBinding]
  /// By buffer: the id of the event of a call's end; -1 where there is none.
  private let endIDs: [Int]
  private let state = Mutex(State())

  init(_ sources: [ReportSource]) {
    let ends = sources.map { $0.events.event(system: "ftrace", name: "funcgraph_exit") }
    endIDs = ends.map { $0?.id ?? -1 }
    bindings = zip(sources, ends).map { source, end in
      var wanted = end.map {
        [
          EventBinding.Wanted(
            Kind.ends.rawValue, $0, fields: ["func", "depth", "calltime", "rettime"])
        ]
      }
      if let begin = source.events.event(system: "ftrace", name: "funcgraph_entry") {
        wanted?.append(
          EventBinding.Wanted(Kind.begins.rawValue, begin, fields: ["func", "depth"]))
      }
      return EventBinding(wanted ?? [], in: source.events)
    }
  }

  func reader(_ source: Int) -> EventBinding.Reader { bindings[source].reader }

  /// Whether any call was told of.
  ///
  /// - Parameter counts: how often events occur, by buffer and id.
  func occur(_ counts: [[Int]]) -> Bool {
    zip(endIDs, counts).contains { id, counts in counts.indices.contains(id) && counts[id] > 0 }
  }

  func number(of address: UInt64, machine: Int) -> Int32 {
    let function = Function(address: address, machine: machine)
    return state.withLock { state in
      if let known = state.numbers[function] { return known }
      let number = Int32(truncatingIfNeeded: state.functions.count)
      state.functions.append(function)
      state.numbers[function] = number
      return number
    }
  }

  func address(of number: Int32) -> UInt64? {
    state.withLock { state in
      state.functions.indices.contains(Int(number)) ? state.functions[Int(number)].address : nil
    }
  }
}
