import ByteIO
import EventFormats
package import RingBuffer
import TraceDat

/// Where one source's stack traces lie: the events of `options/stacktrace`, of `stacktrace`
/// triggers and of the filter command of the same name.
///
/// Source: kernel/trace/trace_entries.h, `kernel_stack` and `user_stack`.
package struct StackRecord {
  /// The ids of both events; nil where the kernel has none.
  package let kernelID: UInt16?
  package let userID: UInt16?
  private let offset: Int
  private let size: Int
  private let order: ByteOrder

  package init(_ source: ReportSource) {
    order = source.file.order
    size = source.events.longSize
    let format = source.events.event(system: "ftrace", name: "kernel_stack")
    offset = format?.field("caller")?.offset ?? 0
    kernelID = offset > 0 ? format.flatMap { UInt16(exactly: $0.id) } : nil
    userID = source.events.event(system: "ftrace", name: "user_stack")
      .flatMap { UInt16(exactly: $0.id) }
  }

  /// Hands on the return addresses of a `kernel_stack` record, innermost first; all ones end it.
  package func forEachAddress(_ record: Record, _ body: (UInt64) -> Void) {
    var place = offset
    while place + size <= record.length {
      let address =
        size == 8
        ? record.payload.load(UInt64.self, at: place, order)
        : UInt64(record.payload.load(UInt32.self, at: place, order))
      if address == (size == 8 ? UInt64.max : 0xffff_ffff) { return }
      body(address)
      place += size
    }
  }
}
