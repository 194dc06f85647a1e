package import ByteIO
import CKernel
import Glibc
import Synchronization

/// Copies a file that never ends (`trace_pipe`) to a descriptor until a signal comes or nobody
/// reads the other end.
///
/// A thread reads and waits in the kernel for events: `poll` would sleep until a part of the buffer
/// (`buffer_percent`) is full. This thread watches for the end and wakes that one by a signal.
package final class PipeCopier: @unchecked Sendable {
  private let source: Int32
  private let target: Int32
  private let path: String
  private let isEnding = Atomic<Bool>(false)
  private let done: EventFlag
  /// Only the thread writes it, until it is joined.
  private var failure: SystemError?

  package init(path: String, to target: Int32) throws(SystemError) {
    done = try EventFlag()
    source = open(path, O_RDONLY | O_CLOEXEC)
    self.target = target
    self.path = path
    guard source >= 0 else { throw SystemError("open", path: path) }
  }

  deinit { if source >= 0 { close(source) } }

  /// Copies; returns on SIGINT, SIGTERM or SIGHUP, at the end of the file, and when the reader of
  /// the target is gone. Throws what else ended it.
  package func run() throws(SystemError) {
    let signals = try Signals()
    // A write to a pipe without a reader is then an error to be looked at, and reading is
    // interrupted without harm.
    signal(SIGPIPE, SIG_IGN)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGUSR1, &action, nil)

    let thread = try StartedThread { self.copy() }
    waitForEnd(signals)
    isEnding.store(true, ordering: .sequentiallyConsistent)
    // The thread may be just about to read: it is woken until it has ended. One that waits for
    // somebody who has stopped reading is left behind; this process is at its end.
    var ended = pollfd(fd: done.descriptor, events: Int16(POLLIN), revents: 0)
    for _ in 0..<Self.attempts {
      pthread_kill(thread.id, SIGUSR1)
      if poll(&ended, 1, 10) != 0 {
        thread.join()
        if let failure { throw failure }
        return
      }
    }
  }

  private static let attempts = 100

  private func waitForEnd(_ signals: Signals) {
    while true {
      var descriptors = [
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: done.descriptor, events: Int16(POLLIN), revents: 0),
        // Asks for nothing: that the other end was closed is told all the same.
        pollfd(fd: target, events: 0, revents: 0),
      ]
      guard poll(&descriptors, 3, -1) > 0 else { continue }
      if descriptors[1].revents != 0 || descriptors[2].revents != 0 { return }
      if let signal = signals.next(), signal != SIGCHLD { return }
    }
  }

  // MARK: The thread

  private func copy() {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while !isEnding.load(ordering: .sequentiallyConsistent) {
      let count = read(source, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      if count < 0 { failure = SystemError("read", path: path) }
      guard count > 0 else { break }
      do throws(SystemError) {
        try writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: target)
      } catch {
        if error.code != EPIPE {
          failure = SystemError("write", path: "standard output", code: error.code)
        }
        break
      }
    }
    done.raise()
  }
}
