import ByteIO

/// `tcpretrans`: every TCP segment that is sent again.
///
/// perf-tools' tcpretrans finds addresses by the socket's own address in /proc/net/tcp, which kernels
/// hide; it knows IPv4 on x86 alone.
package final class TCPRetrans: KernelTool {
  package static let about = ToolDescription(
    name: "tcpretrans",
    abstract: "Every TCP segment that is sent again.",
    discussion: """
      R> is a segment that is sent again, L> an attempt to find out whether the last one was lost (with
      -l; without it what is sent again for that is R>). PID is the process that ran at that moment,
      which is often not the connection's.
      """,
    options: [
      ToolOption("l", "lossprobe", "Tail loss probes, too."),
      ToolOption("s", "stacks", "The calls of the kernel that led to it, below its row."),
      ToolOption("c", "count", "Count by connection until the end."), .wide,
    ] + ConnectionFilter.versions,
    examples: [
      ("kscope tcpretrans", "until Ctrl-C"), ("kscope tcpretrans -c -d 60", "counted for a minute"),
    ])

  private enum Number { static let again = 0, probe = 1, probeEnd = 2 }

  package let options: ToolOptions
  private let filter: ConnectionFilter
  private let showsProbes: Bool
  private var counts: FlowCounts?
  /// The socket for which a CPU sends a probe; what it sends again meanwhile is that probe.
  private var probing: [Int: UInt64] = [:]

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.expectArguments(0, "")
    if options.times == .none { options.times = options.input == nil ? .wall : .seconds }
    self.options = options
    filter = try ConnectionFilter(options)
    showsProbes = options.has("lossprobe")
    counts = options.has("count") ? FlowCounts() : nil
    if counts != nil { try options.refuse("stacks", with: "--count") }
  }

  package var events: [WantedEvent] {
    let again = WantedEvent("tcp:tcp_retransmit_skb", SocketField.self)
    guard showsProbes else { return [again] }
    let probe = WantedEvent(
      probeOf: "tcp_send_loss_probe",
      SocketField.values(of: "sk") + [(.state, "sk->__sk_common.skc_state")])
    let nothing: [(SocketField, String)] = []
    return [again, probe, WantedEvent(probeOf: "tcp_send_loss_probe", atReturn: true, nothing)]
  }

  package var rowStacks: RowStackPlan {
    RowStackPlan(own: showsProbes ? [Number.again, Number.probe] : [Number.again])
  }

  package var isAboutInterrupts: Bool { true }
  package var banner: String { "Tracing retransmits. Ctrl-C to end." }
  package var droppedPairs: Int { counts?.dropped ?? 0 }
  package var showsTables: Bool { counts != nil }

  package var columns: [Column] {
    let isText = options.format == .text
    let count = counts == nil ? [] : [Column("RETRANSMITS", "retransmits")]
    let ends =
      isText
      ? [
        Column("LADDR:LPORT", "", width: 20, wide: 47),
        Column(counts == nil ? "--" : "<->", "", width: 2),
      ]
        + [Column("RADDR:RPORT", "", width: 20, wide: 47)]
      : ["ip", "laddr", "lport", "raddr", "rport"].map { Column("", $0) }
    if counts != nil { return ends + count }
    return Column.time(options, "TIME(s)", width: 12) + Column.user(options)
      + [Column("PID", "pid", width: 6)] + (isText ? [] : [Column("", "type")]) + ends
      + [Column("STATE", "state", width: 12)]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let place = event.source << 16 | event.cpu
    switch event.number {
    case Number.probeEnd: probing[place] = nil
    case Number.probe:
      probing[place] = event.socket.1
      show("L", event, context, &rows)
    default:
      if probing[place] != event.socket.1 { show("R", event, context, &rows) }
    }
  }

  private func show(
    _ type: String, _ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter
  ) {
    guard let connection = event.connection, filter.passes(connection),
      context.isWanted(event.thread, source: event.source)
    else { return }
    if counts != nil {
      counts?.add(connection)
      return
    }
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    rows.add(Int(context.process(of: event.thread)))
    if rows.format != .text { rows.add(type) }
    add(connection, type, to: &rows)
    rows.add(TCPNames.state(event[SocketField.state]))
    rows.endRow()
  }

  private func add(_ connection: Connection, _ type: String, to rows: inout RowWriter) {
    if rows.format == .text {
      rows.add(connection.local.text(port: connection.localPort))
      rows.add(type + ">")
      rows.add(connection.remote.text(port: connection.remotePort))
    } else {
      rows.add(connection.version)
      rows.add(connection.local.text)
      rows.add(connection.localPort)
      rows.add(connection.remote.text)
      rows.add(connection.remotePort)
    }
  }

  package func finish(_ context: ToolContext, _ rows: inout RowWriter) {
    guard let counts else { return }
    rows.beginTable()
    for (connection, count) in counts.sorted {
      add(connection, "<-", to: &rows)
      rows.add(count)
      rows.endRow()
    }
  }

  /// A probe is sent with softirqs off, as the timer that sends it has them (net/ipv4/tcp_timer.c).
  package var pairsStayOnTheirCPU: Bool { true }
  package func forget(source: Int, cpu: Int) { probing[source << 16 | cpu] = nil }
}
