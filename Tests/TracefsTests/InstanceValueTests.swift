import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct InstanceValueTests {
  let fake: FakeTracefs
  let top: Instance
  let state: SavedState

  init() throws {
    fake = try FakeTracefs()
    let directory = try TracingDirectory(path: fake.path)
    top = directory.top
    state = SavedState(directory, command: ["test"], in: StateDirectory(path: fake.statePath))
  }

  @Test func readsWhatIsSet() throws {
    #expect(try top.isTracing())
    #expect(try top.currentTracer() == "nop")
    #expect(
      try top.availableTracers() == ["blk", "mmiotrace", "function_graph", "function", "nop"])
    #expect(try top.clocks().current == "local")
    #expect(try top.clocks().all.last == "x86-tsc")
    #expect(try top.subbufferSize() == 4)
    #expect(try top.cpuMask() == "3")
    #expect(try top.cpus() == [0, 1])
    #expect(try top.option("overwrite"))
    #expect(try top.list(.setFtraceFilter) == [])
    #expect(try top.list(.setFtracePID) == [])
    #expect(try top.id(of: EventName(system: "sched", name: "sched_switch")) == 308)
  }

  @Test func readsEveryFormOfABufferSize() throws {
    #expect(try top.bufferSize() == 1408)
    try fake.write("buffer_size_kb", "2051\n")
    #expect(try top.bufferSize() == 2051)
    try fake.write("buffer_size_kb", "X\n")
    #expect(try top.bufferSize() == nil)
    #expect(try top.bufferSize(cpu: 1) == 1408)
    try fake.write("buffer_size_kb", "plenty\n")
    #expect(throws: TracefsError.self) { try top.bufferSize() }
  }

  @Test func namesTheNearestTracerAndItsOption() throws {
    let misspelt = #expect(throws: TracefsError.self) {
      try top.setCurrentTracer("funtion", saving: state)
    }
    #expect(misspelt?.hint?.hasPrefix("nearest: function") == true)
    let absent = #expect(throws: TracefsError.self) {
      try top.setCurrentTracer("wakeup_rt", saving: state)
    }
    #expect(absent?.message == "no such tracer: wakeup_rt (kernel option CONFIG_SCHED_TRACER)")
    #expect(try top.currentTracer() == "nop")
    #expect(state.changeCount == 0)
  }

  @Test func namesTheNearestClockAndOption() throws {
    let clock = #expect(throws: TracefsError.self) { try top.setClock("mono-raw", saving: state) }
    #expect(clock?.hint?.contains("mono_raw") == true)
    let option = #expect(throws: TracefsError.self) {
      try top.setOption(word: "nostacktrce", saving: state)
    }
    #expect(option?.hint?.contains("stacktrace") == true)
    #expect(throws: TracefsError.self) { try top.setOption("../tracing_on", true, saving: state) }
  }

  @Test func setsOptionsByTheirWord() throws {
    try top.setOption(word: "stacktrace", saving: state)
    try top.setOption(word: "nooverwrite", saving: state)
    #expect(try fake.read("options/stacktrace") == "1")
    #expect(try fake.read("options/overwrite") == "0")
  }

  @Test func saysWhatWouldGiveAMissingFile() throws {
    fake.remove("set_graph_function")
    fake.remove("buffer_subbuf_size_kb")
    let graph = #expect(throws: TracefsError.self) {
      try top.setGraphFunctions(["vfs_read"], saving: state)
    }
    #expect(graph?.message.hasSuffix("(kernel option CONFIG_FUNCTION_GRAPH_TRACER)") == true)
    let size = #expect(throws: TracefsError.self) { try top.subbufferSize() }
    #expect(size?.message.hasSuffix("(Linux 6.8 or later)") == true)
  }

  @Test func writesMasksAsTheKernelReadsThem() throws {
    try top.setCPUs([0, 33], saving: state)
    #expect(try fake.read("tracing_cpumask") == "00000002,00000001")
    try top.setCPUMask("0x123456789ab", saving: state)
    #expect(try fake.read("tracing_cpumask") == "123,456789ab")
    try top.setCPUMask("-1", saving: state)
    #expect(try fake.read("tracing_cpumask") == "00000003")
    #expect(throws: TracefsError.self) { try top.setCPUMask("two", saving: state) }
    #expect(throws: TracefsError.self) { try top.setCPUs([-1], saving: state) }
  }
}
