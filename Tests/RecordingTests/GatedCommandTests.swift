import ByteIO
import Glibc
import Testing

@testable import Recording

@Suite struct GatedCommandTests {
  /// Waits for the end, ten seconds at most.
  private func ending(of command: GatedCommand) -> RecordingSummary.Ending? {
    for _ in 0..<1000 {
      if let ended = command.ended() { return ended }
      usleep(10_000)
    }
    return nil
  }

  @Test func nothingRunsBeforeTheGateOpens() throws {
    let command = try GatedCommand(["/bin/sh", "-c", "exit 7"])
    usleep(100_000)
    #expect(command.ended() == nil)
    try command.release()
    #expect(ending(of: command) == .exited(7))
  }

  @Test func aProgramIsFoundInThePath() throws {
    let command = try GatedCommand(["sh", "-c", "exit 3"])
    try command.release()
    #expect(ending(of: command) == .exited(3))
  }

  @Test func aSignalIsTold() throws {
    let command = try GatedCommand(["/bin/sh", "-c", "kill -SEGV $$"])
    try command.release()
    #expect(ending(of: command) == .killed(SIGSEGV))
  }

  @Test(arguments: [("/nonexistent/program", ENOENT), ("/tmp", EACCES)])
  func whatCannotBeExecutedIsAnError(_ path: String, _ code: Int32) throws {
    let command = try GatedCommand([path])
    #expect(throws: SystemError("execvp", path: path, code: code)) { try command.release() }
  }

  @Test func aChildThatWasKilledAtTheGateIsNoTrouble() throws {
    let command = try GatedCommand(["/bin/true"])
    kill(command.pid, SIGKILL)
    try command.release()
    #expect(ending(of: command) == .killed(SIGKILL))
  }

  @Test func anAbandonedChildIsGone() throws {
    var command: GatedCommand? = try GatedCommand(["/bin/sleep", "100"])
    let pid = try #require(command?.pid)
    command = nil
    #expect(kill(pid, 0) == -1)
  }
}
