import Reports
import Testing
import TraceDat
import TraceTestSupport

@testable import Timeline

/// Compares what a trace answers with what a plain walk over its events found.
struct OracleComparison {
  let trace: Trace
  let oracle: Oracle
  /// Of each task of the trace: the oracle's number.
  private var numbers: [Int] = []
  private let name: String

  init(_ input: ReportInput, bytesPerSlice: Int, workers: Int, _ oracle: Oracle) {
    let trace = Trace(input, bytesPerSlice: bytesPerSlice)
    trace.buildIndex(workers: workers)
    self.init(trace, oracle)
  }

  init(_ trace: Trace, _ oracle: Oracle) {
    self.trace = trace
    self.oracle = oracle
    name = "\(trace.index.snapshot.slices.count) slices"
    // The same pid in the same machine for the n-th time is the same task.
    var known: [[Int]: Int] = [:]
    var times: [[Int]: Int] = [:]
    for (number, task) in oracle.tasks.enumerated() {
      let key = [task.machine, Int(task.pid)]
      known[key + [times[key, default: 0]]] = number
      times[key, default: 0] += 1
    }
    times = [:]
    for task in trace.tasks {
      let key = [task.machine, Int(task.pid)]
      numbers.append(known[key + [times[key, default: 0]]] ?? -1)
      times[key, default: 0] += 1
    }
  }

  func all(_ random: inout SplitMix64, ranges: Int = 20) {
    tasks()
    totals()
    guard !numbers.contains(-1) else { return }
    for _ in 0..<ranges {
      bands(&random)
      columns(&random)
    }
  }

  // MARK: Tasks

  func tasks() {
    #expect(numbers.sorted() == Array(oracle.tasks.indices), "\(name)")
    for (task, number) in zip(trace.tasks, numbers) where number >= 0 {
      let truth = oracle.tasks[number]
      let text: Comment = "\(name), pid \(task.pid), task \(number)"
      #expect(task.names == Array(truth.names.prefix(64)), text)
      #expect(task.born == truth.born, text)
      #expect(task.gone == truth.gone, text)
      #expect(task.parent == truth.parent, text)
      // What no event tells, kscope's own recordings have in a table.
      let listed = trace.file(task.machine).flatMap {
        RecordedProcesses($0).process(of: task.pid)
      }
      #expect(task.process == (truth.process != 0 ? truth.process : listed ?? 0), text)
      #expect(task.eventCount == truth.eventTimes.count, text)
      let ran = truth.stretches.filter { $0.doing == .running }.reduce(0) { $0 + $1.to - $1.from }
      #expect(task.running == UInt64(ran), text)
    }
  }

  func totals() {
    #expect(trace.eventCount == oracle.counts.values.reduce(0, +), "\(name)")
    #expect(trace.index.snapshot.isComplete && trace.progress == 1)
    let state = trace.index.snapshot
    var counts: [[Int]: Int] = [:]
    for (source, list) in state.idCounts.enumerated() {
      for (id, count) in list.enumerated() where count > 0 { counts[[source, id]] = count }
    }
    #expect(counts == oracle.counts, "\(name)")
    for row in oracle.cpus.indices {
      #expect(state.cpuEvents[row] == oracle.cpus[row].eventTimes.count, "\(name)")
      #expect(state.lost[row].events == oracle.lost[row]?.events ?? 0, "\(name), CPU \(row)")
      #expect(state.lost[row].unknown == oracle.lost[row]?.unknown ?? 0, "\(name), CPU \(row)")
    }
  }

  // MARK: Rows

  private func truth(of row: Int) -> (stretches: [Oracle.Stretch], times: [Int64]) {
    row < oracle.cpus.count
      ? (oracle.cpus[row].stretches, oracle.cpus[row].eventTimes)
      : (
        oracle.tasks[numbers[row - oracle.cpus.count]].stretches,
        oracle.tasks[numbers[row - oracle.cpus.count]].eventTimes
      )
  }

  private func randomRow(_ random: inout SplitMix64) -> Int {
    Int.random(in: 0..<oracle.cpus.count + numbers.count, using: &random)
  }

  private func bands(_ random: inout SplitMix64) {
    let row = randomRow(&random)
    let ends = [
      Int64.random(in: 0...oracle.duration, using: &random),
      Int64.random(in: 0...oracle.duration, using: &random),
    ]
    let isWhole = Int.random(in: 0..<4, using: &random) == 0
    let range = isWhole ? 0..<oracle.duration + 1 : (ends.min() ?? 0)..<(ends.max() ?? 0) + 1
    let found = trace.bands(of: UInt32(row), in: range)
    let (stretches, times) = truth(of: row)
    #expect(found.ticks.map(\.time) == times.filter { range.contains($0) }, "\(name), row \(row)")
    // Calls of functions have a test of their own.
    let told = found.bands.filter { $0.kind != .function }.map { stretch($0, row: row) }
    let wanted = stretches.filter {
      $0.to > $0.from && $0.from < range.upperBound && $0.to > range.lowerBound
    }
    // What goes on behind the range may be told up to somewhere behind it.
    func cut(_ list: [Oracle.Stretch]) -> [[Int64]: Int] {
      var counts: [[Int64]: Int] = [:]
      for one in list {
        counts[
          [
            Int64(order(one.doing)), one.from, min(one.to, range.upperBound), Int64(one.of),
          ], default: 0] += 1
      }
      return counts
    }
    let (a, b) = (cut(told), cut(wanted))
    if a != b {
      let extra = a.filter { b[$0.key] != $0.value }
      let missing = b.filter { a[$0.key] != $0.value }
      Issue.record("\(name), row \(row), \(range): told \(extra), not told \(missing)")
    }
  }

