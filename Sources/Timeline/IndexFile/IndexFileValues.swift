import ByteIO
import RingBuffer
import TraceDat

// How single values of an index's tables are written, and read back.

extension IndexFileSink {
  /// How many there are, and each.
  mutating func addAll<List: Collection>(
    _ list: List, _ body: (inout IndexFileSink, List.Element) -> Void
  ) {
    add(UInt32(list.count))
    for element in list { body(&self, element) }
  }
}

extension ByteCursor {
  /// A number that is not below zero, nor so large that sums of some would not fit.
  mutating func count() throws -> Int {
    let number = try read(Int64.self)
    guard (0...(1 << 48)).contains(number) else { throw IndexFileMismatch() }
    return Int(number)
  }

  mutating func text() throws -> String {
    String(bytes: try take(Int(try read(UInt32.self))))
  }

  /// - Parameter size: the least that one takes, in bytes.
  mutating func list<Element>(
    _ size: Int, _ body: (inout ByteCursor) throws -> Element
  ) throws -> [Element] {
    let count = Int(try read(UInt32.self))
    guard count <= remaining / size else { throw IndexFileMismatch() }
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try body(&self)) }
    return list
  }

  mutating func flag() throws -> Bool { try read(UInt8.self) != 0 }
}

extension CarriedState {
  func write(to sink: inout IndexFileSink) {
    sink.add(state.rawValue)
    sink.add(cpu)
    sink.add(other.raw)
    sink.add(since)
    sink.add(call)
    sink.add(callSince)
  }

  init(from cursor: inout ByteCursor, _ limits: IndexFileLimits) throws {
    guard let state = TaskState(rawValue: try cursor.read(UInt8.self)) else {
      throw IndexFileMismatch()
    }
    self.state = state
    cpu = try cursor.read(Int32.self)
    other = OtherTask(raw: try cursor.read(Int32.self))
    since = try cursor.time()
    call = try cursor.read(Int32.self)
    callSince = try cursor.time()
    guard cpu >= -1, Int(cpu) < limits.cpuCount, other.raw < 0,
      other.number([]).map({ $0 < limits.taskCount }) ?? true
    else { throw IndexFileMismatch() }
  }
}

extension ByteCursor {
  /// A time, or -1; so that a sum of two fits.
  mutating func time() throws -> Int64 {
    let time = try read(Int64.self)
    guard time >= -1, time <= 1 << 61 + 1 else { throw IndexFileMismatch() }
    return time
  }
}

extension TraceTask {
  func write(to sink: inout IndexFileSink) {
    sink.add(pid)
    sink.add(process)
    sink.add(parent)
    sink.add(Int64(machine))
    sink.addAll(names) { $0.add($1) }
    sink.add(UInt8(born != nil ? 1 : 0))
    sink.add(born ?? 0)
    sink.add(UInt8(gone != nil ? 1 : 0))
    sink.add(gone ?? 0)
    sink.add(running)
    sink.add(Int64(eventCount))
  }

  init(from cursor: inout ByteCursor) throws {
    let (pid, process, parent) = (
      try cursor.read(Int32.self), try cursor.read(Int32.self), try cursor.read(Int32.self)
    )
    self.init(pid: pid, machine: try cursor.count())
    (self.process, self.parent) = (process, parent)
    names = try cursor.list(4) { try $0.text() }
    let isBorn = try cursor.flag()
    let born = try cursor.time()
    self.born = isBorn ? born : nil
    let isGone = try cursor.flag()
    let gone = try cursor.time()
    self.gone = isGone ? gone : nil
    running = try cursor.read(UInt64.self)
    eventCount = try cursor.count()
  }
}

extension Band {
  func write(to sink: inout IndexFileSink) {
    sink.add(row)
    sink.add(kind.rawValue)
    sink.add(depth)
    sink.add(start)
    sink.add(end)
    sink.add(detail)
    sink.add(UInt8((isOpen ? 1 : 0) | (isServed ? 2 : 0)))
  }

  init(from cursor: inout ByteCursor, _ limits: IndexFileLimits) throws {
    row = try cursor.read(UInt32.self)
    guard let kind = Kind(rawValue: try cursor.read(UInt8.self)) else { throw IndexFileMismatch() }
    self.kind = kind
    depth = try cursor.read(UInt8.self)
    start = try cursor.time()
    end = try cursor.time()
    detail = try cursor.read(Int32.self)
    let flags = try cursor.read(UInt8.self)
    (isOpen, isServed) = (flags & 1 != 0, flags & 2 != 0)
    // Losses and interrupts, which are of CPUs; their details are numbers of no row.
    guard Int(row) < limits.cpuCount, [.lost, .hardInterrupt, .softInterrupt].contains(kind) else {
      throw IndexFileMismatch()
    }
  }
}

extension TraceIndex.Slice {
  func write(to sink: inout IndexFileSink) {
    sink.add(Int64(slice.number))
    sink.add(slice.start)
    sink.add(slice.end)
    sink.add(UInt8(slice.isLast ? 1 : 0))
    for places in [slice.range.from, slice.range.to] {
      sink.addAll(places) { sink, place in
        sink.add(Int64(place.page))
        sink.add(Int64(place.offset))
      }
    }
    sink.add(Int64(firstEvent))
    sink.add(Int64(eventCount))
    sink.addAll(numbers) { $0.add($1) }
    sink.addAll(changes) { sink, change in
      sink.add(change.task)
      change.state.write(to: &sink)
    }
  }

  init(from cursor: inout ByteCursor, _ limits: IndexFileLimits) throws {
    let number = try cursor.count()
    let (start, end) = (try cursor.time(), try cursor.time())
    let isLast = try cursor.flag()
    var places: [[EventStream.Position]] = []
    for _ in 0..<2 {
      places.append(
        try cursor.list(16) { EventStream.Position(page: try $0.count(), offset: try $0.count()) })
      guard places.last?.count == limits.streams.count,
        zip(places.last ?? [], limits.streams).allSatisfy({ place, stream in
          place <= stream.end && place.offset <= stream.pages.layout.pageSize
        })
      else { throw IndexFileMismatch() }
    }
    slice = TraceSlice(
      number: number, range: EventRange(from: places[0], to: places[1]), start: start, end: end,
      isLast: isLast)
    firstEvent = try cursor.count()
    eventCount = try cursor.count()
    numbers = try cursor.list(4) { try $0.read(Int32.self) }
    changes = try cursor.list(33) { cursor in
      (task: try cursor.read(Int32.self), state: try CarriedState(from: &cursor, limits))
    }
    guard numbers.allSatisfy({ $0 >= 0 && Int($0) < limits.taskCount }),
      changes.allSatisfy({ $0.task >= 0 && Int($0.task) < limits.taskCount })
    else { throw IndexFileMismatch() }
  }
}
