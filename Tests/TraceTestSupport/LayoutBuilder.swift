import ByteIO

/// The bytes of option 0x4b01, which says where the pages of an unfinished recording are.
///
/// Source: `Documentation/trace.dat-options.md`.
package struct LayoutBuilder {
  /// The option's id.
  package static let id: UInt16 = 0x4b01

  private var rows: [UInt8] = []
  private var count: UInt32 = 0

  package init() {}

  package mutating func add(
    cpu: Int, offset: Int = 0, pageSize: Int = 4096, capacity: Int = 1 << 30, written: Int = -1,
    ring: Int = 0, buffer: String = "", path: String = ""
  ) {
    count += 1
    rows += UInt32(cpu).bytes(.little) + UInt32(pageSize).bytes(.little)
    for number in [offset, capacity, written, ring] { rows += Int64(number).bytes(.little) }
    for text in [buffer, "local", path] { rows += Array(text.utf8) + [0] }
  }

  package var bytes: [UInt8] { UInt32(1).bytes(.little) + count.bytes(.little) + rows }

  /// A recording without pages, of which the layout says where they are.
  package func recording(cpuCount: Int = 2) -> [UInt8] {
    var builder = TraceBuilder(cpuCount: cpuCount, buffers: [])
    builder.options.append((id: Self.id, data: bytes))
    return builder.version7
  }
}
