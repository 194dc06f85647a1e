import Glibc
import Recording
import Synchronization
import Viewer

/// A server that serves until somebody wants the end.
struct ServerRun {
  private let signals: Signals

  /// From here on SIGINT, SIGTERM and SIGHUP wait until they are looked at: before there are threads,
  /// which they would hit otherwise.
  init() throws { signals = try Signals() }

  /// Serves until a signal comes; throws where the server cannot begin, or ends by itself.
  func serve(
    _ server: ViewerServer, onStart: @escaping @Sendable (PageAddress) -> Void
  ) throws {
    let ended = try EventFlag()
    let failure = Failed()
    let task = Task.detached {
      do throws(ViewerError) {
        try await server.run(onStart: onStart)
      } catch {
        failure.error.withLock { $0 = error }
      }
      ended.raise()
    }
    waitForEnd(ended)
    if let error = failure.error.withLock({ $0 }) { throw error }
    task.cancel()
    // An answer that takes long is not waited for: this process is at its end.
    var end = pollfd(fd: ended.descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&end, 1, Self.patience)
  }

  /// In milliseconds.
  private static let patience: Int32 = 500

  private final class Failed: Sendable {
    let error = Mutex<ViewerError?>(nil)
  }

  private func waitForEnd(_ ended: EventFlag) {
    while true {
      var descriptors = [
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: ended.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&descriptors, 2, -1) > 0 else { continue }
      if descriptors[1].revents != 0 { return }
      guard let signal = signals.next() else { continue }
      guard signal == SIGCHLD else { return }
      // What opened the browser has done so.
      while waitpid(-1, nil, WNOHANG) > 0 {}
    }
  }
}
