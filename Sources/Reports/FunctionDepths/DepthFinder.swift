import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// Finds how deep the function tracer's calls are, which depends on all calls before: for one slice
/// after the other.
final class DepthFinder {
  private let streams: [EventStream]
  private let sources: [ReportSource]
  private var indents: [DepthGuess]
  private let followed: DepthMemory?
  /// Of each source.
  private var names: OwnedList<FunctionNames>
  private var gate: EventGate

  /// Nil where depths are not shown or no event can be the function tracer's.
  init?(_ input: ReportInput, options: ReportOptions) {
    guard options.line.handlers.functionIndent,
      input.sources.contains(where: { $0.labels.hasFunctionTracer($0.filter) })
    else { return nil }
    let sources = input.sources
    streams = input.streams
    self.sources = sources
    followed = options.calls
    indents = input.streams.map { stream in
      options.calls.map { $0[Self.key(of: stream, sources)] } ?? DepthGuess()
    }
    names = OwnedList(count: sources.count) { FunctionNames(symbols: sources[$0].events.symbols) }
    gate = EventGate(input, options.selection)
  }

  private static func key(of stream: EventStream, _ sources: [ReportSource]) -> DepthMemory.Key {
    DepthMemory.Key(buffer: sources[stream.buffer].buffer.name, cpu: stream.cpu)
  }

  /// The depths of a slice's calls; slices are to be given in their order.
  func depths(of slice: SliceDealer.Slice) -> DepthLists {
    gate.enter(slice)
    let found = DepthLists()
    var depths: [UInt16] = []
    for stream in streams.indices {
      let source = streams[stream].buffer
      let order = sources[source].file.order
      let labels = sources[source].labels.lookup
      var cursor = EventCursor(
        [streams[stream]], from: [slice.from[stream]], to: [slice.to[stream]])
      depths.removeAll(keepingCapacity: true)
      while let run = cursor.nextRun() {
        for index in 0..<run.count {
          let record = run.records[index]
          var depth = 0
          if record.length >= 2,
            case .function(let ip, let parent) = labels[
              record.payload.load(UInt16.self, at: 0, order)
            ].pointee.kind,
            gate.isOpen || gate.passes(record, of: stream, in: slice)
          {
            let caller = names[source].name(of: parent.value(in: record, order)).pointee.hash
            if caller != 0 {
              let function = names[source].name(of: ip.value(in: record, order))
              depth = indents[stream].depth(of: function.pointee.hash, calledBy: caller)
            }
          }
          depths.append(UInt16(clamping: depth))
        }
      }
      found.append(depths)
      followed?[Self.key(of: streams[stream], sources)] = indents[stream]
    }
    return found
  }
}
