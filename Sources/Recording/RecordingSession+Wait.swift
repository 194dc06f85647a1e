import ByteIO
import CKernel
import Glibc
import Tracefs

/// Waiting for the end of the recording.
extension RecordingSession {
  /// Between two lines about progress, in milliseconds.
  private static let progressInterval: Int32 = 250

  /// Returns when the command ended, a signal came, the traced processes are gone or the file
  /// cannot be written any more.
  func wait() {
    while summary.ending == .running {
      var descriptors = [signals.descriptor, failure.descriptor].map(Self.waiting)
      descriptors += watch.descriptors.map(Self.waiting)
      let isIdle = recorder.onProgress == nil && overheadGuard == nil
      let timeout = isIdle ? -1 : Self.progressInterval
      let count = poll(&descriptors, nfds_t(descriptors.count), timeout)
      if count > 0 {
        if descriptors[0].revents != 0 { readSignals() }
        if descriptors[1].revents != 0, summary.ending == .running { summary.ending = .failed("") }
        let ended = watch.descriptors.indices.filter { descriptors[$0 + 2].revents != 0 }
        if watch.remove(ended), summary.ending == .running { summary.ending = .processesEnded }
      }
      watchOverhead()
      if let onProgress = recorder.onProgress, summary.ending == .running {
        summary.duration = Self.now &- startTime
        summary.cpus = buffers.flatMap { $0.statistics() }
        onProgress(summary)
      }
    }
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
        summary.ending = .overBudget
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
        if let ended = command?.ended(), summary.ending == .running { summary.ending = ended }
      } else if summary.ending == .running {
        summary.ending = .signal(number)
      }
    }
  }
}
