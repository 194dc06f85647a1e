import ByteIO
import Glibc
import TraceDat
import Tracefs

/// One of the kernel's buffers while it is recorded.
struct RecordedBuffer {
  let settings: BufferSettings
  let layout: BufferLayout
  private(set) var readers: [PipePageReader] = []
  private var earlier: [BufferStats] = []
  /// `tracing_on`, open for writing.
  private var switchDescriptor: Int32

  var instance: Instance { settings.instance }
  var isRecorded: Bool { !layout.cpus.isEmpty }

  init(_ settings: BufferSettings, cpus: [Int]) throws(TracefsError) {
    self.settings = settings
    let instance = settings.instance
    layout = BufferLayout(
      name: instance.name ?? "", clock: try instance.clocks().current ?? "local", cpus: cpus,
      pageSize: try KernelMetadata.pageSize(of: instance))
    switchDescriptor =
      cpus.isEmpty ? -1 : open(instance.path(of: .tracingOn), O_WRONLY | O_CLOEXEC)
  }

  mutating func startReaders(
    _ plan: RecordingPlan, _ writer: TraceFileWriter, buffer: Int, stop: Int32, failure: Int32,
    budget: PageBudget?
  ) throws(RecordingError) {
    for cpu in layout.cpus {
      let region: Region
      do { region = try writer.region(buffer: buffer, cpu: cpu) } catch { throw .writing(error) }
      do throws(SystemError) {
        var job = PipePageReader.Job(
          path: instance.rawPipePath(cpu: cpu), cpu: cpu, pageSize: layout.pageSize,
          region: region, ringCapacity: ringCapacity(plan, region),
          usesSplice: !plan.avoidsSplice, priority: plan.priority)
        job.budget = budget
        let reader = try PipePageReader(job, stopEvent: stop, failureEvent: failure)
        try reader.start()
        readers.append(reader)
      } catch { throw .system(error) }
    }
  }

  /// `-m` in whole pages, two at least.
  private func ringCapacity(_ plan: RecordingPlan, _ region: Region) -> Int64? {
    guard let kilobytes = plan.maximumKilobytes else { return nil }
    let page = Int64(layout.pageSize)
    let wanted = max(Int64(kilobytes) * 1024 / page, 2) * page
    return wanted <= region.capacity / 2 ? wanted : nil
  }

  // MARK: Counters

  /// Remembers the counters as they are before tracing begins.
  mutating func noteStats() throws(TracefsError) {
    earlier = []
    for cpu in layout.cpus { earlier.append(BufferStats(try instance.stats(cpu: cpu))) }
  }

  /// What each CPU has done since `noteStats`.
  func statistics() -> [RecordingSummary.PerCPU] {
    zip(readers, earlier).map { reader, before in
      let text = (try? instance.stats(cpu: reader.job.cpu)) ?? ""
      let stats = BufferStats(text).since(before)
      return RecordingSummary.PerCPU(
        buffer: instance.name, cpu: reader.job.cpu, events: stats.entries &+ stats.read,
        lost: stats.lost, bytes: reader.bytesWritten)
    }
  }

  /// Each CPU's counters as the kernel prints them, for the file.
  func statisticsTexts() -> [String] {
    layout.cpus.compactMap { cpu in
      (try? instance.stats(cpu: cpu)).map { "CPU: \(cpu)\n\($0)" }
    }
  }

  /// Hands over pages that were written to the file last, some of each CPU.
  ///
  /// They are whole; where a ring goes round, one may be of the round before.
  func readLatestPages(_ count: Int, of size: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { page in
      for reader in readers {
        let written = reader.bytesWritten / Int64(size)
        for number in max(0, written - Int64(count))..<written {
          var place = number * Int64(size)
          if let ring = reader.job.ringCapacity { place %= ring }
          let offset = off_t(reader.job.region.offset + place)
          guard pread(reader.job.region.descriptor, page.baseAddress, size, offset) == size else {
            break
          }
          body(UnsafeRawBufferPointer(page))
        }
      }
    }
  }

  // MARK: End

  /// Ends tracing now. The journal is not asked: that is for afterwards.
  func switchOff() {
    guard switchDescriptor >= 0 else { return }
    _ = write(switchDescriptor, "0", 1)
  }

  /// What is in the file of each CPU, once the readers are joined.
  var contents: [RegionContent] { readers.map(\.content) }

  mutating func close() {
    readers = []
    if switchDescriptor >= 0 { Glibc.close(switchDescriptor) }
    switchDescriptor = -1
  }
}
