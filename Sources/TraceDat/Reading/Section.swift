import ByteIO

/// A run of bytes in a file that holds one kind of thing.
///
/// Version 7 has a table of them; version 6 has the same contents in a fixed order, and they are
/// described by the same type.
struct Section: Sendable {
  /// trace-cmd.dat.v7(5), "SECTIONS"; the numbers are those of the options that name them.
  enum Kind: UInt16, Sendable {
    case options = 0
    case flyrecord = 3
    case strings = 15
    case headerInfo = 16
    case ftraceFormats = 17
    case eventFormats = 18
    case kallsyms = 19
    case printkFormats = 20
    case savedCommandLines = 21
    case text = 22
  }

  var kind: Kind
  /// Where the content begins, its sizes included, in bytes from the start of the file.
  var offset: Int
  /// How many bytes are stored.
  var size: Int
  /// Whether they are packed: two 32-bit sizes, then the packed bytes.
  var isPacked: Bool

  /// Larger texts than this are not unpacked: the largest known kallsyms has 15 MB.
  private static let unpackedLimit = 1 << 27

  func content(
    in mapped: MappedFile, compression: Compression, order: ByteOrder, memory: MemoryBudget
  ) throws(TraceFileError) -> SectionBytes {
    func error(_ kind: TraceFileError.Kind) -> TraceFileError {
      TraceFileError(path: mapped.path, part: "\(self.kind) section", offset: offset, kind)
    }
    let available = max(0, min(size, mapped.count - offset))
    guard offset >= 0, offset <= mapped.count, available == size else {
      throw error(.truncated(ByteCursorError(offset: offset, needed: size, available: available)))
    }
    let stored = UnsafeRawBufferPointer(rebasing: mapped.bytes[offset..<offset + size])
    guard isPacked else { return SectionBytes(owner: mapped, bytes: stored, offset: offset) }
    guard let start = stored.baseAddress, size >= 8 else {
      throw error(.truncated(ByteCursorError(offset: offset, needed: 8, available: size)))
    }
    let packed = Int(start.load(UInt32.self, at: 0, order))
    let unpacked = Int(start.load(UInt32.self, at: 4, order))
    guard packed <= size - 8 else {
      throw error(
        .truncated(ByteCursorError(offset: offset + 8, needed: packed, available: size - 8)))
    }
    guard unpacked <= Self.unpackedLimit, memory.take(unpacked) else {
      throw error(.invalid(MemoryBudget.refusal(of: unpacked)))
    }
    do {
      let bytes = try compression.decompressed(
        UnsafeRawBufferPointer(rebasing: stored[8..<8 + packed]), count: unpacked,
        limit: Self.unpackedLimit)
      return SectionBytes(copying: bytes, offset: offset, memory: memory)
    } catch {
      memory.give(unpacked)
      throw TraceFileError(
        path: mapped.path, part: "\(kind) section", offset: offset, .compression(error))
    }
  }
}
