package import ByteIO
import CKernel
import Glibc

/// Signals as something to read: SIGINT, SIGTERM and SIGHUP ask for the end, SIGCHLD tells of the
/// command's.
///
/// They stay blocked until `restore`, so that a second Ctrl-C cannot cost the file that is being
/// finished. Threads that are made in between inherit that.
package final class Signals {
  package let descriptor: Int32

  /// - Parameter others: more signals that shall be read.
  package init(also others: [Int32] = []) throws(SystemError) {
    let numbers = [SIGINT, SIGTERM, SIGHUP, SIGCHLD] + others
    descriptor = kernel_make_signalfd(numbers, numbers.count)
    guard descriptor >= 0 else { throw SystemError("signalfd") }
  }

  deinit {
    // What came meanwhile has been answered.
    while next() != nil {}
    close(descriptor)
    kernel_restore_signals()
  }

  /// The number of a signal that came.
  package func next() -> Int32? {
    let number = kernel_read_signalfd(descriptor)
    return number > 0 ? number : nil
  }
}

/// An eventfd: a flag that other threads can wait for.
package final class EventFlag: Sendable {
  package let descriptor: Int32

  package init() throws(SystemError) {
    descriptor = kernel_make_eventfd()
    guard descriptor >= 0 else { throw SystemError("eventfd") }
  }

  deinit { close(descriptor) }

  package func raise() { Self.raise(descriptor) }

  static func raise(_ descriptor: Int32) {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }
}
