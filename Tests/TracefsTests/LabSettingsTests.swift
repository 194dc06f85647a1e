import Glibc
import Testing

@testable import Tracefs

/// Runs against a real kernel, in the lab only: `Lab/tests/tracefs.sh` calls these one by one.
@Suite(.enabled(if: getenv("KSCOPE_LAB") != nil), .serialized)
struct LabSettingsTests {
  /// Changes a setting of every kind.
  func disturb(_ directory: TracingDirectory, _ state: SavedState) throws {
    let top = directory.top
    try top.setTracingOn(false, saving: state)
    try top.setClock("global", saving: state)
    try top.setBufferSize(kilobytes: 256, saving: state)
    try top.setCPUMask("1", saving: state)
    try top.setBufferPercent(10, saving: state)
    try top.setMaxGraphDepth(3, saving: state)
    try top.setSavedCmdlinesSize(1000, saving: state)
    try top.setOption(word: "stacktrace", saving: state)
    try top.setOption(word: "nooverwrite", saving: state)
    try top.setFunctionFilter(
      ["vfs_writev", "^(tcp_sendmsg|tcp_recvmsg)$", "vfs_statx:traceoff:3"], saving: state)
    try top.setFunctionNotrace(["vfs_fsync"], saving: state)
    try top.setGraphFunctions(["vfs_read"], saving: state)
    try top.setEventPIDs([1, 2], saving: state)
    try top.setFunctionPIDs([1], saving: state)
    // Last of these, so that it never follows all functions and the kernel changes its code once.
    try top.setCurrentTracer("function", saving: state)
    try top.enableEvents("sched", saving: state)
    try top.enableEvents("irq:irq_handler_exit", saving: state)
    try top.disableEvents("irq:irq_handler_entry", saving: state)
    try top.setFilter("prev_pid == 5", on: "sched:sched_switch", saving: state)
    try top.setFilter("pid > 3", on: "sched:sched_waking", saving: state)
    try top.addTrigger("traceoff:2 if prev_pid == 9", on: "sched:sched_switch", saving: state)
    try top.addTrigger("hist:keys=pid if pid > 3", on: "sched:sched_waking", saving: state)
    try top.add(
      "p:kscope/probe vfs_read", to: .kprobeEvents, undo: "-:kscope/probe", saving: state)
    try top.enableEvents("kscope:probe", saving: state)
    let mine = try directory.createInstance(named: "kscope-test", saving: state)
    try mine.setBufferSize(kilobytes: 64, saving: state)
    try mine.enableEvents("sched:sched_switch", saving: state)
    try mine.addTrigger("stacktrace", on: "sched:sched_switch", saving: state)
  }

  @Test func disturbsAndRestores() throws {
    let directory = try TracingDirectory.find()
    let state = SavedState(directory)
    try disturb(directory, state)
    #expect(try directory.top.currentTracer() == "function")
    let functions = try directory.top.list(.setFtraceFilter)
    for name in ["vfs_writev", "tcp_sendmsg", "tcp_recvmsg", "vfs_statx:traceoff:count=3"] {
      #expect(functions.contains(name))
    }
    #expect(try directory.top.enabledEvents().contains(EventName(system: "kscope", name: "probe")))
    #expect(state.restore() == [])
    #expect(state.journalPath == nil)
  }

  @Test func disturbsAndDies() throws {
    let directory = try TracingDirectory.find()
    let state = SavedState(directory)
    try disturb(directory, state)
    kill(getpid(), SIGKILL)
  }

  @Test func everyEventGoesOnAndOffAgain() throws {
    let directory = try TracingDirectory.find()
    let state = SavedState(directory)
    let before = Set(try directory.top.enabledEvents())
    try directory.top.enableEvents("syscalls", saving: state)
    #expect(try directory.top.enabledEvents().count > before.count + 300)
    #expect(state.restore() == [])
    #expect(Set(try directory.top.enabledEvents()) == before)
  }

  @Test func explainsWhatTheKernelRefuses() throws {
    let directory = try TracingDirectory.find()
    let state = SavedState(directory)
    defer { state.restore() }
    func failure(_ body: () throws -> Void) -> TracefsError? {
      do { try body() } catch { return error as? TracefsError }
      return nil
    }
    let filter = failure {
      try directory.top.setFilter("nosuch == 1", on: "sched:sched_switch", saving: state)
    }
    #expect(filter?.message.contains("nosuch") == true)
    let histogram = failure {
      try directory.top.addTrigger("hist:keys=nosuch", on: "sched:sched_switch", saving: state)
    }
    #expect(histogram?.message.contains("Couldn't find field") == true)
    let probe = failure {
      try directory.top.add("p:x nosuchfunction", to: .kprobeEvents, undo: "-:x", saving: state)
    }
    #expect(probe != nil)
    // Events of one system, of which only some have the field.
    let refusals = try directory.top.setFilter("prev_pid == 1", on: "sched", saving: state)
    #expect(!refusals.isEmpty)
  }
}
