import ByteIO
import EventFormats
import RingBuffer
import Tracefs

/// Which events and functions fill a buffer, counted from some of its pages.
struct HotSpots {
  /// What is written most: an event, or a function of a function tracer by its address.
  enum Spot: Hashable {
    case event(id: UInt16)
    case function(address: UInt64)
  }

  private let layout: PageLayout
  /// Of the events that name a function: where its address is.
  private let functionOffsets: [UInt16: Int]

  private(set) var counts: [Spot: UInt64] = [:]
  private(set) var events: UInt64 = 0
  /// Bytes of the events with their headers, without the heads of pages.
  private(set) var bytes: UInt64 = 0

  init(layout: PageLayout, functionOffsets: [UInt16: Int]) {
    self.layout = layout
    self.functionOffsets = functionOffsets
  }

  /// For the pages of one of this kernel's buffers.
  init(of instance: Instance) throws(TracefsError) {
    let size = try KernelMetadata.pageSize(of: instance)
    let text = String(decoding: try instance.directory.top.readBytes(.headerPage), as: UTF8.self)
    do throws(PageLayoutError) {
      layout = try PageLayout(headerPage: text, order: .host, pageSize: size)
    } catch {
      throw .unreadable(
        file: instance.directory.top.path(of: .headerPage), text: error.what,
        expected: "a page's layout")
    }
    var offsets: [UInt16: Int] = [:]
    for (event, field) in [
      ("function", "ip"), ("funcgraph_entry", "func"), ("funcgraph_exit", "func"),
    ] {
      let name = EventName(system: "ftrace", name: event)
      guard let bytes = try? instance.directory.top.format(of: name),
        let format = try? bytes.withUnsafeBytes({ try EventFormat(parsing: $0, system: "ftrace") }),
        let id = UInt16(exactly: format.id), let place = format.field(field)
      else { continue }
      offsets[id] = place.offset
    }
    functionOffsets = offsets
  }

  var pageSize: Int { layout.pageSize }

  /// Counts the events of a page, which has `pageSize` bytes.
  mutating func add(page: UnsafeRawBufferPointer) {
    guard let start = page.baseAddress, page.count >= layout.pageSize else { return }
    var cursor = RecordCursor(page: start, layout: layout)
    while let record = cursor.next() {
      guard record.length >= 2 else { continue }
      let id = record.payload.loadUnaligned(as: UInt16.self)
      if let offset = functionOffsets[id], record.length >= offset + 8 {
        let address = record.payload.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        counts[.function(address: address), default: 0] += 1
      } else {
        counts[.event(id: id), default: 0] += 1
      }
      events += 1
    }
    bytes += UInt64(max(cursor.position - layout.dataOffset, 0))
  }

  mutating func clear() {
    counts.removeAll(keepingCapacity: true)
    events = 0
    bytes = 0
  }

  /// The spots, the hottest first, each with its share of the events that were seen.
  var ranked: [(spot: Spot, share: Double)] {
    guard events > 0 else { return [] }
    return counts.map { ($0.key, Double($0.value) / Double(events)) }
      .sorted { ($0.1, Self.order($0.0)) > ($1.1, Self.order($1.0)) }
  }

  /// Equal counts stand in a fixed order.
  private static func order(_ spot: Spot) -> UInt64 {
    switch spot {
    case .event(let id): UInt64(id)
    case .function(let address): address
    }
  }
}

/// Names for what `HotSpots` counts, looked up when they are needed.
struct SpotNames {
  private let symbols: SymbolTable
  private var events: [UInt16: EventName] = [:]

  /// - Parameter instances: whose enabled events may occur.
  init(_ instances: [Instance]) throws(TracefsError) {
    symbols = SymbolTable(text: (try? TextFile.read("/proc/kallsyms")) ?? "")
    for instance in instances {
      for event in try instance.enabledEvents() {
        if let id = try? instance.id(of: event) { events[UInt16(truncatingIfNeeded: id)] = event }
      }
    }
    for instance in instances.prefix(1) {
      for event in (try? instance.directory.top.events(of: "ftrace")) ?? [] {
        guard let bytes = try? instance.directory.top.format(of: event),
          let format = try? bytes.withUnsafeBytes({ try EventFormat(parsing: $0, system: "ftrace") }
          )
        else { continue }
        events[UInt16(truncatingIfNeeded: format.id)] = event
      }
    }
  }

  func event(_ id: UInt16) -> EventName? { events[id] }

  func function(_ address: UInt64) -> String? {
    symbols.lookup(address).map { String(decoding: $0.name, as: UTF8.self) }
  }

  func name(of spot: HotSpots.Spot) -> String {
    switch spot {
    case .event(let id): event(id)?.description ?? "event \(id)"
    case .function(let address): function(address) ?? "0x" + String(address, radix: 16)
    }
  }
}
