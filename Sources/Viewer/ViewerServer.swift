import ByteIO
import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The web server of `kscope view`: the page and the answers to what it asks, for who was told the
/// address.
package struct ViewerServer: Sendable {
  package let listen: ListenAddress
  package let port: UInt16
  private let responder: PageResponder
  private let door = Doorkeeper(token: AccessToken(), ticket: Ticket())

  /// - Parameters:
  ///   - listen: Where to be reached.
  ///   - port: 0 for one that is free.
  package init(
    _ answers: any PageAnswers, files: WebFiles = .embedded, listen: ListenAddress = .loopback,
    port: UInt16 = 0
  ) {
    self.listen = listen
    self.port = port
    responder = PageResponder(door: door, files: files, answers: answers)
  }

  /// Serves until its task is cancelled, and then until the answers that are being made are done.
  ///
  /// - Parameter onStart: Called once, when whoever is told the address gets the page.
  package func run(
    onStart: @escaping @Sendable (PageAddress) -> Void
  ) async throws(ViewerError) {
    let server = Connections(responder).server(
      configuration: ServerConfiguration(
        address: .hostname(listen.text, port: Int(port)), serverName: nil),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? Int(self.port)
        onStart(PageAddress(listen, port: port, token: door.token, ticket: door.ticket))
      },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: Logger(label: "kscope") { _ in SwiftLogNoOpLogHandler() })
    do {
      try await server.run()
    } catch {
      if Task.isCancelled { return }
      let code = (error as? IOError)?.errnoCode
      throw ViewerError(listen: listen, port: port, code: code, reason: "\(error)")
    }
    guard Task.isCancelled else {
      throw ViewerError(listen: listen, port: port, code: nil, reason: "the server has ended")
    }
  }
}

/// Why the page cannot be had where it should.
package struct ViewerError: ExplainedError {
  let listen: ListenAddress
  let port: UInt16
  let code: Int32?
  let reason: String

  package var message: String {
    let place = listen.isIPv6 ? "[\(listen.text)]:\(port)" : "\(listen.text):\(port)"
    let cause =
      switch code {
      case EADDRINUSE: "another program has this port"
      case EACCES: "ports below 1024 are root's"
      case EADDRNOTAVAIL: "this machine does not have this address"
      case let code?: String(cString: strerror(code))
      case nil: reason
      }
    return "\(place) cannot be listened at: \(cause)"
  }

  package var hint: String? {
    switch code {
    case EADDRINUSE, EACCES: "without --port a free one is taken"
    case EADDRNOTAVAIL: "ip address shows those it has"
    default: nil
    }
  }
}
