import CKernel
import Glibc

/// The processes of `-P`, when all that is recorded is theirs: their end is the recording's. So is the
/// end of those that a plan says are `watched`.
///
/// Made before anything is set up, so that a process that ends meanwhile is not missed.
final class ProcessWatch {
  /// Readable when their process ends (pidfd_open(2)); empty where only a signal or the command
  /// ends the recording.
  private(set) var descriptors: [Int32] = []

  /// Throws where a process does not exist.
  init(_ plan: RecordingPlan) throws(RecordingError) {
    for pid in plan.buffers.flatMap(\.pids) + plan.watched
    where pid != 0 && !ProcessTree.exists(pid) {
      throw .noSuchProcess(pid)
    }
    let used = plan.buffers.filter { !$0.isEmpty }
    let isTheirs = !used.isEmpty && used.allSatisfy { !$0.pids.isEmpty }
    guard plan.command.isEmpty else { return }
    for pid in Set((isTheirs ? used.flatMap(\.pids) : []) + plan.watched) {
      let descriptor = kernel_open_pidfd(pid)
      guard descriptor >= 0 else {
        if errno == ESRCH, pid != 0 { throw .noSuchProcess(pid) }
        // A thread that is no process, or a kernel before 5.3: nobody tells of its end.
        closeAll()
        return
      }
      descriptors.append(descriptor)
    }
  }

  deinit { closeAll() }

  /// Forgets processes by their places in `descriptors`; true when the last one went.
  func remove(_ ended: [Int]) -> Bool {
    for index in ended.sorted(by: >) { close(descriptors.remove(at: index)) }
    return !ended.isEmpty && descriptors.isEmpty
  }

  private func closeAll() {
    descriptors.forEach { close($0) }
    descriptors = []
  }
}
