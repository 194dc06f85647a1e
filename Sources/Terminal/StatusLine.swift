import ByteIO
import Glibc

/// One line on a terminal that is written over again and again.
///
/// Nothing is written where the descriptor is no terminal.
package final class StatusLine {
  private let descriptor: Int32
  private var isShown = false
  private var shownAt: UInt64 = 0
  /// The shortest time between two lines, in nanoseconds.
  package static let interval: UInt64 = 200_000_000

  package init(_ descriptor: Int32 = STDERR_FILENO) { self.descriptor = descriptor }

  /// Whether it can be seen at all.
  package var isVisible: Bool { TerminalWindow(descriptor).isTerminal }

  /// Shows a text instead of the former, cut to the terminal's width; too soon after the former it
  /// is left out.
  package func show(_ text: String) {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let time = UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    guard time &- shownAt >= Self.interval else { return }
    // The window may have changed since the last line.
    let window = TerminalWindow(descriptor)
    guard window.isTerminal else { return }
    shownAt = time
    isShown = true
    put("\r" + Self.fit(text, width: window.width) + "\u{1b}[K")
  }

  /// Takes the line away, so that others can write.
  package func clear() {
    guard isShown else { return }
    isShown = false
    put("\r\u{1b}[K")
  }

  /// One column less than there are: a terminal that wraps at the last would scroll.
  package static func fit(_ text: String, width: Int) -> String {
    let room = max(width - 1, 0)
    guard text.count > room else { return text }
    return room == 0 ? "" : text.prefix(room - 1) + "…"
  }

  private func put(_ text: String) {
    var sink = ByteSink(capacity: 256)
    sink.append(text)
    try? sink.write(to: descriptor)
  }
}
