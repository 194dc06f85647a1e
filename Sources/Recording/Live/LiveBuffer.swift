import ByteIO
import Glibc
import Tracefs

/// One of the kernel's buffers while its events are shown.
struct LiveBuffer {
  let settings: BufferSettings
  /// What lines call it; "" where it is the only one that was asked for without a name.
  let name: String
  let cpus: [Int]
  private var earlier: [BufferStats] = []
  /// `tracing_on`, open for writing.
  private var switchDescriptor: Int32

  var instance: Instance { settings.instance }

  init(_ settings: BufferSettings, cpus: [Int]) {
    self.settings = settings
    name = settings.buffer.name ?? ""
    self.cpus = cpus
    switchDescriptor = open(settings.instance.path(of: .tracingOn), O_WRONLY | O_CLOEXEC)
  }

  /// Its part of a stream; from now on its pages are open.
  func feed() throws(RecordingError) -> LiveStream.Buffer {
    let (clock, pageSize) = try Recorder.traced { () throws(TracefsError) in
      (try instance.clocks().current ?? "local", try KernelMetadata.pageSize(of: instance))
    }
    var sources: [(cpu: Int, source: any PageSource)] = []
    for cpu in cpus {
      do throws(SystemError) {
        sources.append((cpu, try KernelPages(path: instance.rawPipePath(cpu: cpu))))
      } catch { throw .system(error) }
    }
    return LiveStream.Buffer(name: name, clock: clock, pageSize: pageSize, cpus: sources)
  }

  /// Remembers the counters as they are before tracing begins.
  mutating func noteStats() throws(TracefsError) {
    earlier = []
    for cpu in cpus { earlier.append(BufferStats(try instance.stats(cpu: cpu))) }
  }

  /// What each CPU has done since `noteStats`.
  func statistics() -> [RecordingSummary.PerCPU] {
    zip(cpus, earlier).map { cpu, before in
      let stats = BufferStats((try? instance.stats(cpu: cpu)) ?? "").since(before)
      return RecordingSummary.PerCPU(
        buffer: settings.buffer.name, cpu: cpu, events: stats.entries &+ stats.read,
        lost: stats.lost, bytes: 0)
    }
  }

  /// Ends tracing now. The journal is not asked: that is for afterwards.
  func switchOff() {
    guard switchDescriptor >= 0 else { return }
    _ = write(switchDescriptor, "0", 1)
  }

  mutating func close() {
    if switchDescriptor >= 0 { Glibc.close(switchDescriptor) }
    switchDescriptor = -1
  }
}
