/// Where the page is.
package struct PageAddress: Sendable {
  package let host: String
  package let port: Int
  package let token: AccessToken
  private let ticket: Ticket
  /// Whether only this machine reaches it.
  package let isLoopback: Bool

  package init(
    _ listen: ListenAddress, port: Int, token: AccessToken = AccessToken(),
    ticket: Ticket = Ticket()
  ) {
    host = listen.hostInURL
    self.port = port
    self.token = token
    self.ticket = ticket
    isLoopback = listen.isLoopback
  }

  /// For a person.
  package var url: String { "http://\(host):\(port)/\(token.text)/" }

  /// For the arguments of a program, which others may read: leads to the page once. Nil where it
  /// has.
  package var urlForOnce: String? { ticket.text.map { "http://\(host):\(port)/\($0)" } }
}
