import ByteIO
import CKernel
import Glibc
import Tracefs

/// A flight recorder: the kernel's buffers write over their oldest events, nobody reads them, until
/// something makes it save what they hold.
extension RecordingSession {
  /// Between two looks whether the kernel has stopped a buffer, in milliseconds.
  private static let flightInterval: Int32 = 50

  /// Arms the triggers; the buffers are set up and tracing is off.
  func armFlight() throws(TracefsError) {
    for buffer in buffers where buffer.isRecorded {
      try buffer.instance.setOption("overwrite", true, saving: state)
      // The condition stands for the first buffer; the others stop with it.
      if buffer.instance == buffers.first(where: \.isRecorded)?.instance {
        try FlightArming(instance: buffer.instance, state: state).arm(plan.flightTriggers)
      }
    }
  }

  /// Waits for what makes it save, or for the end.
  ///
  /// - Returns: whether there is something to save.
  func waitForTrigger() -> Bool {
    let deadline = plan.duration.map { startTime &+ min($0, .max &- startTime) }
    while summary.ending == .running {
      var descriptors = [pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)]
      descriptors += watch.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      if poll(&descriptors, nfds_t(descriptors.count), Self.flightInterval) > 0 {
        while let number = signals.next() { take(number) }
        let ended = watch.descriptors.indices.filter { descriptors[$0 + 1].revents != 0 }
        if watch.remove(ended) { end(.processesEnded) }
      }
      if let deadline, Self.now >= deadline { end(.timeOver(plan.duration ?? 0)) }
      guard summary.ending == .running else { break }
      if buffers.contains(where: { $0.isRecorded && (try? $0.instance.isTracing()) == false }) {
        end(.triggered)
      }
    }
    switch summary.ending {
    case .triggered, .signal: return true
    default: return false
    }
  }

  private func take(_ number: Int32) {
    switch number {
    case SIGCHLD: if let ended = command?.ended() { end(ended) }
    case SIGUSR1: end(.triggered)
    default: end(.signal(number))
    }
  }

  /// Writes what the buffers hold; tracing is off.
  func saveFlight() throws(RecordingError) {
    try makeFile()
    try startReaders()
    joinReaders()
  }
}
