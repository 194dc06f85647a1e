import Testing

@testable import Commands

@Suite struct FailureTests {
  @Test(arguments: [
    ("new\nline", "new\\x0aline"), ("\u{1b}[31mred", "\\x1b[31mred"), ("\u{9b}m", "\\x9bm"),
    ("größe", "größe"), ("", ""),
  ])
  func whatWouldSteerATerminalIsShown(message: String, shown: String) {
    #expect(Failure.printable(message) == shown)
  }
}
