import EventFormats
import RingBuffer

/// Which functions a traced function was called by, as far as the tracer's own events tell.
///
/// The function tracer says of each call who called; those callers whose own call was seen before,
/// and has not been left since for an outer function, make the chain. function_graph says how deep a
/// call is. Interrupts have chains of their own, not joined to what they interrupted.
struct TracedCalls: ~Copyable {
  /// The innermost function last.
  private var stacks: [[FunctionIDs.ID]] = []
  private var index: [Context: Int] = [:]
  private var latest: (context: Context, place: Int)?

  /// Where calls follow one another: a task, and whether it is interrupted. The idle tasks of all
  /// CPUs share their pid.
  struct Context: Hashable {
    var source: Int
    var pid: Int32
    /// -1 but for the idle tasks.
    var cpu: Int
    /// `flags` of the interrupt kinds.
    var interrupts: Int

    init(source: Int, pid: Int32, cpu: Int, flags: Int) {
      self.source = source
      self.pid = pid
      self.cpu = pid == 0 ? cpu : -1
      interrupts = flags & (StatusFlags.hardIRQ | StatusFlags.softIRQ | StatusFlags.nmi)
    }
  }

  /// Deeper chains are cut: a damaged file may claim any depth.
  private static let deepest = 256

  /// A call that the function tracer saw; hands on its callers, innermost first.
  mutating func called(
    _ function: FunctionIDs.ID, by caller: FunctionIDs.ID, in context: Context
  ) -> ReversedCollection<ArraySlice<FunctionIDs.ID>> {
    let place = place(of: context)
    if let found = stacks[place].lastIndex(of: caller), found < Self.deepest {
      stacks[place].removeLast(stacks[place].count - found - 1)
    } else {
      stacks[place].removeAll(keepingCapacity: true)
      stacks[place].append(caller)
    }
    stacks[place].append(function)
    return stacks[place].dropLast().reversed()
  }

  /// A call that function_graph saw `depth` calls deep, from 0; hands on its callers, innermost
  /// first.
  mutating func called(
    _ function: FunctionIDs.ID, depth: UInt64, in context: Context
  ) -> ReversedCollection<ArraySlice<FunctionIDs.ID>> {
    let place = place(of: context)
    let depth = min(Int(clamping: depth), Self.deepest)
    // Where the calls in between were not seen, those outside are no known callers.
    if depth > stacks[place].count {
      stacks[place].removeAll(keepingCapacity: true)
    } else {
      stacks[place].removeLast(stacks[place].count - depth)
    }
    stacks[place].append(function)
    return stacks[place].dropLast().reversed()
  }

  private mutating func place(of context: Context) -> Int {
    if let latest, latest.context == context { return latest.place }
    let place = index[context] ?? stacks.count
    if place == stacks.count {
      stacks.append([])
      index[context] = place
    }
    latest = (context, place)
    return place
  }
}
