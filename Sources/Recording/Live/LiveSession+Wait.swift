import CKernel
import Glibc

/// Waiting: for pages, for the end, for whoever reads what is shown.
extension LiveSession {
  /// Between two looks at the buffers, in nanoseconds, while they fill slowly: an event is shown two
  /// looks after it happened.
  static let interval: UInt64 = 40_000_000
  /// However fast they fill, looks are so far apart, unless the last left pages unread.
  private static let shortestInterval: UInt64 = 4_000_000
  /// How long a reader who does not read is waited for after a signal.
  private static let patience: UInt64 = 2_000_000_000

  /// Returns when it is time to look at the buffers again: after a while, or when one of them is
  /// filled as far as its `buffer_percent` says; at once where the last look left pages unread.
  func waitForPages(since began: UInt64) {
    if stream.isBehind { return wait(until: 0, forSources: false) }
    wait(until: began &+ Self.shortestInterval, forSources: false)
    // After 16 looks at nothing half as often, and after 16 more a quarter as often.
    wait(until: began &+ Self.interval << UInt64(min(quietLooks / 16, 2)), forSources: true)
  }

  private func wait(until time: UInt64, forSources: Bool) {
    repeat {
      guard summary.ending == .running else { return }
      var descriptors = [Self.waiting(for: signals.descriptor), output.idle]
      descriptors += watch.descriptors.map(Self.waiting)
      let known = descriptors.count
      if forSources { descriptors += sources.map(Self.waiting) }
      let count = poll(
        &descriptors, nfds_t(descriptors.count), timeout(until: min(time, deadline)))
      if count > 0 {
        look(at: descriptors[..<known])
        for place in known..<descriptors.count where descriptors[place].revents != 0 {
          if descriptors[place].revents & Int16(POLLIN) != 0 { return }
          // A CPU that was never online has no buffer: its file is in error.
          deafSources.insert(descriptors[place].fd)
        }
      }
      checkTime()
    } while RecordingSession.now < time
  }

  private var sources: [Int32] {
    stream.descriptors.filter { $0 >= 0 && !deafSources.contains($0) }
  }

  private func look(at descriptors: ArraySlice<pollfd>) {
    if descriptors[0].revents != 0 { readSignals() }
    if output.isClosed(descriptors[1].revents) { end(.outputClosed) }
    let ended = watch.descriptors.indices.filter { descriptors[$0 + 2].revents != 0 }
    if watch.remove(ended) { end(.asRecording(.processesEnded)) }
  }

  /// Waits until something can be written; false where that shall not be waited for any more.
  ///
  /// What ends the stream ends tracing at once, whether what was traced is being read or not.
  func waitToWrite(_ target: pollfd) -> Bool {
    var giveUpAt = UInt64.max
    while true {
      var descriptors = [target, Self.waiting(for: signals.descriptor)]
      descriptors += watch.descriptors.map(Self.waiting)
      let isRunning = summary.ending == .running
      let count = poll(
        &descriptors, nfds_t(descriptors.count),
        timeout(until: isRunning ? deadline : giveUpAt))
      if count > 0 {
        if descriptors[1].revents != 0 { readSignals() }
        let ended = watch.descriptors.indices.filter { descriptors[$0 + 2].revents != 0 }
        if watch.remove(ended) { end(.asRecording(.processesEnded)) }
        if isGivenUp { return false }
        // An error is told by the write.
        if descriptors[0].revents != 0 { return true }
      }
      checkTime()
      if isRunning, summary.ending != .running {
        for buffer in buffers { buffer.switchOff() }
        summary.duration = RecordingSession.now &- startTime
      }
      if giveUpAt == .max, case .asRecording(.signal) = summary.ending {
        giveUpAt = RecordingSession.now &+ Self.patience
      }
      if RecordingSession.now >= giveUpAt {
        isGivenUp = true
        return false
      }
    }
  }

  // MARK: The end

  func end(_ ending: LiveSummary.Ending) {
    if summary.ending == .running { summary.ending = ending }
  }

  private func readSignals() {
    while let number = signals.next() {
      if number == SIGCHLD {
        if let ended = command?.ended() { end(.asRecording(ended)) }
      } else if case .asRecording(.signal) = summary.ending {
        isGivenUp = true
      } else {
        end(.asRecording(.signal(number)))
      }
    }
  }

  private var deadline: UInt64 {
    guard let longest = plan.duration else { return .max }
    let (time, overflow) = startTime.addingReportingOverflow(longest)
    return overflow ? .max : time
  }

  private func checkTime() {
    if RecordingSession.now >= deadline { end(.timeOver) }
  }

  /// For `poll`, in milliseconds, rounded up.
  private func timeout(until time: UInt64) -> Int32 {
    guard time < .max else { return -1 }
    let now = RecordingSession.now
    return time > now ? Int32(clamping: (time - now + 999_999) / 1_000_000) : 0
  }

  private static func waiting(for descriptor: Int32) -> pollfd {
    pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  }
}
