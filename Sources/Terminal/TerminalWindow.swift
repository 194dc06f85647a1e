import Glibc

/// What is behind a file descriptor: a terminal and its size, or something else.
package struct TerminalWindow: Equatable, Sendable {
  /// Somebody looks at it and lines can be rewritten.
  package var isTerminal: Bool
  /// Columns; 80 where that is not known.
  package var width: Int
  /// Colours are wanted: a terminal, and no `NO_COLOR` (no-color.org).
  package var wantsColour: Bool

  package init(isTerminal: Bool, width: Int, wantsColour: Bool) {
    self.isTerminal = isTerminal
    self.width = width
    self.wantsColour = wantsColour
  }

  /// Asks the system about a descriptor.
  package init(_ descriptor: Int32) {
    let name = Self.variable("TERM") ?? ""
    isTerminal = isatty(descriptor) == 1 && name != "dumb"
    var size = winsize()
    if isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      width = Int(size.ws_col)
    } else {
      width = Self.variable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    }
    wantsColour = isTerminal && (Self.variable("NO_COLOR") ?? "").isEmpty
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
