import Glibc
import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct InstanceStatusTests {
  let fake: FakeTracefs
  let directory: TracingDirectory

  init() throws {
    fake = try FakeTracefs()
    directory = try TracingDirectory(path: fake.path)
  }

  @Test func aFreshKernelHasNothingSet() throws {
    let status = try directory.top.status()
    #expect(status.isTracing == true)
    #expect(status.tracer == "nop")
    #expect(status.events == .nothing)
    #expect(status.bufferSize == .unexpanded(1408))
    #expect(status.clock == "local")
    #expect(status.filters.isEmpty && status.triggers.isEmpty && status.functionFilter.isEmpty)
    #expect(status.eventPIDs.isEmpty && status.functionPIDs.isEmpty)
    #expect(status.options.contains(.init(name: "stacktrace", isOn: false)))
  }

  @Test func systemsAreWholeOrInParts() throws {
    try fake.write("events/enable", "X\n")
    try fake.write("events/irq/enable", "1\n")
    try fake.write("events/sched/enable", "X\n")
    try fake.write("events/sched/sched_switch/enable", "1*\n")
    let status = try directory.top.status()
    #expect(
      status.events
        == .partly(
          systems: ["irq"], events: [EventName(system: "sched", name: "sched_switch")]))
    try fake.write("events/enable", "1\n")
    #expect(try directory.top.status().events == .all)
  }

  @Test func filtersAndTriggersAreTheFilesText() throws {
    try fake.write("events/sched/sched_switch/filter", "prev_prio < 100\n")
    try fake.write("events/sched/sched_waking/filter", "no == 1\n^\nparse_error: Field not found\n")
    try fake.write(
      "events/irq/irq_handler_entry/trigger", "stacktrace:unlimited\nsnapshot:count=1\n")
    let status = try directory.top.status()
    #expect(
      Set(status.filters.map { "\($0.event) \($0.text)" }) == [
        "sched:sched_switch prev_prio < 100",
        "sched:sched_waking no == 1\n^\nparse_error: Field not found",
      ])
    #expect(status.triggers.map(\.text) == ["stacktrace:unlimited\nsnapshot:count=1"])
  }

  @Test func buffersMayDiffer() throws {
    try fake.write("buffer_size_kb", "X\n")
    try fake.write("per_cpu/cpu1/buffer_size_kb", "64\n")
    #expect(
      try directory.top.status().bufferSize
        == .perCPU([.init(cpu: 0, text: "1408"), .init(cpu: 1, text: "64")]))
    try fake.write("buffer_size_kb", "2000\n")
    #expect(try directory.top.status().bufferSize == .kilobytes(2000))
  }

  @Test func probesAreTheTopLevels() throws {
    try fake.write("kprobe_events", "p:kprobes/p1 vfs_read\n")
    try fake.write("dynamic_events", "p:kprobes/p1 vfs_read\ne:eprobes/e1 sched.sched_switch\n")
    try fake.write("instances/one/tracing_on", "0\n")
    let status = try directory.top.status()
    #expect(status.kprobes == ["p:kprobes/p1 vfs_read"])
    #expect(status.eventProbes == ["e:eprobes/e1 sched.sched_switch"])
    #expect(status.instances == ["one"])
    let one = try directory.instance(named: "one").status()
    #expect(one.isTracing == false)
    #expect(one.kprobes.isEmpty)
    // What the kernel lacks is nothing.
    #expect(one.tracer == nil)
    #expect(one.events == nil)
  }

  @Test func masksAreSetsOfCPUs() {
    #expect(CPUMask.cpus(in: "5") == [0, 2])
    #expect(CPUMask.cpus(in: "00000001,80000000") == [31, 32])
    #expect(CPUMask.cpus(in: "x") == [])
    #expect(CPUMask.cpus(inList: "0-2,8\n") == [0, 1, 2, 8])
    #expect(CPUMask.cpus(inList: "3-1,-") == [])
  }

  @Test func readersAreFoundByWhatTheyHaveOpen() throws {
    try fake.write("proc/77/comm", "cat\n")
    try fake.write("proc/77/fd/none", "")
    try fake.write("proc/78/comm", "other\n")
    #expect(symlink(path: "\(fake.path)/proc/77/fd/3", to: "\(fake.path)/instances/one/trace_pipe"))
    #expect(
      symlink(path: "\(fake.path)/proc/77/fd/4", to: "\(fake.path)/per_cpu/cpu1/trace_pipe_raw"))
    #expect(symlink(path: "\(fake.path)/proc/77/fd/5", to: "/elsewhere/trace_pipe"))
    #expect(symlink(path: "\(fake.path)/proc/77/fd/6", to: "\(fake.path)/trace"))
    let readers = directory.pipeReaders(proc: "\(fake.path)/proc")
    #expect(
      readers == [
        PipeReader(pid: 77, comm: "cat", file: "instances/one/trace_pipe"),
        PipeReader(pid: 77, comm: "cat", file: "per_cpu/cpu1/trace_pipe_raw"),
      ])
    #expect(readers.map(\.instance) == ["one", nil])
    #expect(readers.first?.words == "trace_pipe read by process 77 (cat)")
    #expect(readers.map(\.takesEvents) == [true, true])
    #expect(!PipeReader(pid: 77, comm: "cat", file: "per_cpu/cpu1/snapshot_raw").takesEvents)
  }

  @Test func snapshotsAreTakenByANumber() throws {
    try fake.write("snapshot", "# Snapshot is freed\n")
    try fake.write("per_cpu/cpu1/snapshot", "")
    try directory.top.takeSnapshot(saving: .permanent(directory))
    #expect(try fake.read("snapshot").hasSuffix("freed\n1"))
    try directory.top.clearSnapshot(cpu: 1)
    #expect(try fake.read("per_cpu/cpu1/snapshot") == "2")
    #expect(throws: TracefsError.self) { try directory.top.freeSnapshot(cpu: 7) }
  }

  private func symlink(path: String, to target: String) -> Bool { Glibc.symlink(target, path) == 0 }
}
