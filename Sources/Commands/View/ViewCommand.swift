package import ArgumentParser
import Glibc
import Timeline
import Viewer

/// `kscope view`: recordings in a page of the browser.
package struct ViewCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "view",
    abstract: "Look at recordings in a page of the browser.",
    discussion: """
      Serves the page on this machine until Ctrl-C, prints its address and opens it where there is a \
      desktop. The address holds a random token: who does not know it gets nothing, and nobody \
      but this machine is answered. Nothing is loaded from elsewhere, and nothing is sent there.

      On another machine, over ssh, the line that is printed makes the page reachable from yours: \
      run it there, then open the address. The port has to keep its number; --port chooses one.

      What is found out about a recording is kept beside it, in FILE.kscope, or in ~/.cache/kscope where \
      that folder cannot be written, so that it opens at once the next time. It can be removed at any \
      time.

      EXAMPLES
        kscope view                          ./trace.dat
        kscope view before.dat after.dat     two recordings in one page
        kscope view --port 8000 --no-browser trace.dat
                                             for a port that is forwarded already
      """)

  @Option(
    help: ArgumentHelp("Serve at this port (one that is free).", valueName: "n"))
  var port: UInt16?

  @Flag(name: .customLong("no-browser"), help: "Print the address and open nothing.")
  var noBrowser = false

  @Option(
    help: ArgumentHelp(
      "Serve at this address of the machine, 0.0.0.0 and :: for all (127.0.0.1).",
      valueName: "address"))
  var listen: String?

  @Flag(
    name: .customLong("yes-expose"),
    help: "With --listen: let other machines ask. Who reads along has the whole recording.")
  var exposes = false

  @Flag(
    name: .customLong("no-index-file"),
    help: "Keep no index (FILE.kscope), and use none that was kept.")
  var noIndexFile = false

  @Argument(
    help: ArgumentHelp("The recordings (trace.dat).", valueName: "file"),
    completion: .file(extensions: ["dat"]))
  var files: [String] = []

  package init() {}

  package func validate() throws { _ = try address }

  /// What answers the page, of the recordings at some paths.
  ///
  /// - Parameter keepsIndex: whether the next time is to begin with what was found out this time.
  static func answers(of paths: [String], keepsIndex: Bool) throws -> any PageAnswers {
    let answers = TraceAnswers(try Trace(paths: paths, keepsIndex: keepsIndex), paths: paths)
    answers.begin()
    return answers
  }

  package func run() throws {
    let run = try ServerRun()
    let answers = try Self.answers(
      of: files.isEmpty ? ["trace.dat"] : files, keepsIndex: !noIndexFile)
    let server = ViewerServer(answers, files: Self.pageFiles, listen: try address, port: port ?? 0)
    let opens = !noBrowser && Browser.isWanted(in: Self.environment)
    try run.serve(server) { page in
      ViewText.lines(for: page, in: Self.environment).forEach(Failure.say)
      if opens, let url = page.urlForOnce { Browser.open(url) }
    }
  }

  /// Where to serve; throws where that would show the recordings to others without being told to.
  private var address: ListenAddress {
    get throws {
      guard let listen else { return .loopback }
      guard let address = ListenAddress(listen) else {
        throw ValidationError(
          "--listen takes an address in numbers, such as 192.168.1.5 or ::, not \"\(listen)\"")
      }
      guard address.isLoopback || exposes else {
        throw ValidationError(
          """
          --listen \(listen) would let other machines ask: what passes is not encrypted, and whoever \
          reads the address along gets the whole recording. ssh -L brings the page to you without \
          that; if you mean it, add --yes-expose
          """)
      }
      return address
    }
  }

  /// The page in the program, or for who works on it, in the folder that `KSCOPE_WEB` names.
  private static var pageFiles: WebFiles {
    guard let folder = environment("KSCOPE_WEB"), !folder.isEmpty else { return .embedded }
    return .folder(folder)
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
