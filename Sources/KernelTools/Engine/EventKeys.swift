/// What belongs together, and how long it took. A recording may hold any bytes: numbers of tasks below
/// 0, times that go back.
extension ToolEvent {
  /// A field that is a number of a task, an interrupt or the like, as the key of a pair.
  @inline(__always) func key<Fields: EventFields>(_ field: Fields) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: self[field]))
  }

  /// A field that is the number of a thread.
  @inline(__always) func thread<Fields: EventFields>(_ field: Fields) -> Int32 {
    Int32(truncatingIfNeeded: self[field])
  }

  /// The nanoseconds from a time to the event; nil where that time is later.
  @inline(__always) func time(since begin: UInt64) -> UInt64? { time.distance(since: begin) }
}

extension UInt64 {
  /// What lies between two times; nil where the first is later: clocks of CPUs differ, and bytes of
  /// a file may be anything.
  @inline(__always) func distance(since begin: UInt64) -> UInt64? {
    self >= begin ? self - begin : nil
  }

  /// Adds up to the largest number.
  mutating func addUp(_ other: UInt64) {
    let (sum, isOver) = addingReportingOverflow(other)
    self = isOver ? .max : sum
  }
}

extension Int {
  /// Adds up to the largest number.
  func addedUp(_ other: Int) -> Int {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (other < 0 ? .min : .max) : sum
  }
}

extension RowWriter {
  /// A length of time in milliseconds; `?` where it is not known.
  @inline(__always) mutating func add(milliseconds length: UInt64?) {
    if let length {
      add(nanoseconds: length, per: 1_000_000, digits: 2)
    } else {
      addNothing("?")
    }
  }
}
