import HummingbirdCore
import Logging
import NIOCore

/// Connections that speak HTTP/1.1, each served by a task that is cancelled when the other side
/// goes away: so end the answers that nobody waits for any more.
struct Connections: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  private let http: HTTP1Channel

  init(_ responder: PageResponder) {
    http = HTTP1Channel(
      responder: { request, writer, channel in
        try await responder.respond(to: request, with: writer, on: channel)
      },
      configuration: HTTP1Channel.Configuration(
        additionalChannelHandlers: [HalfClosedIsClosed()], idleTimeout: .seconds(60),
        // Enough for long filters; what is longer is answered with 400.
        httpDecoderConfiguration: .init(maxHeaderFieldSize: 1 << 15, maxHeaderListSize: 1 << 16)))
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    http.setup(channel: channel, logger: logger)
  }

  func handle(value: Value, logger: Logger) async {
    let work = Task { await http.handle(value: value, logger: logger) }
    value.channel.closeFuture.whenComplete { _ in work.cancel() }
    await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      work.cancel()
    }
  }
}

/// Who sends no more is taken to want no more: no browser closes one half only.
private final class HalfClosedIsClosed: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }
}
