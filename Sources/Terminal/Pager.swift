import Glibc

/// A program that shows text page by page, between this one's standard output and the terminal.
///
/// As git does: `$KSCOPE_PAGER`, else `$PAGER`, else `less`, by the shell; with `LESS=FRX` unless it
/// is set, so that short texts are just printed and colours are shown. An empty value or `cat` means
/// none, and so does a program that is not there.
package struct Pager: ~Copyable {
  private let process: pid_t
  private let terminal: Int32

  /// Puts a pager behind standard output, where that is a terminal.
  ///
  /// - Returns: nil where it is none, or where no pager is wanted or can be started; output then
  ///   goes where it went.
  package init?() {
    guard TerminalWindow(STDOUT_FILENO).isTerminal else { return nil }
    let command = Self.variable("KSCOPE_PAGER") ?? Self.variable("PAGER") ?? "less"
    guard let program = command.split(separator: " ").first, command != "cat",
      Self.canRun(String(program))
    else { return nil }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    setenv("LESS", "FRX", 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
    var arguments = ["sh", "-c", command].map { (text: String) in strdup(text) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let isRunning = posix_spawn(&process, "/bin/sh", &actions, nil, &arguments, environ) == 0
    let terminal = isRunning ? dup(STDOUT_FILENO) : -1
    if isRunning { dup2(ends[1], STDOUT_FILENO) }
    close(ends[0])
    close(ends[1])
    guard isRunning else { return nil }
    // Ctrl-C is for the pager; ours ends when its pipe does, which is no failure.
    signal(SIGINT, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    self.process = process
    self.terminal = terminal
  }

  /// Lets the pager see the end of the text, and waits until the person has seen enough.
  package consuming func finish() {
    dup2(terminal, STDOUT_FILENO)
    close(terminal)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// Whether the shell will find a program; what it would have to work out first is taken to be one.
  static func canRun(_ program: String) -> Bool {
    let isPlain = program.utf8.allSatisfy { byte in
      byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
        || "/._-+".utf8.contains(byte)
    }
    if !isPlain { return true }
    if program.contains("/") { return access(program, X_OK) == 0 }
    let folders = variable("PATH") ?? "/usr/bin:/bin"
    return folders.split(separator: ":", omittingEmptySubsequences: false).contains {
      access($0.isEmpty ? program : "\($0)/\(program)", X_OK) == 0
    }
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
