import Glibc

/// A program that ran to its end, and what it wrote.
package struct CommandRun: Sendable {
  /// The exit status; -1 where a signal ended it.
  package var status: Int32
  /// Standard output and standard error, as they came.
  package var output: String

  /// Runs the first of `arguments`, looked up on PATH; nil where there is no such program.
  package init?(_ arguments: [String]) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child: pid_t = 0
    var isRunning = false
    if let program = pointers[0] {
      isRunning = posix_spawnp(&child, program, &actions, nil, &pointers, environ) == 0
    }
    close(ends[1])
    guard isRunning else { return nil }

    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(ends[0], &block, block.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += block[..<count]
    }
    var ending: Int32 = 0
    while waitpid(child, &ending, 0) < 0, errno == EINTR {}
    status = ending & 0x7f == 0 ? ending >> 8 & 0xff : -1
    output = String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a program of that name is on PATH.
  package static func exists(_ name: String) -> Bool {
    guard let path = getenv("PATH") else { return false }
    return String(cString: path).split(separator: ":").contains {
      access("\($0)/\(name)", X_OK) == 0
    }
  }
}
