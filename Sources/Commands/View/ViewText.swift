import Viewer

/// What `kscope view` says when the page can be had.
enum ViewText {
  /// - Parameter environment: A variable's value.
  static func lines(for page: PageAddress, in environment: (String) -> String?) -> [String] {
    guard page.isLoopback else {
      return [page.url, "other machines can ask for this page until Ctrl-C"]
    }
    return [page.url] + (forwarding(page, environment).map { [$0] } ?? [])
  }

  /// The command that brings the page to the machine from which somebody is logged in here.
  ///
  /// sshd sets `SSH_CONNECTION`: the client's address and port, and ours as the client knows them.
  private static func forwarding(
    _ page: PageAddress, _ environment: (String) -> String?
  ) -> String? {
    guard let connection = environment("SSH_CONNECTION") else { return nil }
    let parts = connection.split(separator: " ")
    guard parts.count == 4 else { return nil }
    let user = environment("USER") ?? environment("LOGNAME")
    let machine = (user.map { $0 + "@" } ?? "") + parts[2]
    let port = parts[3] == "22" ? "" : "-p \(parts[3]) "
    return "from your machine: ssh -N -L \(page.port):\(page.host):\(page.port) \(port)\(machine)"
  }
}
