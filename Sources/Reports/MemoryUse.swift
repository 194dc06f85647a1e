package import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// What the functions of a kernel allocated with kmalloc and from its caches, and what of it was
/// still in use at the end of a recording.
///
/// Source: the events `kmalloc`, `kmalloc_node`, `kmem_cache_alloc`, `kmem_cache_alloc_node`,
/// `kfree` and `kmem_cache_free` (include/trace/events/kmem.h). What was allocated before the
/// recording and freed in it is not counted.
package struct MemoryUse {
  /// One function's, in bytes.
  package struct Use: Equatable, Sendable {
    package var function: String
    /// What is not freed: as it was asked for, and as it was given.
    package var requested: UInt64 = 0
    package var allocated: UInt64 = 0
    /// All that ever was.
    package var totalRequested: UInt64 = 0
    package var totalAllocated: UInt64 = 0
    /// The most that was in use at a time.
    package var largestRequested: UInt64 = 0
    package var largestAllocated: UInt64 = 0
    package var largestWaste: UInt64 = 0

    /// What was given and not asked for.
    package var waste: UInt64 { allocated > requested ? allocated - requested : 0 }

    init(function: String) { self.function = function }

    fileprivate mutating func add(_ block: Block) {
      requested &+= block.requested
      allocated &+= block.allocated
      totalRequested &+= block.requested
      totalAllocated &+= block.allocated
      largestRequested = max(largestRequested, requested)
      largestAllocated = max(largestAllocated, allocated)
      largestWaste = max(largestWaste, waste)
    }

    fileprivate mutating func remove(_ block: Block) {
      requested &-= block.requested
      allocated &-= block.allocated
    }
  }

  fileprivate struct Block {
    var use: Int
    var requested: UInt64
    var allocated: UInt64
  }

  /// Most waste first, then most in use.
  package let uses: [Use]
  /// What could not be read.
  package let problems: [any ExplainedError]

  package init(_ input: ReportInput) {
    let readers = input.sources.map { AllocationReader($0) }
    var names = input.sources.map { FunctionTexts($0.events.symbols) }
    var uses: [Use] = []
    var places: [String: Int] = [:]
    var blocks: [Address: Block] = [:]
    var cursor = EventCursor(input.streams)
    while let run = cursor.nextRun() {
      let source = input.streams[run.stream].buffer
      let file = input.sources[source].file
      let machine = input.files.firstIndex { $0 === file } ?? 0
      for index in 0..<run.count {
        guard let event = readers[source].read(run.records[index]) else { continue }
        let address = Address(machine: machine, value: event.address)
        // Where its free was lost, an address is handed out again.
        if let old = blocks.removeValue(forKey: address) { uses[old.use].remove(old) }
        guard case .allocated(let caller, let requested, let allocated) = event.kind else {
          continue
        }
        let function = names[source][caller]
        let place = places[function] ?? uses.count
        if place == uses.count {
          places[function] = place
          uses.append(Use(function: function))
        }
        let block = Block(use: place, requested: requested, allocated: allocated)
        uses[place].add(block)
        blocks[address] = block
      }
    }
    self.uses = uses.sorted {
      ($1.waste, $1.allocated, $0.function) < ($0.waste, $0.allocated, $1.function)
    }
    problems = input.problems + cursor.problems as [any ExplainedError] + input.lateProblems
  }

  /// Blocks of two recorded kernels are different ones.
  private struct Address: Hashable {
    var machine: Int
    var value: UInt64
  }

  /// trace-cmd's columns, parted by tabs.
  package func write(to sink: inout ByteSink) {
    sink.append("                Function            \tWaste\tAlloc\treq\t\tTotAlloc     TotReq")
    sink.append("\t\tMaxAlloc     MaxReq\tMaxWaste\n")
    sink.append("                --------            \t-----\t-----\t---\t\t--------     ------")
    sink.append("\t\t--------     ------\t--------\n")
    for use in uses {
      let name = Array(use.function.utf8)
      name.withUnsafeBytes { sink.append($0, leftPaddedTo: 32) }
      sink.append("\t\(use.waste)\t\(use.allocated)\t\(use.requested)\t\t")
      sink.append(decimal: use.totalAllocated, width: 8)
      sink.append("   ")
      sink.append(decimal: use.totalRequested, width: 8)
      sink.append("\t\t")
      sink.append(decimal: use.largestAllocated, width: 8)
      sink.append("   ")
      sink.append(decimal: use.largestRequested, width: 8)
      sink.append("\t\(use.largestWaste)\n")
    }
  }

  /// The same as an object a line, in bytes.
  package func writeJSON(to sink: inout ByteSink) {
    for use in uses {
      sink.append("{\"function\":\"")
      Array(use.function.utf8).withUnsafeBytes { sink.append(json: $0) }
      sink.append("\",\"waste\":\(use.waste),\"allocated\":\(use.allocated)")
      sink.append(",\"requested\":\(use.requested),\"total_allocated\":\(use.totalAllocated)")
      sink.append(",\"total_requested\":\(use.totalRequested)")
      sink.append(",\"max_allocated\":\(use.largestAllocated)")
      sink.append(",\"max_requested\":\(use.largestRequested)")
      sink.append(",\"max_waste\":\(use.largestWaste)}\n")
    }
  }
}

