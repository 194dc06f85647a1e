import ByteIO

/// `tcpaccept`: every TCP connection that a program accepts.
///
/// The connection is seen where it is handed to the accepter's new socket (`security_sock_graft`, in
/// its own context). A probe of `inet_csk_accept`'s return would need a place for each call that
/// waits, and the kernel has few of them.
package final class TCPAccept: KernelTool {
  package static let about = ToolDescription(
    name: "tcpaccept",
    abstract: "Every TCP connection that a program accepts.",
    discussion: "A row appears when accept or accept4 has a connection for the program.",
    options: [
      ToolOption("P", "port", "PORT,…", "Only at these local ports."), .wide, .stacks,
    ]
      + ConnectionFilter.versions,
    examples: [
      ("kscope tcpaccept -t", "until Ctrl-C"), ("kscope tcpaccept -P 22", "at the SSH port"),
    ])

  package let options: ToolOptions
  private let filter: ConnectionFilter

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(0, "")
    filter = try ConnectionFilter(options, local: "port")
  }

  package var events: [WantedEvent] { [Self.graft] }

  /// An accepted connection; sockets of other kinds come here as well.
  static var graft: WantedEvent {
    WantedEvent(
      probeOf: "security_sock_graft", SocketField.values(of: "sk"),
      filter: "protocol == \(SocketField.tcp)")
  }

  package var rowStacks: RowStackPlan { RowStackPlan(own: [0]) }
  package var banner: String { "Tracing accept()s. Ctrl-C to end." }

  package var columns: [Column] {
    Column.time(options, "TIME(s)", width: 12) + Column.user(options) + [
      Column("PID", "pid", width: 7), Column("COMM", "comm", width: 12, isCut: true),
      Column("IP", "ip", width: 2), Column("RADDR", "raddr", width: 16, wide: 39),
      Column("RPORT", "rport", width: 5), Column("LADDR", "laddr", width: 16, wide: 39),
      Column("LPORT", "lport", width: 5),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    guard event[SocketField.protocol] == SocketField.tcp, let connection = event.connection,
      filter.passes(connection), context.isWanted(event.thread, source: event.source)
    else { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    rows.add(Int(context.process(of: event.thread)))
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(connection.version)
    rows.add(connection.remote.text)
    rows.add(connection.remotePort)
    rows.add(connection.local.text)
    rows.add(connection.localPort)
    rows.endRow()
  }
}
