import Glibc
import Testing
import TraceTestSupport
import Tracefs

@testable import Recording

@Suite struct BufferReaderTests {
  @Test func knowsTheFilesThatTakeEventsAway() throws {
    let fake = try FakeTracefs()
    try fake.write("instances/one/tracing_on", "1\n")
    let directory = try TracingDirectory(path: fake.path)
    let one = try directory.instance(named: "one")
    let top = directory.top
    #expect(BufferReader.file("\(fake.path)/trace_pipe", in: top) == "trace_pipe")
    #expect(
      BufferReader.file("\(fake.path)/per_cpu/cpu1/trace_pipe_raw", in: top) == "trace_pipe_raw")
    #expect(BufferReader.file("\(fake.path)/instances/one/trace_pipe", in: top) == nil)
    #expect(BufferReader.file("\(fake.path)/instances/one/trace_pipe", in: one) == "trace_pipe")
    #expect(BufferReader.file("\(fake.path)/trace", in: top) == nil)
    #expect(BufferReader.file("/tmp/trace_pipe", in: top) == nil)
  }

  @Test func findsWhoReads() throws {
    let fake = try FakeTracefs()
    let directory = try TracingDirectory(path: fake.path)
    for (pid, target) in [("17", "trace_pipe"), ("18", "trace")] {
      try fake.write("proc/\(pid)/comm", "cat\n")
      try fake.write("proc/\(pid)/fd/0", "")
      symlink("\(fake.path)/\(target)", "\(fake.path)/proc/\(pid)/fd/3")
    }
    let readers = BufferReader.all(of: directory.top, proc: fake.path + "/proc")
    #expect(readers == [BufferReader(pid: 17, name: "cat", file: "trace_pipe")])
    #expect(readers.first?.words == "trace_pipe read by process 17 (cat)")
  }
}
