import ByteIO

/// What has begun and not ended, found again by rule, scope and value.
///
/// A place once made is kept for the next time: the same tasks and interrupts come again and again.
struct OpenSpans: ~Copyable {
  struct Span {
    /// When it began, in ns.
    var time: UInt64
    /// For whom it is counted.
    var owner: Int32
    /// Its kind: the number of its label.
    var label: Int32
    var source: Int32
    var cpu: Int32
    var rule: Int32
    var isOpen: Bool
  }

  private(set) var spans: [Span] = []
  /// The chains of calls of those that have one; only in recordings with stack traces.
  private var chains: [Int32: [FunctionIDs.ID]] = [:]
  private var places: OwnedList<IntMap>
  private var values = IntMap()
  private var nestings = IntMap()
  private var scopes = IntMap()
  private let sourceCount: Int

  init(ruleCount: Int, sourceCount: Int) {
    self.sourceCount = max(sourceCount, 1)
    places = OwnedList(count: ruleCount * max(sourceCount, 1)) { _ in IntMap() }
  }

  private static func number(of key: UInt64, in map: inout IntMap) -> UInt64 {
    let known = map.value(of: key)
    if known >= 0 { return UInt64(known) }
    let number = Int32(truncatingIfNeeded: map.count)
    map.set(key, number)
    return UInt64(number)
  }

  /// The place of what begins and ends with these.
  mutating func place(
    rule: Int, source: Int, scope: Int64, value: Int, nesting: Int
  ) -> Int32 {
    let scope = Self.number(of: UInt64(bitPattern: scope), in: &scopes)
    var number = Self.number(of: UInt64(bitPattern: Int64(value)), in: &values)
    if nesting != 0 {
      number =
        1 << 31
        | Self.number(of: number << 32 | UInt64(UInt32(truncatingIfNeeded: nesting)), in: &nestings)
    }
    let key = scope << 32 | number
    let map = rule * sourceCount + source
    let known = places[map].value(of: key)
    if known >= 0 { return known }
    let place = Int32(truncatingIfNeeded: spans.count)
    spans.append(
      Span(
        time: 0, owner: 0, label: 0, source: Int32(truncatingIfNeeded: source), cpu: 0,
        rule: Int32(truncatingIfNeeded: rule), isOpen: false))
    places[map].set(key, place)
    return place
  }

  mutating func begin(_ place: Int32, time: UInt64, owner: Int32, label: Int32, cpu: Int) {
    let index = Int(place)
    spans[index].time = time
    spans[index].owner = owner
    spans[index].label = label
    spans[index].cpu = Int32(truncatingIfNeeded: cpu)
    spans[index].isOpen = true
    if !chains.isEmpty { chains[place] = nil }
  }

  /// Ends what is open there.
  mutating func end(_ place: Int32) { spans[Int(place)].isOpen = false }

  mutating func setChain(_ chain: [FunctionIDs.ID], of place: Int32) { chains[place] = chain }

  func chain(of place: Int32) -> [FunctionIDs.ID] { chains.isEmpty ? [] : chains[place] ?? [] }

  /// Forgets what is open and fits; tells how many that were.
  mutating func forget(where fits: (Span) -> Bool) -> Int {
    var count = 0
    for index in spans.indices where spans[index].isOpen && fits(spans[index]) {
      spans[index].isOpen = false
      count += 1
    }
    return count
  }
}
