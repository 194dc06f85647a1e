import ByteIO
import CKernel
import Glibc

/// A program to be traced: its process exists, its first instruction is yet to come.
final class GatedCommand {
  let arguments: [String]
  let pid: Int32
  private var child: gated_child
  private var isReleased = false

  /// Forks a process that waits at the gate.
  init(_ arguments: [String]) throws(SystemError) {
    self.arguments = arguments
    var child = gated_child()
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { pointers.forEach { free($0) } }
    guard gated_child_start(&child, pointers) == 0 else { throw SystemError("fork") }
    self.child = child
    pid = child.pid
  }

  deinit {
    if !isReleased { gated_child_abandon(&child) }
  }

  /// Lets it run; throws where the program cannot be executed.
  func release() throws(SystemError) {
    isReleased = true
    let code = gated_child_release(&child)
    guard code == 0 else {
      throw SystemError("execvp", path: arguments.first, code: code)
    }
  }

  /// How it ended; nil while it runs.
  func ended() -> RecordingSummary.Ending? {
    var status: Int32 = 0
    let result = kernel_wait_nonblocking(pid, &status)
    guard result != 0 else { return nil }
    // Reaped by somebody else: all that is known is that it is gone.
    guard result > 0 else { return .exited(0) }
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal)
  }
}
