import Synchronization

/// Leads to the page once.
///
/// What opens a browser gets an address as an argument, which every user of the machine can read
/// for as
/// long as the browser runs. With the ticket in it instead of the token it is worth nothing once
/// the browser has come.
package final class Ticket: Sendable {
  private let token = Mutex<AccessToken?>(AccessToken())

  package init() {}

  /// Its text; nil where it has been used.
  var text: String? { token.withLock { $0?.text } }

  /// Whether a text is the ticket, which is worth nothing from then on.
  func isRedeemed(by other: some StringProtocol) -> Bool {
    token.withLock { token in
      guard token?.isEqual(to: other) == true else { return false }
      token = nil
      return true
    }
  }
}