/// Reads the events of one source that give or take memory.
private struct AllocationReader {
  struct Event {
    enum Kind {
      case allocated(caller: UInt64, requested: UInt64, allocated: UInt64)
      case freed
    }
    var address: UInt64
    var kind: Kind
  }

  private struct Fields {
    var pointer: Field
    var caller: Field?
    var requested: Field?
    var allocated: Field?
  }

  private static let events = [
    "kmalloc", "kmalloc_node", "kmem_cache_alloc", "kmem_cache_alloc_node", "kfree",
    "kmem_cache_free",
  ]

  private let fields: [UInt16: Fields]
  private let order: ByteOrder

  init(_ source: ReportSource) {
    order = source.file.order
    var fields: [UInt16: Fields] = [:]
    for name in Self.events {
      guard let index = source.events.index(name: name),
        let format = try? source.events.format(at: index), let id = UInt16(exactly: format.id),
        let pointer = format.field("ptr")
      else { continue }
      fields[id] = Fields(
        pointer: pointer, caller: format.field("call_site"),
        requested: format.field("bytes_req"), allocated: format.field("bytes_alloc"))
    }
    self.fields = fields
  }

  func read(_ record: Record) -> Event? {
    guard record.length >= 2,
      let fields = fields[record.payload.load(UInt16.self, at: 0, order)],
      let address = number(fields.pointer, record)
    else { return nil }
    guard let caller = fields.caller.flatMap({ number($0, record) }),
      let requested = fields.requested.flatMap({ number($0, record) }),
      let allocated = fields.allocated.flatMap({ number($0, record) })
    else { return Event(address: address, kind: .freed) }
    return Event(
      address: address,
      kind: .allocated(caller: caller, requested: requested, allocated: allocated))
  }

  private func number(_ field: Field, _ record: Record) -> UInt64? {
    guard field.offset >= 0, field.end <= record.length else { return nil }
    switch field.size {
    case 4: return UInt64(record.payload.load(UInt32.self, at: field.offset, order))
    case 8: return record.payload.load(UInt64.self, at: field.offset, order)
    default: return nil
    }
  }
}

/// Names of functions by an address in them, as strings.
private struct FunctionTexts {
  private let symbols: SymbolTable
  private var known: [UInt64: String] = [:]

  init(_ symbols: SymbolTable) { self.symbols = symbols }

  subscript(address: UInt64) -> String {
    mutating get {
      if let text = known[address] { return text }
      // A damaged file may name any number of them.
      if known.count >= 1 << 16 { known = [:] }
      let symbol = symbols.lookup(address)
      let text =
        symbol.map { String(decoding: $0.name, as: UTF8.self) }
        ?? "0x" + String(address, radix: 16)
      known[address] = text
      return text
    }
  }
}
