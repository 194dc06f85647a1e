import ByteIO

/// The header of a section of version 7: u16 id, u16 flags, u32 description, u64 size
/// (trace-cmd.dat.v7(5), "SECTIONS").
package struct StoredSection: Equatable, Sendable {
  static let headerSize = 16

  /// Where the header is, in bytes from the start of the file.
  package let offset: Int
  package let id: UInt16
  package let flags: UInt16
  /// Where in the texts of the file's strings its name begins.
  package let description: UInt32
  /// How many bytes of content are stored behind the header.
  package let size: UInt64
  /// How many bytes packed content has before and after packing; nil where the content is not
  /// packed, or in pieces, as pages are.
  package let packing: (packed: UInt32, unpacked: UInt32)?

  package var isPacked: Bool { flags & 1 != 0 }
  /// Whether it holds pages or the text of a latency tracer.
  package var holdsEvents: Bool {
    id == Section.Kind.flyrecord.rawValue || id == Section.Kind.text.rawValue
  }
  var isBlank: Bool { id == 0 && flags == 0 && description == 0 && size == 0 }

  package static func == (one: StoredSection, other: StoredSection) -> Bool {
    one.offset == other.offset && one.id == other.id && one.flags == other.flags
      && one.description == other.description && one.size == other.size
  }
}

extension TraceFile {
  /// The section whose header is at an offset; nil where the file ends before it does.
  package func storedSection(at offset: Int) -> StoredSection? {
    guard offset >= 0, offset <= mapped.count - StoredSection.headerSize else { return nil }
    let rest = UnsafeRawBufferPointer(rebasing: mapped.bytes[offset...])
    guard let start = rest.baseAddress else { return nil }
    let id = start.load(UInt16.self, at: 0, order)
    let flags = start.load(UInt16.self, at: 2, order)
    let size = start.load(UInt64.self, at: 8, order)
    let isWhole = flags & 1 != 0 && id != Section.Kind.flyrecord.rawValue
    let canTell = isWhole && size >= 8 && rest.count >= StoredSection.headerSize + 8
    return StoredSection(
      offset: offset, id: id, flags: flags, description: start.load(UInt32.self, at: 4, order),
      size: size,
      packing: canTell
        ? (start.load(UInt32.self, at: 16, order), start.load(UInt32.self, at: 20, order)) : nil)
  }
}
