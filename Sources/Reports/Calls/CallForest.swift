import ByteIO

/// Trees of call chains: functions by who called them, with how often and how long.
///
/// All trees share one table, so that a report of thousands of tasks and events does not keep as
/// many dictionaries. Its size is that of the different chains, not of the recording.
struct CallForest: ~Copyable {
  /// A place in a tree: a function as it was called by those between it and the root, or a root.
  struct Node {
    var function: FunctionIDs.ID
    var durations = Durations()
    fileprivate var firstChild: Int32 = -1
    fileprivate var nextSibling: Int32 = -1
  }

  private(set) var nodes: [Node] = []
  /// The child of a node by its function: both halves make the key.
  private var index = IntMap(minimumCapacity: 1024)

  /// Starts another tree.
  mutating func makeRoot() -> Int32 {
    nodes.append(Node(function: -1))
    return Int32(truncatingIfNeeded: nodes.count &- 1)
  }

  /// Counts once more at a root, with no chain.
  mutating func count(at root: Int32) { nodes[Int(root)].durations.count &+= 1 }

  /// Counts a duration at its root, and along the chain of its beginning, whose time stands there.
  mutating func addCall(
    _ chain: [FunctionIDs.ID], under root: Int32, _ call: Durations, chainTime: UInt64
  ) {
    nodes[Int(root)].durations.add(call)
    let begun = Durations(call.total, at: chainTime)
    var node = root
    for function in chain {
      node = child(of: node, function)
      nodes[Int(node)].durations.add(begun)
    }
  }

  /// Counts a chain of something that its root has counted already.
  mutating func addBelow(_ root: Int32, _ chain: some Sequence<FunctionIDs.ID>) {
    let once = Durations(count: 1)
    var node = root
    for function in chain {
      node = child(of: node, function)
      nodes[Int(node)].durations.add(once)
    }
  }

  private mutating func child(of node: Int32, _ function: FunctionIDs.ID) -> Int32 {
    let key = UInt64(UInt32(bitPattern: node)) << 32 | UInt64(UInt32(bitPattern: function))
    let known = index.value(of: key)
    if known >= 0 { return known }
    let child = Int32(truncatingIfNeeded: nodes.count)
    nodes.append(Node(function: function, nextSibling: nodes[Int(node)].firstChild))
    nodes[Int(node)].firstChild = child
    index.set(key, child)
    return child
  }

  /// What was counted.
  var trees: CallTrees { CallTrees(nodes: nodes) }
}

/// The trees of a `CallForest` when all is counted.
struct CallTrees {
  let nodes: [CallForest.Node]

  /// A node's children in the order in which they were met.
  func children(of node: Int32) -> [Int32] {
    var found: [Int32] = []
    var child = nodes[Int(node)].firstChild
    while child >= 0 {
      found.append(child)
      child = nodes[Int(child)].nextSibling
    }
    return found.reversed()
  }

  /// Hands on every chain that ends somewhere: its functions, how often it did, and for how long
  /// in all.
  func forEachChain(
    under root: Int32, _ body: (_ chain: [FunctionIDs.ID], _ count: UInt64, _ total: UInt64) -> Void
  ) {
    var pending: [(node: Int32, depth: Int)] = [(root, 0)]
    var chain: [FunctionIDs.ID] = []
    while let (node, depth) = pending.popLast() {
      if depth > 0 {
        chain.removeLast(chain.count - depth + 1)
        chain.append(nodes[Int(node)].function)
      }
      let children = children(of: node)
      let durations = nodes[Int(node)].durations
      let count = children.reduce(durations.count) { $0 &- nodes[Int($1)].durations.count }
      let total = children.reduce(durations.total) { $0 &- nodes[Int($1)].durations.total }
      if depth > 0, count > 0 { body(chain, count, total) }
      for child in children.reversed() { pending.append((child, depth + 1)) }
    }
  }
}

/// How often something happened and for how long, in ns.
struct Durations: Equatable {
  var count: UInt64 = 0
  var total: UInt64 = 0
  /// The longest and the shortest, and their times.
  var longest: (duration: UInt64, time: UInt64) = (0, 0)
  var shortest: (duration: UInt64, time: UInt64) = (.max, 0)

  init() {}

  /// Once.
  init(_ duration: UInt64, at time: UInt64) {
    count = 1
    total = duration
    longest = (duration, time)
    shortest = (duration, time)
  }

  /// So many times, of which nobody knows how long they took.
  init(count: UInt64) { self.count = count }

  var average: UInt64 { total / max(count, 1) }

  mutating func add(_ other: Durations) {
    count &+= other.count
    total &+= other.total
    if other.longest.duration > longest.duration || count == other.count { longest = other.longest }
    if other.shortest.duration < shortest.duration { shortest = other.shortest }
  }

  static func == (left: Durations, right: Durations) -> Bool {
    left.count == right.count && left.total == right.total && left.longest == right.longest
      && left.shortest == right.shortest
  }
}
