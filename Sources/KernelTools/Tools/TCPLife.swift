import ByteIO
import EventFormats

/// `tcplife`: every TCP connection when it ends: whose it was, how long, how much it carried.
///
/// Whose it is, is known when a program connects or accepts; when it ends, often nobody's task runs.
package final class TCPLife: KernelTool {
  package static let about = ToolDescription(
    name: "tcplife",
    abstract: "Every TCP connection when it ends: whose, how long, how many bytes.",
    discussion: """
      Shown are connections that began and ended while they were traced; attempts that failed, too.
      TX_KB and RX_KB are what the program sent and received, in units of 1024 bytes; JSON and CSV
      have bytes. MS counts from the moment when the connection was established.
      """,
    options: [
      ToolOption("L", "localport", "PORT,…", "Only with these local ports."),
      ToolOption("D", "remoteport", "PORT,…", "Only with these ports of the other end."),
      ToolOption("w", "wide", "Room for addresses of IPv6, and a column for the version."),
      ToolOption("s", "csv", "Print a table for spreadsheets."),
      .stacks("The calls of the kernel that ended it, below its row."),
    ] + ConnectionFilter.versions,
    examples: [
      ("kscope tcplife -w", "until Ctrl-C"), ("kscope tcplife -L 22,80", "what servers did"),
    ])

  private struct Life {
    var begin: UInt64
    var owner: Owner?
  }

  private struct Owner {
    var thread: Int32
    var process: Int32
    var comm: ShortText
  }

  private static let graft = 1

  package let options: ToolOptions
  private let filter: ConnectionFilter
  private let isWide: Bool
  private var lives = PairTable<Life>()

  package init(_ given: ToolOptions) throws(ToolUsageError) {
    var options = given
    try options.expectArguments(0, "")
    if options.has("csv") { options.format = .csv }
    self.options = options
    filter = try ConnectionFilter(options, local: "localport", remote: "remoteport")
    isWide = options.has("wide")
  }

  package var events: [WantedEvent] {
    let tcp = "((struct tcp_sock *)sk)"
    var graft = TCPAccept.graft
    graft.isOptional = true
    return [
      WantedEvent(
        probeOf: "tcp_set_state",
        SocketField.values(of: "sk") + [
          (.newstate, "state"), (.sent, "\(tcp)->bytes_sent"), (.resent, "\(tcp)->bytes_retrans"),
          (.received, "\(tcp)->bytes_received"), (.flags, "sk->__sk_common.skc_flags"),
        ]),
      graft,
    ]
  }

  package var rowStacks: RowStackPlan { RowStackPlan(own: [0]) }
  package var droppedPairs: Int { lives.dropped }
  package var isAboutInterrupts: Bool { true }
  package var banner: String { "Tracing TCP connections. Ctrl-C to end." }

  package var columns: [Column] {
    let hasVersion = isWide || options.format != .text
    let width = isWide ? 26 : 15
    return Column.time(options, "TIME(s)", width: 12) + Column.user(options) + [
      Column("PID", "pid", width: 5),
      Column("COMM", "comm", width: isWide ? 16 : 10, isCut: true),
    ] + (hasVersion ? [Column("IP", "ip", width: 2)] : []) + [
      Column("LADDR", "laddr", width: width), Column("LPORT", "lport", width: 5),
      Column("RADDR", "raddr", width: width), Column("RPORT", "rport", width: 5),
      Column("TX_KB", "tx_bytes", width: isWide ? 6 : 5, isLeft: false),
      Column("RX_KB", "rx_bytes", width: isWide ? 6 : 5, isLeft: false), Column("MS", "life_ms"),
    ]
  }

  package func take(_ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter) {
    let key = event.socket
    if event.number == Self.graft {
      guard var life = lives.value(key.0, key.1) else { return }
      life.owner = owner(event, context)
      return lives.begin(key.0, key.1, life)
    }
    switch event[SocketField.newstate] {
    case TCPNames.synSent:
      lives.begin(key.0, key.1, Life(begin: event.time, owner: owner(event, context)))
    case TCPNames.established:
      let known = lives.value(key.0, key.1)
      lives.begin(key.0, key.1, Life(begin: event.time, owner: known?.owner))
    case TCPNames.finWait1, TCPNames.lastAck:
      // A program closes it; it had accepted it before that could be seen.
      guard var life = lives.value(key.0, key.1), life.owner == nil else { return }
      life.owner = owner(event, context)
      lives.begin(key.0, key.1, life)
    case TCPNames.close:
      guard let life = lives.end(key.0, key.1) else { return }
      show(life, event, context, &rows)
    default: return
    }
  }

  private func owner(_ event: ToolEvent, _ context: ToolContext) -> Owner {
    let name = context.name(of: event.thread, source: event.source)
    return Owner(
      thread: event.thread, process: context.process(of: event.thread),
      comm: name.withUnsafeBytes { ShortText($0) })
  }

  private func show(
    _ life: Life, _ event: ToolEvent, _ context: ToolContext, _ rows: inout RowWriter
  ) {
    guard let connection = event.connection, filter.passes(connection) else { return }
    let comm = life.owner?.comm ?? ShortText(.empty)
    guard
      comm.withBytes({
        context.isWanted(life.owner?.thread ?? 0, source: event.source, name: $0)
      })
    else { return }
    context.addTime(event.time, to: &rows)
    context.addUser(of: life.owner?.thread ?? 0, to: &rows)
    if let owner = life.owner {
      rows.add(Int(owner.process))
      comm.withBytes { rows.add($0) }
    } else {
      // Nobody accepted it.
      rows.addNothing("-")
      rows.addNothing("-")
    }
    if isWide || options.format != .text { rows.add(connection.version) }
    rows.add(connection.local.text)
    rows.add(connection.localPort)
    rows.add(connection.remote.text)
    rows.add(connection.remotePort)
    for bytes in [sent(event), received(event)] { rows.add(bytes, shown: "\(bytes / 1024)") }
    rows.add(milliseconds: event.time(since: life.begin))
    rows.endRow()
  }

  private func sent(_ event: ToolEvent) -> Int {
    event[SocketField.sent] &- event[SocketField.resent]
  }

  /// The kernel counts the other end's FIN as a byte (`tcp_fin` sets `SOCK_DONE`, which is bit 1 of
  /// include/net/sock.h's `enum sock_flags`).
  private func received(_ event: ToolEvent) -> Int {
    max(0, event[SocketField.received] &- (event[SocketField.flags] >> 1 & 1))
  }

  package func forget(source: Int, cpu: Int) { lives.removeAll() }
}
