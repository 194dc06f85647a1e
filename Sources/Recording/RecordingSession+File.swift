import ByteIO
import Glibc
import TraceDat
import Tracefs

/// What the file says beside the pages, and its end.
extension RecordingSession {
  /// What is known before the first page.
  func metadata() throws(TracefsError) -> TraceMetadata {
    var events: Set<EventName>?
    if !plan.savesAllFormats {
      var wanted: Set<EventName> = []
      for buffer in buffers where buffer.isRecorded {
        wanted.formUnion(try buffer.instance.enabledEvents())
        wanted.formUnion(buffer.settings.eventsOfTriggers)
      }
      events = wanted
    }
    var metadata = try KernelMetadata(directory: directory).read(events: events)
    // With --private the buffer without a name is not the top level.
    let clock = try (buffers.first?.instance ?? directory.top).read(.traceClock)
    metadata.options = [
      TraceOption(.traceClock, text: clock), TraceOption(.uname, text: KernelMetadata.uname),
      TraceOption(.version, text: recorder.program),
      TraceOption(.traceID, Self.bytes(of: UInt64.random(in: 1 ... .max))),
    ]
    if let offset = plan.timeOffset {
      metadata.options.append(TraceOption(.offset, text: "\(offset)"))
    }
    return metadata
  }

  /// Writes the rest of the file and puts the settings back; tracing is off.
  func finish() throws(RecordingError) {
    summary.cpus = buffers.flatMap { $0.statistics() }
    let late = lateMetadata()
    let contents = buffers.map(\.contents)
    settle()
    // From here on the file is not removed any more, whatever happens to it.
    let writer = self.writer
    self.writer = nil
    do throws(WritingError) {
      try writer?.finish(written: contents, late: late)
    } catch { throw .writing(error) }
    summary.fileBytes = Self.size(of: plan.output)
    if let command, command.ended() == nil {
      switch summary.ending {
      case .exited, .killed: break
      default: summary.survivor = command.pid
      }
    }
  }

  private func lateMetadata() -> LateMetadata {
    let top = directory.top
    var options: [TraceOption] = []
    if plan.savesDate, let buffer = buffers.first(where: \.isRecorded),
      let cpu = buffer.layout.cpus.first,
      let offset = TimeOfDay.offset(of: buffer.instance, cpu: cpu)
    {
      options.append(TraceOption(.date, text: "0x" + String(offset / 1000, radix: 16)))
    }
    for buffer in buffers where buffer.isRecorded {
      if let name = buffer.instance.name {
        options.append(TraceOption(.cpuStat, text: "\nBuffer: \(name)\n\n"))
      }
      options += buffer.statisticsTexts().map { TraceOption(.cpuStat, text: $0) }
    }
    processes.add()
    processes.add(savedTGIDs: (try? top.read(.savedTGIDs)) ?? "")
    options.append(TraceOption(.threads, processes.threadsText))
    options.append(TraceOption(.processArguments, processes.argumentsText))
    if let found = overheadGuard {
      options.append(TraceOption(.cost, text: found.log.text(found.budget)))
    }
    options.append(TraceOption(.request, text: recorder.commandLine.joined(separator: "\t")))
    let names = (try? top.readBytes(.savedCmdlines)) ?? []
    return LateMetadata(commandLines: names, options: options)
  }

  private static func bytes(of number: UInt64) -> [UInt8] {
    withUnsafeBytes(of: number) { Array($0) }
  }

  private static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}
