import ByteIO
import EventFormats
import RingBuffer
import Testing
import TraceDat
import TraceTestSupport

@testable import Reports

/// Chains of calls, and counts by them, whose truth is known.
@Suite struct CallTests {
  @Test func chainsShareTheirBeginning() {
    var forest = CallForest()
    let root = forest.makeRoot()
    for chain in [[1, 2, 3], [1, 2, 4], [1, 2, 3], [5], [1]] as [[FunctionIDs.ID]] {
      forest.count(at: root)
      forest.addBelow(root, chain)
    }
    let other = forest.makeRoot()
    forest.addBelow(other, [1, 2])
    let trees = forest.trees
    #expect(trees.nodes[Int(root)].durations.count == 5)
    let children = trees.children(of: root)
    #expect(children.map { trees.nodes[Int($0)].function } == [1, 5])
    #expect(children.map { trees.nodes[Int($0)].durations.count } == [4, 1])
    var chains: [[FunctionIDs.ID]: UInt64] = [:]
    trees.forEachChain(under: root) { chain, count, _ in chains[chain] = count }
    #expect(chains == [[1]: 1, [1, 2, 3]: 2, [1, 2, 4]: 1, [5]: 1])
    chains = [:]
    trees.forEachChain(under: other) { chain, count, _ in chains[chain] = count }
    #expect(chains == [[1, 2]: 1])
  }

  @Test func durationsAreAddedUp() {
    var sum = Durations()
    for (duration, time) in [(7, 100), (3, 200), (9, 300), (9, 400), (3, 500)] as [(UInt64, UInt64)]
    {
      sum.add(Durations(duration, at: time))
    }
    #expect(sum.count == 5 && sum.total == 31 && sum.average == 6)
    #expect(sum.longest == (9, 300) && sum.shortest == (3, 200))
    var nothing = Durations()
    nothing.add(Durations(0, at: 5))
    #expect(nothing.longest == (0, 5) && nothing.shortest == (0, 5))
  }

  /// A task that calls `a`, which calls `b`, which calls `c` and then `d`; then `e` from elsewhere.
  @Test func tracedFunctionsHaveTheirCallers() {
    var calls = TracedCalls()
    let task = TracedCalls.Context(source: 0, pid: 7, cpu: 0, flags: 0)
    #expect(Array(calls.called(1, by: 9, in: task)) == [9])
    #expect(Array(calls.called(2, by: 1, in: task)) == [1, 9])
    #expect(Array(calls.called(3, by: 2, in: task)) == [2, 1, 9])
    // An interrupt has a chain of its own, and leaves the task's as it was.
    let interrupt = TracedCalls.Context(source: 0, pid: 7, cpu: 0, flags: StatusFlags.hardIRQ)
    #expect(Array(calls.called(6, by: 5, in: interrupt)) == [5])
    #expect(Array(calls.called(4, by: 2, in: task)) == [2, 1, 9])
    #expect(Array(calls.called(8, by: 77, in: task)) == [77])
    // The idle tasks of two CPUs have one pid.
    let idle = TracedCalls.Context(source: 0, pid: 0, cpu: 0, flags: 0)
    let otherIdle = TracedCalls.Context(source: 0, pid: 0, cpu: 1, flags: 0)
    _ = calls.called(1, by: 9, in: idle)
    #expect(Array(calls.called(2, by: 1, in: otherIdle)) == [1])
    #expect(Array(calls.called(2, by: 1, in: idle)) == [1, 9])
  }

  @Test func graphedCallsHaveTheirDepth() {
    var calls = TracedCalls()
    let task = TracedCalls.Context(source: 0, pid: 7, cpu: 0, flags: 0)
    #expect(Array(calls.called(1, depth: 0, in: task)) == [])
    #expect(Array(calls.called(2, depth: 1, in: task)) == [1])
    #expect(Array(calls.called(3, depth: 2, in: task)) == [2, 1])
    #expect(Array(calls.called(4, depth: 1, in: task)) == [1])
    // What was called in between was not seen.
    #expect(Array(calls.called(5, depth: 40, in: task)) == [])
    #expect(Array(calls.called(6, depth: .max, in: task)) == [])
  }

  /// Every event of every recording is in exactly one entry, with and without tasks.
  @Test(
    arguments: ["all-events", "function", "function-graph", "instances", "scheduling", "stacks"],
    [false, true])
  func everyEventIsCountedOnce(name: String, ignoringTasks: Bool) throws {
    let input = try ReportInput([ReportInput.Recording(try file(name))])
    let histogram = Histogram(input, ignoringTasks: ignoringTasks)
    let unseen: Set = ["kernel_stack", "user_stack", "funcgraph_exit"]
    var expected: [String: UInt64] = [:]
    for count in EventCounts(input).counts where !unseen.contains(count.event) {
      let traced = ["function", "funcgraph_entry"].contains(count.event)
      expected[traced ? "functions" : count.event, default: 0] += count.count
    }
    let found = Dictionary(
      histogram.entries.map { ($0.isFunction ? "functions" : $0.name, histogram.count(of: $0)) },
      uniquingKeysWith: +)
    #expect(found == expected)
    #expect(histogram.total == expected.values.reduce(0, +))
    #expect(histogram.problems.isEmpty)
    // Nothing below an entry is more than the entry.
    for entry in histogram.entries {
      var sum: UInt64 = 0
      histogram.trees.forEachChain(under: entry.root) { _, count, _ in sum += count }
      #expect(sum <= histogram.count(of: entry))
      if entry.isFunction, entry.name.isEmpty { Issue.record("a function without a name") }
    }
    var folded = ByteSink()
    histogram.writeFolded(to: &folded)
    let sum = String(decoding: folded.bytes, as: UTF8.self).split(separator: "\n")
      .compactMap { $0.split(separator: " ").last.flatMap { UInt64($0) } }.reduce(0, +)
    #expect(sum == histogram.total)
  }

  /// Every stack trace of the file is below the event that it was recorded with.
  @Test func stacksStandBelowTheirEvents() throws {
    let input = try ReportInput([ReportInput.Recording(try file("stacks"))])
    let histogram = Histogram(input, ignoringTasks: true)
    let entry = try #require(histogram.entries.first { $0.name == "sched_switch" })
    let children = histogram.trees.children(of: entry.root)
    #expect(children.count == 1)
    let first = histogram.trees.nodes[Int(children[0])]
    #expect(histogram.functions[Int(first.function)] == "trace_event_raw_event_sched_switch")
    let stacks = EventCounts(input).counts.first { $0.event == "kernel_stack" }
    let below = histogram.entries.flatMap { histogram.trees.children(of: $0.root) }
      .map { histogram.trees.nodes[Int($0)].durations.count }
    #expect(below.reduce(0, +) == stacks?.count)
    var text = ByteSink()
    histogram.write(to: &text)
    let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
    #expect(lines[0].hasPrefix("  %") && lines[0].contains("<all pids>"))
    #expect(lines.contains { $0.hasPrefix("            |--%") && $0.contains("  # ") })
    var json = ByteSink()
    histogram.writeJSON(to: &json)
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        .contains(
          "\"functions\":[\"trace_event_raw_event_sched_switch\",\"__traceiter_sched_switch\""))
  }

  private func file(_ name: String) throws -> TraceFile {
    try TraceFile(path: Fixture.path("\(name).dat"))
  }
}
