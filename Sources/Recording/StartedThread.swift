import ByteIO
import Glibc

/// A thread of the kernel's own that runs one body to its end; Swift's tasks must not wait in
/// system calls.
struct StartedThread {
  let id: pthread_t

  /// Starts the body at once. It keeps alive what it refers to until it has ended.
  init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
    var id = pthread_t()
    let context = Unmanaged.passRetained(Body(run: body))
    let code = pthread_create(
      &id, nil,
      { raw in
        guard let raw else { return nil }
        Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw SystemError("pthread_create", code: code)
    }
    self.id = id
  }

  /// Waits for the body's end; once for each thread.
  func join() { pthread_join(id, nil) }

  /// A closure that C can pass on.
  private final class Body {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
