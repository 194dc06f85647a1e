package import ByteIO
import Glibc

/// The pages of one CPU of one of the kernel's buffers, read from `trace_pipe_raw`.
///
/// What was read is taken out of the buffer. A page that is being filled is read as far as it goes;
/// what is written to it later comes as a page of its own (kernel/trace/ring_buffer.c,
/// ring_buffer_read_page).
package final class KernelPages: PageSource {
  package private(set) var descriptor: Int32
  private let path: String

  package init(path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
  }

  deinit { close() }

  package func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  package func read(
    into room: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> PageArrival {
    var count = Glibc.read(descriptor, room.baseAddress, room.count)
    while count < 0, errno == EINTR {
      count = Glibc.read(descriptor, room.baseAddress, room.count)
    }
    // A CPU that was never online has no buffer.
    if count == 0 || (count < 0 && (errno == EAGAIN || errno == ENODEV)) { return .nothing }
    guard count > 0 else { throw SystemError("read", path: path) }
    UnsafeMutableRawBufferPointer(rebasing: room[count...]).initializeMemory(
      as: UInt8.self, repeating: 0)
    return .page
  }
}
