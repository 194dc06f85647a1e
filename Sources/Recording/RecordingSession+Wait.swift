import ByteIO
import CKernel
import Glibc
import TraceDat
import Tracefs

/// Waiting for the end of the recording.
extension RecordingSession {
  /// Between two lines about progress, in milliseconds.
  private static let progressInterval: Int32 = 250

  /// Returns when the command ended, a signal came, the traced processes are gone, the time is over,
  /// the file has its size, or it cannot be written any more.
  func wait() {
    let deadline = plan.duration.map { startTime &+ min($0, .max &- startTime) }
    while summary.ending == .running {
      var descriptors =
        [signals.descriptor, failure.descriptor, fullFile.descriptor].map(Self.waiting)
      let known = descriptors.count
      descriptors += watch.descriptors.map(Self.waiting)
      let count = poll(&descriptors, nfds_t(descriptors.count), timeout(until: deadline))
      if count > 0 {
        if descriptors[0].revents != 0 { readSignals() }
        if descriptors[1].revents != 0 { end(.failed("")) }
        if descriptors[2].revents != 0 { end(.fileFull(plan.maximumFileSize ?? 0)) }
        let ended = watch.descriptors.indices.filter { descriptors[$0 + known].revents != 0 }
        if watch.remove(ended) { end(.processesEnded) }
      }
      if let deadline, Self.now >= deadline { end(.timeOver(plan.duration ?? 0)) }
      watchOverhead()
      if let onProgress = recorder.onProgress, summary.ending == .running {
        summary.duration = Self.now &- startTime
        summary.cpus = buffers.flatMap { $0.statistics() }
        onProgress(summary)
      }
    }
  }

  func end(_ ending: RecordingSummary.Ending) {
    if summary.ending == .running { summary.ending = ending }
  }

  /// For `poll`, in milliseconds.
  private func timeout(until deadline: UInt64?) -> Int32 {
    let isIdle = recorder.onProgress == nil && overheadGuard == nil
    let progress = isIdle ? -1 : Self.progressInterval
    guard let deadline else { return progress }
    let now = Self.now
    let left = deadline > now ? (deadline - now + 999_999) / 1_000_000 : 0
    let milliseconds = Int32(clamping: left)
    return progress < 0 ? milliseconds : min(progress, milliseconds)
  }

  /// What `--max-size` leaves for pages.
  func pageBudget(_ writer: TraceFileWriter) throws(RecordingError) -> PageBudget? {
    guard let limit = plan.maximumFileSize else { return nil }
    // Of the processes, about as many will be known at the end as at the beginning.
    let processes = Int64(processes.threadsText.count + processes.argumentsText.count)
    let needed = writer.sizeBesidePages + processes + processes / 4
    let pages = buffers.map { Int64($0.layout.cpus.count * $0.layout.pageSize) }.reduce(0, +)
    guard limit >= needed + pages else {
      throw .limitTooSmall(limit: limit, needed: needed + pages)
    }
    return PageBudget(limit - needed, exhausted: fullFile.descriptor)
  }

  private func watchOverhead() {
    guard overheadGuard != nil, summary.ending == .running else { return }
    let time = Self.now &- startTime
    guard time &- overheadLookedAt >= UInt64(OverheadGuard.interval) * 1_000_000 else { return }
    overheadLookedAt = time
    do throws(TracefsError) {
      switch try overheadGuard?.look(at: time, buffers, saving: state) {
      case .said(let text): recorder.onWarning?(text)
      case .stop(let text):
        recorder.onWarning?(text)
        end(.overBudget)
      case .within, nil: break
      }
    } catch {
      recorder.onWarning?(error.message)
    }
  }

  private static func waiting(for descriptor: Int32) -> pollfd {
    pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  }

  private func readSignals() {
    while let number = signals.next() {
      if number == SIGCHLD {
        if let ended = command?.ended() { end(ended) }
      } else {
        end(.signal(number))
      }
    }
  }
}
