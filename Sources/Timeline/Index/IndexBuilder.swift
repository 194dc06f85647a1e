import Dispatch
import Synchronization
import TraceDat

/// Walks over a whole trace once, with several threads, and fills its index.
struct IndexBuilder {
  let streams: [EventStream]
  let places: TracePlaces
  let index: TraceIndex
  /// In ns since the first event; behind the last.
  let end: Int64
  /// How many bytes of pages are walked over at once.
  let bytesPerSlice: Int

  private struct Dealer {
    var plan: SlicePlan
    var number = 0
    var position: [EventStream.Position]
    var time: Int64 = 0
    var isAtEnd = false
  }

  /// Slices that were walked over, and wait for those before them.
  private struct Waiting {
    var results: [Int: (SliceResult, TraceSlice)] = [:]
    var next = 0
  }

  func run(workers: Int, isCancelled: @Sendable () -> Bool) {
    let plan = SlicePlan(streams, bytesPerSlice: bytesPerSlice)
    let estimate = max(plan.estimatedCount, 1)
    let dealer = Mutex(Dealer(plan: plan, position: streams.map { _ in .start }))
    let waiting = Mutex(Waiting())
    let stitching = Mutex(SliceStitcher(cpuCount: places.cpus.count, shift: index.shift))
    DispatchQueue.concurrentPerform(iterations: max(min(workers, estimate), 1)) { _ in
      while !isCancelled(), let slice = dealer.withLock({ deal(&$0) }) {
        let result = walk(slice)
        waiting.withLock { $0.results[slice.number] = (result, slice) }
        stitch(waiting, stitching, estimate: estimate)
      }
    }
    // One that came while another looked for it.
    stitch(waiting, stitching, estimate: estimate)
    if !isCancelled() { stitching.withLock { index.complete($0.tasks) } }
  }

  private func deal(_ dealer: inout Dealer) -> TraceSlice? {
    guard !dealer.isAtEnd else { return nil }
    let from = dealer.position
    let time = dealer.plan.next()
    dealer.isAtEnd = time == nil
    let to = streams.positions(ofTime: time, from: from, upTo: streams.map(\.end))
    dealer.position = to
    let start = dealer.time
    let end = time.map { max(places.offset($0), start) } ?? max(self.end, start)
    dealer.time = end
    defer { dealer.number += 1 }
    return TraceSlice(
      number: dealer.number, range: EventRange(from: from, to: to), start: start, end: end,
      isLast: dealer.isAtEnd)
  }

  private func walk(_ slice: TraceSlice) -> SliceResult {
    let counter = SliceCounter(
      cpuCount: places.cpus.count, sourceCount: places.sourceCount, shift: index.shift)
    return slice.walk(streams, places, counter) { machine, damages, problems in
      machine.result(damages: damages, problems: problems.map(\.message))
    }
  }

  /// Whoever comes while another stitches leaves its slice to that one.
  private func stitch(
    _ waiting: borrowing Mutex<Waiting>, _ stitching: borrowing Mutex<SliceStitcher>, estimate: Int
  ) {
    while stitching.withLockIfAvailable({ stitcher in
      let ready = waiting.withLock { waiting in
        let ready = waiting.results.removeValue(forKey: waiting.next)
        if ready != nil { waiting.next += 1 }
        return ready
      }
      guard let (result, slice) = ready else { return false }
      let done = Double(slice.number + 1)
      index.add(
        result, slice, &stitcher, isLast: slice.isLast,
        progress: done / max(Double(estimate), done + 1))
      return true
    }) == true {}
  }
}

extension SliceMachine where Sink == SliceCounter {
  /// What the slice tells by itself.
  consuming func result(damages: Int, problems: [String]) -> SliceResult {
    let (start, end, tasks, cpus) = (start, end, tasks, cpus)
    return SliceResult(
      start: start, end: end, tasks: tasks, cpus: cpus, counted: sink.sorted(),
      eventCount: sink.eventCount, idCounts: sink.idCounts, losses: sink.losses,
      interrupts: sink.interrupts, latestEvent: sink.latestEvent, damageCount: damages,
      problems: problems)
  }
}
