import Glibc
import Synchronization
import Terminal

/// How far a long report is: a line on standard error, from its second second on.
///
/// Only where a person sees standard error and not the report itself, which tells as much.
final class ReportProgress: Sendable {
  private struct State: ~Copyable {
    var line = StatusLine()
    var start = ReportProgress.now()
  }

  private let isShown: Bool
  private let state = Mutex(State())

  /// - Parameter isPrinting: whether the report itself goes to a terminal.
  init(isPrinting: Bool) { isShown = !isPrinting && isatty(STDERR_FILENO) == 1 }

  /// What is to be called as the work goes on, by any thread; nil where nobody sees it.
  var show: (@Sendable (Int, Int) -> Void)? {
    guard isShown else { return nil }
    return { [self] done, all in
      state.withLock { state in
        guard Self.now() - state.start > 1, all > 0 else { return }
        state.line.show("\(done * 100 / all) % printed")
      }
    }
  }

  func finish() { state.withLock { $0.line.clear() } }

  /// Seconds since some time.
  private static func now() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }
}
