import ByteIO
import Glibc

/// A user's own words among the events (Documentation/trace/ftrace.rst, "trace_marker").
extension Instance {
  /// Writes a text into the buffer, as an event `print`. It needs `tracing_on`, and the instance's
  /// own option `markers`.
  public func writeMarker(_ text: String) throws(TracefsError) {
    try write(text, to: .traceMarker)
  }

  /// Writes bytes into the buffer, as an event `raw_data`: a number that says what they are, and they.
  public func writeRawMarker(id: UInt32, _ bytes: [UInt8]) throws(TracefsError) {
    let file = path(of: .traceMarkerRaw)
    let data = withUnsafeBytes(of: id) { Array($0) } + bytes
    do { try TextFile.writeBytes(data, to: file) } catch {
      throw Self.meaning(of: error, file: file, text: "\(data.count) bytes")
    }
  }
}