  private func order(_ doing: Oracle.Doing) -> Int {
    switch doing {
    case .running: 0
    case .woken: 1
    case .preempted: 2
    case .blocked: 3
    case .sleeping: 4
    case .hard: 5
    case .soft: 6
    case .call: 7
    case .lost: 8
    }
  }

  private func stretch(_ band: Band, row: Int) -> Oracle.Stretch {
    let doing: Oracle.Doing =
      switch band.kind {
      case .running: .running
      case .woken: .woken
      case .preempted: .preempted
      case .blocked: .blocked
      case .sleeping: .sleeping
      case .hardInterrupt: .hard
      case .softInterrupt: .soft
      case .call: .call
      case .lost, .function, .pair: .lost
      }
    var of = -1
    switch doing {
    case .running:
      of = Int(band.detail)
      if row < oracle.cpus.count {
        let task = of - oracle.cpus.count
        of = numbers.indices.contains(task) ? numbers[task] : -2
      }
    case .hard, .soft, .call: of = Int(band.detail)
    default: break
    }
    return Oracle.Stretch(doing: doing, from: band.start, to: band.end, of: of)
  }

  // MARK: Columns

  private func columns(_ random: inout SplitMix64) {
    let finest = trace.finestIndexedLevel
    let level = max(
      0, finest + [-5, -1, 0, 1, 3, 4, 7].randomElement(using: &random).unsafelyUnwrapped)
    let count = Int.random(in: 1...40, using: &random)
    let whole = oracle.duration >> Int64(level)
    let first = Int64.random(in: 0...max(whole, 0), using: &random)
    let row = randomRow(&random)
    let found = trace.columns(of: [UInt32(row)], level: level, from: first, count: count)[0].columns
    let (stretches, times) = truth(of: row)
    for (place, column) in found.enumerated() {
      let from = (first + Int64(place)) << Int64(level)
      let to = from + 1 << Int64(level)
      let text: Comment =
        "\(name), row \(row), level \(level) (\(finest) is indexed), column \(first)+\(place) at \(from)"
      #expect(column.events == times.count { $0 >= from && $0 < to }, text)
      func time(_ doings: Set<Oracle.Doing>) -> UInt64 {
        // Where they lie in each other, time counts once.
        var (sum, done) = (Int64(0), from)
        for one in stretches.filter({ doings.contains($0.doing) }).sorted(by: { $0.from < $1.from })
        {
          let (start, end) = (max(one.from, done), min(one.to, to))
          if end > start {
            sum += end - start
            done = end
          }
        }
        return UInt64(sum)
      }
      // Buckets of more than 2^31 ns count in units of several ns, rounded down.
      let unit = level > 31 ? Int64(1) << Int64(level - 31) : 0
      func isNear(_ found: UInt64, _ doings: Set<Oracle.Doing>) -> Bool {
        let truth = Int64(time(doings))
        let pieces = stretches.count { doings.contains($0.doing) && $0.from < to && $0.to > from }
        let missing = truth - Int64(found)
        return missing >= 0 && missing <= unit * Int64(2 * pieces) + (unit > 0 ? truth >> 24 : 0)
      }
      let isCPU = row < oracle.cpus.count
      #expect(isNear(column.a, [.running]), text)
      #expect(isNear(column.b, isCPU ? [.hard] : [.woken, .preempted]), text)
      #expect(isNear(column.c, isCPU ? [.soft] : [.blocked]), text)
      #expect(isCPU ? isNear(column.unknown, [.lost]) : column.unknown == 0, text)
      #expect(
        column.switches
          == stretches.count {
            $0.doing == .running && $0.from >= from && $0.from < to && $0.to > $0.from
          }, text)
      let latency =
        stretches.filter { $0.isServed && $0.to >= from && $0.to < to }
        .map { min($0.to - $0.from, Int64(UInt32.max)) }.max() ?? 0
      #expect(column.latency == UInt64(latency), text)
      // Who ran longest at a stretch is among those who ran.
      let ran = stretches.filter {
        $0.doing == .running && $0.from < to && $0.to > from && $0.to > $0.from
      }
      if column.a == 0 {
        #expect(column.who == .max, text)
      } else if isCPU {
        let task = Int(column.who) - oracle.cpus.count
        #expect(numbers.indices.contains(task) && ran.contains { $0.of == numbers[task] }, text)
      } else {
        #expect(ran.contains { $0.of == Int(column.who) }, text)
      }
    }
  }
}
