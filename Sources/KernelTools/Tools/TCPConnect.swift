import ByteIO

/// `tcpconnect`: every TCP connection that a program asks for, whether it comes about or not.
package final class TCPConnect: KernelTool {
  package static let about = ToolDescription(
    name: "tcpconnect",
    abstract: "Every TCP connection that a program asks for, whether it comes about or not.",
    discussion: """
      A row appears when the first segment is about to be sent. With -c, connections between the same
      addresses to the same port are counted.
      """,
    options: [
      ToolOption("L", "lport", "Show the local port, too."),
      ToolOption("P", "port", "PORT,…", "Only to these ports."),
      ToolOption("c", "count", "Count connections until the end."), .wide, .stacks,
    ] + ConnectionFilter.versions,
    examples: [
      ("kscope tcpconnect -t", "until Ctrl-C"), ("kscope tcpconnect -P 80,443", "to web servers"),
      ("kscope tcpconnect -c -d 60", "a minute's connections, counted"),
    ])

  package let options: ToolOptions
  private let filter: ConnectionFilter
  private let showsLocalPort: Bool
  private var counts: FlowCounts?

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    options = given
    try options.expectArguments(0, "")
    filter = try ConnectionFilter(options, remote: "port")
    showsLocalPort = options.has("lport")
    counts = options.has("count") ? FlowCounts() : nil
    if counts != nil { try options.refuse("stacks", with: "--count") }
  }

  package var events: [WantedEvent] {
    // The local port is chosen between the two.
    showsLocalPort
      ? [WantedEvent(probeOf: "tcp_connect", SocketField.values(of: "sk"))]
      : [
        WantedEvent(
          "sock:inet_sock_set_state", SocketField.self,
          filter: "newstate == \(TCPNames.synSent) && protocol == \(SocketField.tcp)")
      ]
  }

  package var rowStacks: RowStackPlan { RowStackPlan(own: [0]) }
  package var banner: String { "Tracing connect()s. Ctrl-C to end." }
  package var droppedPairs: Int { counts?.dropped ?? 0 }
  package var showsTables: Bool { counts != nil }

  package var columns: [Column] {
    let ends =
      [Column("SADDR", "saddr", width: 16, wide: 39)]
      + (showsLocalPort ? [Column("LPORT", "lport", width: 6)] : [])
      + [Column("DADDR", "daddr", width: 16, wide: 39), Column("DPORT", "dport", width: 6)]
    if counts != nil { return ends + [Column("CONNECTS", "connects")] }
    return Column.time(options, "TIME(s)", width: 12) + Column.user(options) + [
      Column("PID", "pid", width: 7), Column("COMM", "comm", width: 12, isCut: true),
      Column("IP", "ip", width: 2),
    ] + ends
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    if event.has(SocketField.newstate), event[SocketField.newstate] != TCPNames.synSent { return }
    guard event[SocketField.protocol] == SocketField.tcp, var connection = event.connection,
      filter.passes(connection), context.isWanted(event.thread, source: event.source)
    else { return }
    if counts != nil {
      if !showsLocalPort { connection.localPort = 0 }
      counts?.add(connection)
      return
    }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    rows.add(Int(context.process(of: event.thread)))
    context.name(of: event.thread, source: event.source).withUnsafeBytes { rows.add($0) }
    rows.add(connection.version)
    addEnds(connection, to: &rows)
    rows.endRow()
  }

  private func addEnds(_ connection: Connection, to rows: inout RowWriter) {
    rows.add(connection.local.text)
    if showsLocalPort { rows.add(connection.localPort) }
    rows.add(connection.remote.text)
    rows.add(connection.remotePort)
  }

  package func finish(_ context: ToolContext, _ rows: inout RowWriter) {
    guard let counts else { return }
    rows.beginTable()
    for (connection, count) in counts.sorted {
      addEnds(connection, to: &rows)
      rows.add(count)
      rows.endRow()
    }
  }
}
