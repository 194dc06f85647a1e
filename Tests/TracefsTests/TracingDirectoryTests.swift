import Glibc
import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct TracingDirectoryTests {
  @Test func prefersTracefsAtItsOwnPlace() {
    let both = """
      debugfs /sys/kernel/debug debugfs rw 0 0
      tracefs /sys/kernel/debug/tracing tracefs rw 0 0
      tracefs /sys/kernel/tracing tracefs rw 0 0
      """
    #expect(MountTable.tracingDirectory(in: both) == "/sys/kernel/tracing")
    let other = "none /mnt/a\\040b tracefs rw 0 0\n"
    #expect(MountTable.tracingDirectory(in: other) == "/mnt/a b")
    let debug = "debugfs /d debugfs rw 0 0\n"
    #expect(MountTable.tracingDirectory(in: debug) == "/d/tracing")
    #expect(MountTable.tracingDirectory(in: "proc /proc proc rw 0 0\n") == nil)
  }

  @Test func saysHowToMount() throws {
    let fake = try FakeTracefs()
    try fake.write("mounts", "proc /proc proc rw 0 0\n")
    let error = #expect(throws: TracefsError.self) {
      try TracingDirectory.find(mounts: fake.path + "/mounts")
    }
    #expect(error == .notMounted)
    #expect(error?.hint?.contains("mount -t tracefs") == true)
  }

  @Test func refusesOtherDirectories() throws {
    let fake = try FakeTracefs()
    #expect(throws: TracefsError.notATracingDirectory(path: fake.statePath)) {
      try TracingDirectory(path: fake.statePath + "/")
    }
  }

  /// No command could name it: `-B -x` is two options.
  @Test func makesNoInstanceThatIsCalledAsAnOption() throws {
    let fake = try FakeTracefs()
    let directory = try TracingDirectory(path: fake.path)
    let state = SavedState(
      directory, command: ["kscope"], in: StateDirectory(path: fake.statePath))
    #expect(throws: TracefsError.self) { try directory.createInstance(named: "-x", saving: state) }
    #expect(try directory.instanceNames() == [])
    #expect(throws: Never.self) { try directory.createInstance(named: "x-y", saving: state) }
  }

  @Test func namesTheNearestInstance() throws {
    let fake = try FakeTracefs()
    try fake.write("instances/probes/tracing_on", "1\n")
    let directory = try TracingDirectory(path: fake.path)
    #expect(try directory.instanceNames() == ["probes"])
    #expect(try directory.instance(named: "probes").isTracing())
    #expect(
      throws: TracefsError.unknown(
        .instance, name: "prbes", nearest: ["probes"], requirement: nil)
    ) { try directory.instance(named: "prbes") }
    #expect(throws: TracefsError.self) { try directory.instance(named: "../events") }
  }

  @Test func explainsRefusals() {
    #expect(Lockdown.mode(in: "none [integrity] confidentiality\n") == "integrity")
    #expect(Lockdown.mode(in: "[none] integrity confidentiality\n") == nil)
    let locked = TracefsError.lockedDown(path: "/t/tracing_on", mode: "integrity")
    #expect(locked.message.contains("locked down (integrity)"))
    #expect(TracefsError.noRights(path: "/t").hint == "run it with sudo")
  }
}
