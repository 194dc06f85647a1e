import Testing

@testable import Commands

@Suite struct FailureTests {
  @Test(arguments: [
    ("two\nlines", "two\nlines"), ("bell\u{7}", "bell\\x07"), ("\u{1b}[31mred", "\\x1b[31mred"),
    ("\u{9b}m", "\\x9bm"),
    ("größe", "größe"), ("", ""),
  ])
  func whatWouldSteerATerminalIsShown(message: String, shown: String) {
    #expect(Failure.printable(message) == shown)
  }
}
