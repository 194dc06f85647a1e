import NIOPosix

/// Threads for answers, which may take long and wait for the disk: neither the loops that serve the
/// connections nor the few threads of Swift's own tasks may be held up by them.
///
/// As an executor of tasks it lets an answer be part of the task of its connection, which ends when
/// that does.
final class AnswerThreads: TaskExecutor {
  /// For all servers of the process.
  static let shared = AnswerThreads()

  /// A browser has six connections to one server at most.
  private static let count = 24

  private let pool = NIOThreadPool(numberOfThreads: count)

  private init() { pool.start() }

  /// Work that nobody waits for.
  func run(_ work: @escaping @Sendable () -> Void) { pool.submit { _ in work() } }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
