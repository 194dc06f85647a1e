import Timeline

/// `api/tiles`.
extension TraceAnswers {
  func tiles(_ request: PageRequest) throws(PageError) -> PageAnswer {
    let level: Int = try request.needed("level")
    let tile: Int64 = try request.needed("tile")
    let rows = try rows(request) ?? []
    guard (0...62).contains(level), tile >= 0, tile < 1 << 40, rows.count <= 256 else {
      throw .badRequest("tiles have levels from 0 on, numbers from 0 on, and 256 rows at most")
    }
    let width = Int64(Self.columns)
    // Where that would be behind the end of time, there is nothing.
    let (first, isTooLate) = tile.multipliedReportingOverflow(by: width)
    let isBehind = isTooLate || first > trace.duration >> Int64(level)
    let isComplete = trace.isComplete
    let found =
      isBehind ? [] : trace.tiles(of: rows, level: level, from: first, count: Self.columns)
    var bytes = TileBytes()
    bytes.add(UInt32(0x4c54_534b))
    bytes.add(UInt32(level))
    bytes.add(UInt32(truncatingIfNeeded: tile))
    bytes.add(UInt32(rows.count))
    for (place, row) in rows.enumerated() {
      guard !isBehind else {
        bytes.addRow(row, kind: 0, count: 0) { _ in }
        continue
      }
      switch found[place] {
      case .columns(let columns): add(columns, row, &bytes)
      case .exact(let exact): add(exact, row, &bytes)
      case .counter(let counter): add(counter, row, &bytes)
      }
    }
    // A tile of a part that is not yet walked over will be another.
    return PageAnswer(
      bytes.bytes, type: .bytes, tag: isComplete ? "\(id)-\(level)-\(tile)" : nil,
      maxAge: isComplete ? 3600 : nil)
  }

  private func add(_ row: RowColumns, _ number: UInt32, _ bytes: inout TileBytes) {
    let filled = row.columns.enumerated().filter { !$0.element.isEmpty }
    guard !filled.isEmpty else { return bytes.addRow(number, kind: 0, count: 0) { _ in } }
    let whole = Double(UInt64(1) << UInt64(row.level))
    func part(_ time: UInt64) -> UInt8 {
      time == 0 ? 0 : UInt8(max(1, min(255, Double(time) / whole * 255)))
    }
    bytes.addRow(number, kind: 1, count: filled.count) { bytes in
      for (column, _) in filled { bytes.add(UInt16(column)) }
      for (_, entry) in filled { bytes.add(UInt16(clamping: entry.events)) }
      for (_, entry) in filled { bytes.add(UInt16(clamping: entry.switches)) }
      for (_, entry) in filled { bytes.add(part(entry.a)) }
      for (_, entry) in filled { bytes.add(part(entry.b)) }
      for (_, entry) in filled { bytes.add(part(entry.c)) }
      for (_, entry) in filled { bytes.add(part(entry.unknown)) }
      bytes.align(to: 4)
      for (_, entry) in filled { bytes.add(entry.who) }
      for (_, entry) in filled { bytes.add(Float(entry.latency).bitPattern) }
    }
  }

  private func add(_ counter: CounterColumns, _ row: UInt32, _ bytes: inout TileBytes) {
    let filled = counter.columns.enumerated().filter { $0.element.count > 0 }
    guard !filled.isEmpty else { return bytes.addRow(row, kind: 0, count: 0) { _ in } }
    bytes.addRow(row, kind: 3, count: filled.count) { bytes in
      for (column, _) in filled { bytes.add(UInt16(column)) }
      for (_, value) in filled { bytes.add(UInt16(clamping: value.count)) }
      bytes.align(to: 4)
      for (_, value) in filled { bytes.add(value.minimum.bitPattern) }
      for (_, value) in filled { bytes.add(value.maximum.bitPattern) }
      for (_, value) in filled { bytes.add(value.last.bitPattern) }
    }
  }

  private func add(_ exact: RowTile.Exact, _ row: UInt32, _ bytes: inout TileBytes) {
    if exact.bands.isEmpty, exact.ticks.isEmpty {
      return bytes.addRow(row, kind: 0, count: 0) { _ in }
    }
    let machine = trace.machine(ofRow: row)
    let bands = exact.bands.sorted { $0.start < $1.start }
    let ticks = exact.ticks
    bytes.addRow(row, kind: 2, count: bands.count) { bytes in
      bytes.add(UInt32(ticks.count))
      bytes.add(UInt32(0))
      for band in bands { bytes.add(Double(band.start).bitPattern) }
      for band in bands { bytes.add(Double(band.end).bitPattern) }
      for tick in ticks { bytes.add(Double(tick.time).bitPattern) }
      for tick in ticks { bytes.add(Double(tick.index).bitPattern) }
      for detail in details(of: bands, machine) { bytes.add(detail) }
      bytes.align(to: 8)
      for tick in ticks {
        let type = types.number(source: Int(tick.source), id: Int(tick.id))
        bytes.add(UInt32(truncatingIfNeeded: type))
      }
      bytes.align(to: 8)
      for band in bands { bytes.add(band.kind.rawValue) }
      bytes.align(to: 8)
      for band in bands { bytes.add(band.depth) }
    }
  }

  /// What each is of; of sleep, the system call that it is in.
  private func details(of bands: [Band], _ machine: Int) -> [UInt32] {
    var call: Band?
    return bands.map { band in
      switch band.kind {
      case .call: call = band
      case .blocked, .sleeping:
        guard let call, call.end > band.start else { return .max }
        return names.number(.call, call.detail, machine: machine)
      default: break
      }
      return detail(of: band, machine)
    }
  }

  private func detail(of band: Band, _ machine: Int) -> UInt32 {
    switch band.kind {
    case .running, .woken, .preempted, .lost: UInt32(bitPattern: band.detail)
    case .hardInterrupt, .softInterrupt, .call, .function:
      names.number(band.kind, band.detail, machine: machine)
    case .blocked, .sleeping, .pair: .max
    }
  }
}

/// Bytes of a tile: numbers with the lowest byte first.
struct TileBytes {
  private(set) var bytes: [UInt8] = []

  mutating func add<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func align(to size: Int) {
    while bytes.count % size != 0 { bytes.append(0) }
  }

  /// A row, with the size of what is behind its head.
  mutating func addRow(_ row: UInt32, kind: UInt32, count: Int, _ body: (inout TileBytes) -> Void) {
    align(to: 8)
    add(row)
    add(kind)
    let place = bytes.count
    add(UInt32(0))
    add(UInt32(count))
    let start = bytes.count
    body(&self)
    align(to: 8)
    let size = UInt32(bytes.count - start)
    for byte in 0..<4 {
      bytes[place + byte] = UInt8(truncatingIfNeeded: size >> (8 * UInt32(byte)))
    }
  }
}
