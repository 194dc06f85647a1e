import ByteIO
import Glibc

/// Which requests to disks a person asked for.
struct BlockFilter {
  /// `major << 20 | minor`, as the events have it (include/linux/kdev_t.h).
  var device: Int?
  /// A glob for `rwbs`: `*R*`.
  var type: String?

  init(_ options: ToolOptions) throws(ToolUsageError) {
    if let text = options.own["device"] {
      device = try Self.device(text, DiskNames(options))
    }
    if let text = options.own["iotype"] {
      // It goes into a filter of the kernel, between quotes. Letters alone come by `-i`.
      guard !text.isEmpty,
        text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") })
      else { throw .badValue(option: "-i", value: text, expected: "a type of requests: '*R*'") }
      type = text
    }
  }

  /// A disk's numbers, `259,0`, or its name where the running kernel tells names.
  static func device(_ text: String, _ disks: DiskNames) throws(ToolUsageError) -> Int {
    let parts = text.split(separator: ",").compactMap { Int($0) }
    if parts.count == 2, (0..<4096).contains(parts[0]), (0..<1 << 20).contains(parts[1]) {
      return parts[0] << 20 | parts[1]
    }
    guard let device = disks.device(named: text) else {
      throw .badValue(option: "-d", value: text, expected: "a disk, or its numbers: 259,0")
    }
    return device
  }

  /// The same in the kernel's filter language.
  var forKernel: String? {
    var conditions: [String] = []
    if let device { conditions.append("dev == \(device)") }
    if let type { conditions.append("rwbs ~ \"\(type)\"") }
    return conditions.isEmpty ? nil : conditions.joined(separator: " && ")
  }

  func passes(device: Int, type: ShortText) -> Bool {
    if let wanted = self.device, device != wanted { return false }
    guard let glob = self.type else { return true }
    return fnmatch(glob, String(decoding: type.bytes, as: UTF8.self), 0) == 0
  }
}

/// Pairs what was given to a disk with its completion.
///
/// A request is known by its device and sector. The kernel may put it back into the queue, complete
/// it piece by piece, or give it no sector at all (a flush); the same device and sector may be in
/// flight once only.
struct BlockRequests: ~Copyable {
  /// Whose a request is, and since when.
  struct Queued: BitwiseCopyable {
    var thread: Int32
    var comm: ShortText
    var time: UInt64
  }

  struct Request: BitwiseCopyable {
    /// Who queued it; who issued it where nobody did.
    var thread: Int32
    var comm: ShortText
    var type: ShortText
    var device: Int
    var sector: Int
    var byteCount: Int
    /// Of its last piece that is not completed.
    var sectorsLeft: Int
    var queued: UInt64
    var issued: UInt64

    @inline(__always) func isWanted(_ context: ToolContext, _ source: Int) -> Bool {
      (context.takesAll || comm.withBytes { context.isWanted(thread, source: source, name: $0) })
        && !context.isOwn(thread)
    }
  }

  enum Issue: Int, EventFields { case dev, sector, nr_sector, bytes, rwbs, comm }
  enum Complete: Int, EventFields { case dev, sector, nr_sector, rwbs }
  enum Insert: Int, EventFields { case dev, sector, comm }
  enum Place: Int, EventFields { case dev, sector }

  private enum Number { static let issue = 0, complete = 1, insert = 2, requeue = 3 }

  /// The completion's type is that of the request, so one filter serves for all.
  static func events(_ filter: BlockFilter) -> [WantedEvent] {
    [
      WantedEvent("block:block_rq_issue", Issue.self, filter: filter.forKernel),
      WantedEvent("block:block_rq_complete", Complete.self, filter: filter.forKernel),
      WantedEvent("block:block_rq_insert", Insert.self, filter: filter.forKernel, isOptional: true),
      WantedEvent("block:block_rq_requeue", Place.self, filter: filter.forKernel, isOptional: true),
    ]
  }

  /// A completion happens in an interrupt: rows have the calls of who queued or issued the request.
  static var rowStacks: RowStackPlan {
    RowStackPlan(earlier: [Number.insert], firstOfEarlier: [Number.issue]) { event in
      let fields: (dev: Int, sector: Int) =
        switch event.number {
        case Number.issue: (event[Issue.dev], event[Issue.sector])
        case Number.complete: (event[Complete.dev], event[Complete.sector])
        case Number.insert: (event[Insert.dev], event[Insert.sector])
        default: (event[Place.dev], event[Place.sector])
        }
      return (
        key(fields.dev, event.source), UInt64(bitPattern: Int64(Self.sector(fields.sector)))
      )
    }
  }

  private var issued = PairTable<Request>()
  private var queued = PairTable<Queued>()

  var dropped: Int { issued.dropped }

  /// Where a flush has no sector, one event says 0 and another -1.
  private static func sector(_ number: Int) -> Int { number == -1 ? 0 : number }

  /// Takes an event in; shows the request that it completes, until the next event.
  @inline(__always)
  mutating func take(_ event: ToolEvent, _ filter: BlockFilter) -> UnsafePointer<Request>? {
    switch event.number {
    case Number.issue:
      let (device, sector) = (event[Issue.dev], Self.sector(event[Issue.sector]))
      let type = event.shortText(Issue.rwbs)
      guard filter.passes(device: device, type: type) else { return nil }
      let sectors = event[Issue.nr_sector]
      let key = Self.key(device, event.source)
      let place = UInt64(bitPattern: Int64(sector))
      // Behind a scheduler the kernel's own thread issues what others have queued.
      let owner =
        queued.end(key, place)
        ?? Queued(thread: event.thread, comm: event.shortText(Issue.comm), time: event.time)
      issued.begin(
        key, place,
        Request(
          thread: owner.thread, comm: owner.comm, type: type, device: device, sector: sector,
          byteCount: sectors > 0 ? sectors &* 512 : event[Issue.bytes], sectorsLeft: sectors,
          queued: owner.time, issued: event.time))
    case Number.complete:
      let (device, sector) = (event[Complete.dev], Self.sector(event[Complete.sector]))
      let key = Self.key(device, event.source)
      guard let found = issued.endInPlace(key, UInt64(bitPattern: Int64(sector))) else {
        return nil
      }
      let done = event[Complete.nr_sector]
      if done < found.pointee.sectorsLeft, done > 0 {
        // The rest goes on, from where this piece ended.
        var request = found.pointee
        request.sectorsLeft -= done
        issued.begin(key, UInt64(bitPattern: Int64(sector &+ done)), request)
        return nil
      }
      return found
    case Number.insert:
      queued.begin(
        Self.key(event[Insert.dev], event.source),
        UInt64(bitPattern: Int64(Self.sector(event[Insert.sector]))),
        Queued(thread: event.thread, comm: event.shortText(Insert.comm), time: event.time))
    default:
      _ = issued.end(
        Self.key(event[Place.dev], event.source),
        UInt64(bitPattern: Int64(Self.sector(event[Place.sector]))))
    }
    return nil
  }

  mutating func forget() {
    issued.removeAll()
    queued.removeAll()
  }

  private static func key(_ device: Int, _ source: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: device) | UInt64(truncatingIfNeeded: source) << 40
  }
}
