import ByteIO

/// The kernel's texts as both versions of the file hold them: each after its length.
///
/// A version 6 file has these one after the other, a version 7 file each in a section of its own
/// (trace-cmd.dat.v6(5), trace-cmd.dat.v7(5)).
struct MetadataText {
  var metadata: TraceMetadata

  private var order: ByteOrder { metadata.byteOrder }

  /// What every file starts with, up to the page size.
  func appendMagic(version: Int, to sink: inout ByteSink) {
    sink.append(bytes: [0x17, 0x08, 0x44])
    sink.append("tracing")
    sink.append(terminated: String(version))
    sink.append(order.rawValue)
    sink.append(UInt8(truncatingIfNeeded: metadata.longSize))
    sink.append(number: UInt32(truncatingIfNeeded: metadata.pageSize), order)
  }

  func appendHeaders(to sink: inout ByteSink) {
    sink.append(terminated: "header_page")
    appendLong(metadata.headerPage, to: &sink)
    sink.append(terminated: "header_event")
    appendLong(metadata.headerEvent, to: &sink)
  }

  func appendFtraceFormats(to sink: inout ByteSink) {
    appendList(metadata.ftraceFormats, to: &sink)
  }

  func appendEventFormats(to sink: inout ByteSink) {
    sink.append(number: UInt32(truncatingIfNeeded: metadata.eventSystems.count), order)
    for system in metadata.eventSystems {
      sink.append(terminated: system.name)
      appendList(system.formats, to: &sink)
    }
  }

  func appendKallsyms(to sink: inout ByteSink) { appendShort(metadata.kallsyms, to: &sink) }

  func appendPrintkFormats(to sink: inout ByteSink) {
    appendShort(metadata.printkFormats, to: &sink)
  }

  func appendCommandLines(_ text: [UInt8], to sink: inout ByteSink) {
    appendLong(text, to: &sink)
  }

  private func appendList(_ texts: [[UInt8]], to sink: inout ByteSink) {
    sink.append(number: UInt32(truncatingIfNeeded: texts.count), order)
    for text in texts { appendLong(text, to: &sink) }
  }

  private func appendLong(_ text: [UInt8], to sink: inout ByteSink) {
    sink.append(number: UInt64(text.count), order)
    sink.append(bytes: text)
  }

  private func appendShort(_ text: [UInt8], to sink: inout ByteSink) {
    sink.append(number: UInt32(truncatingIfNeeded: text.count), order)
    sink.append(bytes: text)
  }
}
