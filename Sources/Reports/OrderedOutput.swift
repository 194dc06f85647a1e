import ByteIO
import Glibc

/// Lets workers write their slices one behind the other, whichever is done first.
final class OrderedOutput: @unchecked Sendable {
  private let descriptor: Int32
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let turn: UnsafeMutablePointer<pthread_cond_t>
  // Guarded by `mutex`.
  private var next = 0
  private var failed: SystemError?

  init(descriptor: Int32) {
    self.descriptor = descriptor
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    turn = .allocate(capacity: 1)
    turn.initialize(to: pthread_cond_t())
    pthread_cond_init(turn, nil)
  }

  deinit {
    pthread_cond_destroy(turn)
    pthread_mutex_destroy(mutex)
    turn.deallocate()
    mutex.deallocate()
  }

  /// What went wrong when something was written; nothing more is written then.
  var failure: SystemError? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return failed
  }

  /// Waits until all slices before `number` are written, then writes this one.
  ///
  /// - Returns: false when writing has failed, now or before.
  func write(_ sink: inout ByteSink, number: Int) -> Bool {
    pthread_mutex_lock(mutex)
    while next != number { pthread_cond_wait(turn, mutex) }
    let broken = failed != nil
    pthread_mutex_unlock(mutex)

    var problem: SystemError?
    if !broken {
      do throws(SystemError) { try sink.write(to: descriptor) } catch { problem = error }
    }
    sink.removeAll()

    pthread_mutex_lock(mutex)
    if let problem { failed = problem }
    next += 1
    pthread_cond_broadcast(turn)
    pthread_mutex_unlock(mutex)
    return !broken && problem == nil
  }
}
