import ByteIO
import Glibc
import RingBuffer
import TraceDat
import Tracefs

/// Carries out an `ExtractionPlan`: moves what is in the kernel's buffers to a file.
///
/// What was read is no longer in the buffers. What is set stays as it is: tracing that is on goes
/// on. Only where it is on, this process puts its own number among those that are not traced, in
/// order that its work does not push out the very events that it came for, and takes it out again.
package struct Extractor {
  package let plan: ExtractionPlan
  package let commandLine: [String]
  /// The name and version of this program, as the file names its writer.
  package let program: String

  package init(_ plan: ExtractionPlan, commandLine: [String], program: String) {
    self.plan = plan
    self.commandLine = commandLine
    self.program = program
  }

  /// One buffer of the plan.
  private struct Source {
    let instance: Instance
    let layout: BufferLayout
    let pages: PageLayout
    let isTracing: Bool
    var statistics: [BufferStats] = []
    var statisticsTexts: [String] = []
  }

  /// Extracts. A signal or a full disk ends it early: what was read until then is in the file.
  ///
  /// To be called on the process's first thread, once.
  package func run() throws(RecordingError) -> ExtractionSummary {
    let directory = try Recorder.traced { () throws(TracefsError) in try TracingDirectory.find() }
    return try run(directory, state: SavedState(directory, command: commandLine))
  }

  func run(
    _ directory: TracingDirectory, state: SavedState
  ) throws(RecordingError) -> ExtractionSummary {
    var sources = try Recorder.traced { () throws(TracefsError) in try self.sources(directory) }
    let signals: Signals
    do throws(SystemError) { signals = try Signals() } catch { throw .system(error) }
    var summary = ExtractionSummary(output: plan.output)
    let writer: TraceFileWriter
    do throws(RecordingError) {
      try Recorder.traced { () throws(TracefsError) in try hide(in: sources, state) }
      writer = try makeWriter(directory, sources)
    } catch {
      throw error.restoring(state)
    }
    var contents: [[RegionContent]] = []
    do throws(RecordingError) {
      // All are counted before any is read.
      for index in sources.indices { try count(&sources[index]) }
      contents = try read(sources, to: writer, &summary, signals)
    } catch {
      writer.abandon()
      throw error.restoring(state)
    }
    let late = lateMetadata(directory, sources)
    summary.warnings = state.restore().map(\.message)
    do throws(WritingError) { try writer.finish(written: contents, late: late) } catch {
      throw .writing(error)
    }
    var status = stat()
    if stat(plan.output, &status) == 0 { summary.fileBytes = Int64(status.st_size) }
    return summary
  }

  // MARK: Before

  /// The top level first: readers know it as the buffer without a name, be it empty.
  private func sources(_ directory: TracingDirectory) throws(TracefsError) -> [Source] {
    var sources: [Source] = []
    if !plan.buffers.contains(nil) { sources.append(try source(directory.top, isRead: false)) }
    for name in plan.buffers.filter({ $0 == nil }) + plan.buffers.filter({ $0 != nil }) {
      let instance =
        if let name { try directory.instance(named: name) } else { directory.top }
      sources.append(try source(instance, isRead: true))
    }
    return sources
  }

  private func source(_ instance: Instance, isRead: Bool) throws(TracefsError) -> Source {
    let headerPage = try instance.directory.top.read(.headerPage)
    let pageSize = try KernelMetadata.pageSize(of: instance)
    let pages: PageLayout
    do throws(PageLayoutError) {
      pages = try PageLayout(headerPage: headerPage, order: .host, pageSize: pageSize)
    } catch {
      throw .unreadable(
        file: instance.path(of: .headerPage), text: error.what, expected: "a page's layout")
    }
    let cpus = isRead ? OnlineCPUs.present(among: try instance.cpus()) : []
    if isRead, plan.fromSnapshot, let cpu = cpus.first,
      !TextFile.exists(instance.rawSnapshotPath(cpu: cpu))
    {
      throw .missingFile(
        file: instance.rawSnapshotPath(cpu: cpu), requirement: .forFile("snapshot"))
    }
    let layout = BufferLayout(
      name: instance.name ?? "", clock: try instance.clocks().current ?? "local", cpus: cpus,
      pageSize: pageSize)
    return Source(
      instance: instance, layout: layout, pages: pages, isTracing: try instance.isTracing())
  }

  /// Keeps this process out of buffers that are written to, unless only chosen processes are traced.
  private func hide(in sources: [Source], _ state: SavedState) throws(TracefsError) {
    guard !plan.tracesItself else { return }
    let own = ProcessTree.threads(of: getpid())
    for source in sources where source.isTracing && !source.layout.cpus.isEmpty {
      let instance = source.instance
      for (chosen, hidden) in [
        (ControlFile.setEventPID, ControlFile.setEventNotracePID),
        (.setFtracePID, .setFtraceNotracePID),
      ] where instance.has(hidden) {
        if try instance.list(chosen).isEmpty { try instance.addPIDs(own, hidden, saving: state) }
      }
    }
  }

  private func makeWriter(
    _ directory: TracingDirectory, _ sources: [Source]
  ) throws(RecordingError) -> TraceFileWriter {
    // The events in the buffer may have been switched off since: all formats are saved.
    var metadata = try Recorder.traced { () throws(TracefsError) in
      try KernelMetadata(directory: directory).read(events: nil)
    }
    let first = sources.first { !$0.layout.cpus.isEmpty }?.instance ?? directory.top
    let clock = (try? first.read(.traceClock)) ?? ""
    metadata.options = [
      TraceOption(.traceClock, text: clock), TraceOption(.uname, text: KernelMetadata.uname),
      TraceOption(.version, text: program),
      TraceOption(
        .traceID, withUnsafeBytes(of: UInt64.random(in: 1 ... .max)) { Array($0) }),
    ]
    do throws(WritingError) {
      return try TraceFileWriter(
        path: plan.output, version: plan.fileVersion.rawValue, compression: compression,
        metadata: metadata, buffers: sources.map(\.layout))
    } catch { throw .writing(error) }
  }

  private var compression: Compression {
    switch plan.compression {
    case .none: .none
    case .zlib: .zlib
    case .zstd: .zstd
    case .any: plan.fileVersion == .six ? .none : .zstd
    }
  }

  // MARK: Reading

  private func count(_ source: inout Source) throws(RecordingError) {
    for cpu in source.layout.cpus {
      let text = try Recorder.traced { [source] () throws(TracefsError) in
        try source.instance.stats(cpu: cpu)
      }
      source.statisticsTexts.append("CPU: \(cpu)\n\(text)")
      source.statistics.append(BufferStats(text))
    }
  }

  private func read(
    _ sources: [Source], to writer: TraceFileWriter, _ summary: inout ExtractionSummary,
    _ signals: Signals
  ) throws(RecordingError) -> [[RegionContent]] {
    var contents: [[RegionContent]] = []
    for (index, source) in sources.enumerated() {
      var own: [RegionContent] = []
      for (cpu, stats) in zip(source.layout.cpus, source.statistics) {
        var one = ExtractionSummary.PerCPU(
          buffer: source.instance.name, cpu: cpu, found: plan.fromSnapshot ? nil : stats.entries)
        if !summary.wasInterrupted, summary.failure == nil {
          let region: Region
          do throws(WritingError) {
            region = try writer.region(buffer: index, cpu: cpu)
          } catch { throw .writing(error) }
          let outcome = try read(source, cpu, stats, region, &summary, signals)
          one.events = outcome.events
          one.bytes = outcome.bytes
        }
        own.append(RegionContent(bytes: one.bytes))
        summary.cpus.append(one)
      }
      contents.append(own)
    }
    return contents
  }

  private func read(
    _ source: Source, _ cpu: Int, _ stats: BufferStats, _ region: Region,
    _ summary: inout ExtractionSummary, _ signals: Signals
  ) throws(RecordingError) -> BoundedReader.Outcome {
    let instance = source.instance
    let pipe: RawPipe
    do throws(SystemError) {
      pipe = try RawPipe(
        plan.fromSnapshot ? instance.rawSnapshotPath(cpu: cpu) : instance.rawPipePath(cpu: cpu))
    } catch { throw .system(error) }
    var reader = BoundedReader(
      .init(layout: source.pages, region: region, bound: bound(source, cpu, stats))
    ) { (target) throws(SystemError) in try pipe.read(target) }
    var wasInterrupted = false
    do throws(RecordingError) {
      try reader.run { () throws(TracefsError) in
        BufferStats(try instance.stats(cpu: cpu))
      } isStopped: {
        if let signal = signals.next(), signal != SIGCHLD { wasInterrupted = true }
        return wasInterrupted
      }
    } catch {
      // What was read is gone from the kernel: it is kept.
      summary.failure = error.message
    }
    if wasInterrupted { summary.wasInterrupted = true }
    return reader.outcome
  }

  /// How far to read. A buffer that nobody writes to is read to its end, in whole pages.
  private func bound(
    _ source: Source, _ cpu: Int, _ stats: BufferStats
  ) -> BoundedReader.Bound {
    if !plan.fromSnapshot, source.isTracing { return .events(stats.written) }
    let kilobytes = (try? source.instance.bufferSize(cpu: cpu)) ?? 1 << 20
    // The page that is written to, the one that readers hold, and one for rounding.
    return .pages(min(kilobytes, 1 << 40) * 1024 / source.pages.pageSize + 3)
  }

  // MARK: After

  private func lateMetadata(_ directory: TracingDirectory, _ sources: [Source]) -> LateMetadata {
    var options: [TraceOption] = []
    let read = sources.filter { !$0.layout.cpus.isEmpty }
    if plan.savesDate, let source = read.first, let cpu = source.layout.cpus.first,
      let offset = TimeOfDay.offset(of: source.instance, cpu: cpu)
    {
      options.append(TraceOption(.date, text: "0x" + String(offset / 1000, radix: 16)))
    }
    for source in read {
      if let name = source.instance.name {
        options.append(TraceOption(.cpuStat, text: "\nBuffer: \(name)\n\n"))
      }
      options += source.statisticsTexts.map { TraceOption(.cpuStat, text: $0) }
    }
    var processes = ProcessSnapshot()
    processes.add()
    processes.add(savedTGIDs: (try? directory.top.read(.savedTGIDs)) ?? "")
    options.append(TraceOption(.threads, processes.threadsText))
    options.append(TraceOption(.processArguments, processes.argumentsText))
    options.append(TraceOption(.request, text: commandLine.joined(separator: "\t")))
    let names = (try? directory.top.readBytes(.savedCmdlines)) ?? []
    return LateMetadata(commandLines: names, options: options)
  }
}
