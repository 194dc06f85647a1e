import HTTPTypes

/// Finds out who asks: only somebody who was told the address, with a page of this server.
///
/// Any program of this machine, and any page in the browser, can send requests to loopback. What
/// they lack is the token. Who has it and is not that page (a foreign one that was given the
/// address,
/// or whose name has come to mean this machine: DNS rebinding) is told by the `Host` that the
/// browser went to, by `Origin` and by `Sec-Fetch-Site`, which no page can choose.
struct Doorkeeper: Sendable {
  let token: AccessToken
  let ticket: Ticket

  enum Verdict: Equatable {
    /// What stands behind the token, with its parameters.
    case enter(String)
    /// The page's own address is another: it ends with a slash, and has the token in it.
    case moved
    /// There is nothing: that is all that a stranger learns.
    case unknown
    case wrongMethod
    /// Who asks knows the token, so that the reason can be told.
    case refuse(String)
  }

  /// - Parameter authorities: the names under which the connection's end here is reached,
  /// `host:port`.
  func judge(_ head: HTTPRequest, authorities: [String]) -> Verdict {
    guard let path = head.path, path.hasPrefix("/") else { return .unknown }
    let rest = path.dropFirst()
    let claimed = rest.prefix { $0 != "/" && $0 != "?" }
    let inside = rest.dropFirst(claimed.utf8.count)
    let objection = objection(
      head, authorities: authorities, asksForPage: inside.isEmpty || inside == "/")
    if inside.isEmpty, objection == nil, head.method == .get, ticket.isRedeemed(by: claimed) {
      return .moved
    }
    guard token.isEqual(to: claimed) else { return .unknown }
    if let objection { return objection }
    guard inside.hasPrefix("/") else { return inside.isEmpty ? .moved : .unknown }
    return .enter(String(inside.dropFirst()))
  }

  /// What is against answering a request, whatever is asked for.
  private func objection(
    _ head: HTTPRequest, authorities: [String], asksForPage: Bool
  ) -> Verdict? {
    guard let host = head.authority?.lowercased(), authorities.contains(host) else {
      let names = authorities.joined(separator: " or ")
      return .refuse("this page is at \(names): a port that is forwarded has to keep its number")
    }
    let origin = head.headerFields[.origin]?.lowercased()
    guard origin == nil || origin == "http://\(host)", Self.isOwn(head, asksForPage: asksForPage)
    else { return .refuse("this page answers no other page") }
    return head.method == .get || head.method == .head ? nil : .wrongMethod
  }

  /// Whether the page itself asks, or a person. A person may come by a link, as in a terminal that
  /// is itself a page, to the page alone.
  ///
  /// Source: W3C, Fetch Metadata Request Headers, §2.
  private static func isOwn(_ head: HTTPRequest, asksForPage: Bool) -> Bool {
    switch head.headerFields[named: "Sec-Fetch-Site"] {
    case nil, "same-origin", "none": true
    default:
      asksForPage && head.headerFields[named: "Sec-Fetch-Mode"] == "navigate"
        && head.headerFields[named: "Sec-Fetch-Dest"] == "document"
    }
  }

  /// What the `Host` of a request to an address may be.
  static func authorities(ip: String, port: Int, machineName: String?) -> [String] {
    let mapped = "::ffff:"
    let plain = ip.hasPrefix(mapped) && ip.contains(".") ? String(ip.dropFirst(mapped.count)) : ip
    let isLoopback = ListenAddress(plain)?.isLoopback ?? false
    let other = isLoopback ? "localhost" : machineName?.lowercased()
    let names = [plain.contains(":") ? "[\(plain)]" : plain] + (other.map { [$0] } ?? [])
    return names.map { "\($0):\(port)" } + (port == 80 ? names : [])
  }
}
