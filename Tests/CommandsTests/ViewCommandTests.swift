import ArgumentParser
import Testing
import Viewer

@testable import Commands

@Suite struct ViewCommandTests {
  @Test(arguments: ["0.0.0.0", "::", "192.168.1.5", "[::]"])
  func otherMachinesAreNotLetInUnasked(address: String) throws {
    var message = ""
    do {
      _ = try ViewCommand.parseAsRoot(["--listen", address, "trace.dat"])
      Issue.record("it was taken")
    } catch {
      message = ViewCommand.message(for: error)
    }
    #expect(message.contains("--listen \(address) would let other machines ask"))
    #expect(message.contains("--yes-expose"))
    _ = try ViewCommand.parseAsRoot(["--listen", address, "--yes-expose", "trace.dat"])
  }

  @Test(arguments: ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
  func thisMachineNeedsNoConsent(address: String) throws {
    _ = try ViewCommand.parseAsRoot(["--listen", address])
  }

  @Test(arguments: [
    ["--listen", "example.org"], ["--listen", "example.org", "--yes-expose"], ["--port", "65536"],
    ["--port", "-1"],
  ])
  func whatIsNoPlaceIsRefused(arguments: [String]) {
    #expect(throws: (any Error).self) { try ViewCommand.parseAsRoot(arguments) }
  }

  @Test func theIndexIsKeptUnlessToldNotTo() throws {
    let usual = try ViewCommand.parseAsRoot(["trace.dat"])
    let other = try ViewCommand.parseAsRoot(["--no-index-file", "trace.dat"])
    #expect((usual as? ViewCommand)?.noIndexFile == false)
    #expect((other as? ViewCommand)?.noIndexFile == true)
  }

  @Test func theWayOverSSHIsSaid() {
    let page = PageAddress(.loopback, port: 40123)
    func lines(_ environment: [String: String]) -> [String] {
      ViewText.lines(for: page) { environment[$0] }
    }
    #expect(lines([:]) == [page.url])
    #expect(
      lines(["SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22", "USER": "ann"]) == [
        page.url, "from your machine: ssh -N -L 40123:127.0.0.1:40123 ann@10.0.0.1",
      ])
    #expect(
      lines(["SSH_CONNECTION": "fe80::2 50000 fe80::1 2222", "LOGNAME": "bob"]).last
        == "from your machine: ssh -N -L 40123:127.0.0.1:40123 -p 2222 bob@fe80::1")
    #expect(
      lines(["SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"]).last?.hasSuffix(" 10.0.0.1") == true)
    #expect(lines(["SSH_CONNECTION": ""]) == [page.url])
  }

  @Test func exposingIsSaid() throws {
    let address = try #require(ListenAddress("0.0.0.0"))
    let page = PageAddress(address, port: 8000)
    let lines = ViewText.lines(for: page) { _ in "10.0.0.2 50000 10.0.0.1 22" }
    #expect(lines == [page.url, "other machines can ask for this page until Ctrl-C"])
    #expect(!page.url.contains("0.0.0.0"))
  }

  @Test(arguments: [
    ([:], false), (["DISPLAY": ":0"], true), (["WAYLAND_DISPLAY": "wayland-0"], true),
    (["DISPLAY": ""], false), (["DISPLAY": ":10", "SSH_CONNECTION": "a 1 b 22"], false),
  ])
  func aBrowserIsOpenedWhereSomebodySitsBeforeIt(environment: [String: String], isWanted: Bool) {
    #expect(Browser.isWanted { environment[$0] } == isWanted)
  }
}
