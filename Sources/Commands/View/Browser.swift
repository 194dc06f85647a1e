import Glibc

/// The person's own browser.
enum Browser {
  /// Whether there is a desktop to open one on, and somebody in front of it.
  static func isWanted(in environment: (String) -> String?) -> Bool {
    if environment("SSH_CONNECTION") != nil { return false }
    return ["DISPLAY", "WAYLAND_DISPLAY"].contains { !(environment($0) ?? "").isEmpty }
  }

  /// Lets the desktop open a page. Where it cannot, the address has been printed.
  static func open(_ url: String) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // What browsers write of themselves is nothing for this terminal.
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
    }
    // Ctrl-C here is not meant for a browser, which shall heed the signals that are blocked here.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    var arguments = ["xdg-open", url].map { (text: String) in strdup(text) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    posix_spawnp(&process, "xdg-open", &actions, &attributes, &arguments, environ)
  }
}
