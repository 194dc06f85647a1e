import ByteIO

/// A filter as a person gives it.
package struct FilterText: Sendable, Equatable {
  /// `EVENTS` or `EVENTS: EXPRESSION`; `Documentation/filters.md` describes the language.
  package var text: String
  /// Whether its events are left out (`report -v`).
  package var isInverted: Bool

  package init(_ text: String, isInverted: Bool = false) {
    self.text = text
    self.isInverted = isInverted
  }
}

/// What a filter says of all records with one event id. A value of 0 says: leave them out.
@frozen public struct FilterVerdict: OptionSet, Sendable {
  public let rawValue: UInt8
  @inlinable @inline(__always) public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// All of them pass.
  public static let passes = FilterVerdict(rawValue: 1)
  /// Each must be asked for: `EventFilter.matches`.
  public static let asks = FilterVerdict(rawValue: 2)
  /// With `asks`: the answer depends on the task's name.
  public static let needsTaskName = FilterVerdict(rawValue: 4)
  /// A stack trace: it passes, too, when it comes directly after a record of the same CPU that
  /// does.
  public static let followsItsEvent = FilterVerdict(rawValue: 8)
}

/// The verdicts by event id, in plain memory; its filter must outlive it.
@frozen public struct FilterTable: @unchecked Sendable {
  @usableFromInline let verdicts: UnsafePointer<FilterVerdict>

  init(_ verdicts: UnsafePointer<FilterVerdict>) { self.verdicts = verdicts }

  /// The verdict on the records with this `common_type`.
  @inlinable @inline(__always) public subscript(id: UInt16) -> FilterVerdict {
    verdicts[Int(id)]
  }
}

/// Which of a recording's events are wanted: the filters of `report -F`, compiled.
///
/// A record passes when one of the filters matches, or when all there are are inverted; and when
/// no inverted one matches. Made once for each catalog, then read by any number of threads.
package final class EventFilter: Sendable {
  /// Where an event's steps are, and how many bytes its records must have for them.
  private struct Entry {
    var start: Int32 = -1
    var recordSize: UInt32 = 0
  }

  /// What `report -T` prints: a line for each filter and condition.
  package let compiledText: String
  private let swapped: Bool
  private let program: FilterProgram
  private nonisolated(unsafe) let entries: UnsafeMutablePointer<Entry>
  private let entryCount: Int
  private nonisolated(unsafe) let verdicts: UnsafeMutablePointer<FilterVerdict>
  /// Keeps alive what the program points to.
  private let regexes: [POSIXRegex]

  /// The verdicts by event id; valid as long as this object.
  package var table: FilterTable { FilterTable(verdicts) }

  /// Compiles filters for the events of a catalog.
  ///
  /// - Throws: the first thing that is wrong, with its place: a name that no event or field has, an
  ///   expression that is malformed or compares what cannot be compared.
  package init(_ texts: [FilterText], events: EventCatalog) throws(FilterError) {
    let assets = FilterAssets()
    var set = FilterSet(events: events, assets: assets)
    for text in texts { try set.add(text) }

    var ops: [FilterOp] = []
    let highest = (0..<events.count).reduce(-1) {
      max($0, events.id(at: $1) <= 0xffff ? events.id(at: $1) : -1)
    }
    var entries = [Entry](repeating: Entry(), count: highest + 1)
    let other: FilterVerdict = set.hasPlain ? [] : .passes
    var verdicts = [FilterVerdict](repeating: other, count: 1 << 16)
    for index in 0..<events.count {
      let id = events.id(at: index)
      guard events.index(id: id) == index else { continue }
      let (condition, isBarred) = set.condition(at: index)
      switch condition {
      case .constant(let value): verdicts[id] = value ? .passes : []
      default:
        let compiler = try set.compile(condition, at: index, startingAt: ops.count)
        entries[id] = Entry(
          start: Int32(truncatingIfNeeded: ops.count),
          recordSize: UInt32(truncatingIfNeeded: compiler.recordSize))
        ops += compiler.ops
        ops.append(FilterOp(code: .end))
        verdicts[id] = compiler.needsTaskName ? [.asks, .needsTaskName] : .asks
      }
      if !isBarred, Self.isStack(index, events) { verdicts[id].insert(.followsItsEvent) }
    }
    compiledText = set.compiledText
    swapped = events.byteOrder != .host
    program = FilterProgram(
      ops: ops, text: assets.text, ranges: assets.ranges, regexes: assets.regexes)
    regexes = assets.regexes
    entryCount = entries.count
    self.entries = .allocate(capacity: max(entries.count, 1))
    self.entries.initialize(from: entries, count: entries.count)
    self.verdicts = .allocate(capacity: verdicts.count)
    self.verdicts.initialize(from: verdicts, count: verdicts.count)
  }

  deinit {
    program.deallocate()
    entries.deallocate()
    verdicts.deallocate()
  }

  private static func isStack(_ index: Int, _ events: EventCatalog) -> Bool {
    let name = events.name(at: index)
    return name.elementsEqual("kernel_stack".utf8) || name.elementsEqual("user_stack".utf8)
  }

  /// Whether a record passes. It starts at its `common_type`, which is `id`; where it is too short
  /// for what the filter looks at, it does not.
  package func matches(
    _ record: UnsafeRawBufferPointer, id: UInt16, _ surroundings: FilterSurroundings
  ) -> Bool {
    let verdict = verdicts[Int(id)]
    guard verdict.contains(.asks) else { return verdict.contains(.passes) }
    guard Int(id) < entryCount else { return false }
    let entry = entries[Int(id)]
    guard entry.start >= 0, record.count >= Int(entry.recordSize) else { return false }
    return FilterInterpreter.run(
      program, from: Int(entry.start), record, swapped: swapped, surroundings)
  }
}
