import ByteIO

/// `tcpdrop`: every TCP segment that the kernel drops, and why.
package final class TCPDrop: KernelTool {
  package static let about = ToolDescription(
    name: "tcpdrop",
    abstract: "Every TCP segment that the kernel drops, and why.",
    discussion: """
      The reason is the kernel's own word for it. STATE is that of the segment's socket, or - where the
      kernel had not looked for one, or does not tell. PID is the process that ran at that moment,
      which is often not the connection's.
      """,
    options: [
      ToolOption("s", "stacks", "The calls of the kernel that led to it, below its row."), .wide,
    ]
      + ConnectionFilter.versions,
    examples: [
      ("kscope tcpdrop", "until Ctrl-C"), ("kscope tcpdrop -s", "where in the kernel, too"),
    ])

  private enum Freed: Int, EventFields { case skbaddr, reason }
  private static let freed = "skb:kfree_skb"

  package let options: ToolOptions
  private let filter: ConnectionFilter
  /// By CPU and packet: the kernel looks at it and, where nobody else has it, drops it.
  private var segments = PairTable<DroppedSegment>(capacity: 1024)

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.expectArguments(0, "")
    if options.times == .none { options.times = options.input == nil ? .wall : .seconds }
    self.options = options
    filter = try ConnectionFilter(options)
  }

  package var events: [WantedEvent] {
    // Linux 6.11 has the socket among the arguments.
    var probes = [
      DroppedSegment.probe(of: "sk_skb_reason_drop", sk: "sk"),
      DroppedSegment.probe(of: "kfree_skb_reason", sk: "skb->sk"),
    ]
    for index in probes.indices { probes[index].alternative = "packet" }
    return [WantedEvent(Self.freed, Freed.self)] + probes
  }

  package var rowStacks: RowStackPlan { RowStackPlan(own: [0]) }

  package var isAboutInterrupts: Bool { true }
  package var banner: String { "Tracing TCP drops. Ctrl-C to end." }

  package var columns: [Column] {
    let before =
      Column.time(options, "TIME(s)", width: 12) + Column.user(options) + [
        Column("PID", "pid", width: 7), Column("IP", "ip", width: 2),
      ]
    if options.format != .text {
      let names = ["saddr", "sport", "daddr", "dport", "state", "flags", "reason"]
      return before + names.map { Column("", $0) }
    }
    return before + [
      Column("SADDR:SPORT", "", width: 20, wide: 47), Column(">", ""),
      Column("DADDR:DPORT", "", width: 20, wide: 47),
      Column("STATE (FLAGS)", "", width: 21, wide: 32), Column("REASON", ""),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let place = UInt64(event.source) << 16 | UInt64(event.cpu)
    if event.number > 0 {
      let packet = UInt64(bitPattern: Int64(event[DroppedSegment.Field.skb]))
      _ = segments.end(place, packet)
      if let segment = DroppedSegment(event) { segments.begin(place, packet, segment) }
      return
    }
    let packet = UInt64(bitPattern: Int64(event[Freed.skbaddr]))
    guard let segment = segments.end(place, packet) else { return }
    let number = event.has(Freed.reason) ? event[Freed.reason] : nil
    let reason = number.map {
      context.name(of: $0, field: "reason", of: Self.freed, source: event.source) ?? String($0)
    }
    // Whoever lets go of a packet without a reason need not drop it.
    if reason == "NOT_SPECIFIED" { return }
    show(segment, reason, event, context, &rows)
  }

  private func show(
    _ segment: DroppedSegment, _ reason: String?, _ event: ToolEvent, _ context: ToolContext,
    _ rows: inout RowWriter
  ) {
    let connection = Connection(
      local: segment.source, localPort: segment.sourcePort, remote: segment.destination,
      remotePort: segment.destinationPort)
    guard filter.passes(connection), context.isWanted(event.thread, source: event.source) else {
      return
    }
    let state = segment.state.map(TCPNames.state)
    context.addTime(event.time, to: &rows)
    context.addUser(of: event.thread, to: &rows)
    rows.add(Int(context.process(of: event.thread)))
    rows.add(connection.version)
    if rows.format == .text {
      rows.add(segment.source.text(port: segment.sourcePort))
      rows.add(">")
      rows.add(segment.destination.text(port: segment.destinationPort))
      rows.add("\(state ?? "-") (\(TCPNames.flags(segment.flags)))")
    } else {
      rows.add(segment.source.text)
      rows.add(segment.sourcePort)
      rows.add(segment.destination.text)
      rows.add(segment.destinationPort)
      if let state { rows.add(state) } else { rows.addNothing() }
      rows.add(TCPNames.flags(segment.flags))
    }
    if let reason { rows.add(reason) } else { rows.addNothing("-") }
    rows.endRow()
  }

  package func forget(source: Int, cpu: Int) { segments.removeAll() }
}
