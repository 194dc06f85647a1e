import ByteIO

extension TraceFile {
  /// A packed part that claims to be larger is damaged: trace-cmd packs ten pages together.
  private static let largestPart = 1 << 24

  /// Lends a latency tracer's text, part by part.
  ///
  /// Where it is packed, it is so as pages are: u32 count, then u32 packed size, u32 size and bytes
  /// of each part (`trace-cmd report` 3.1.6 reads no other form).
  ///
  /// - Returns: what could not be read.
  /// - Throws: what `body` throws.
  package func forEachPart<E: Error>(
    of text: TraceBuffer.LatencyText, _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) -> [TraceFileError] {
    let section = text.section
    let end = min(mapped.count, section.offset + min(section.size, mapped.count))
    let bytes = UnsafeRawBufferPointer(
      rebasing: mapped.bytes[min(section.offset, end)..<end])
    guard section.isPacked else {
      try body(bytes)
      return []
    }
    var problems: [TraceFileError] = []
    var cursor = ByteCursor(bytes.bytes, order: order, base: section.offset)
    var left = 1
    var isFirst = true
    while left > 0 {
      switch next(&cursor, &left, &isFirst, section) {
      case .success(let part):
        let failure = part.withUnsafeBytes { bytes -> E? in
          do throws(E) { try body(bytes) } catch { return error }
          return nil
        }
        if let failure { throw failure }
      case .failure(let problem):
        problems.append(problem)
        if problems.count > 20 { return problems }
      }
    }
    return problems
  }

  /// Unpacks the next part; `left` counts those that are still to come.
  private func next(
    _ cursor: inout ByteCursor, _ left: inout Int, _ isFirst: inout Bool, _ section: Section
  ) -> Result<[UInt8], TraceFileError> {
    do throws(ByteCursorError) {
      if isFirst {
        isFirst = false
        left = Int(try cursor.read(UInt32.self))
        if left == 0 { return .success([]) }
      }
      let packed = Int(try cursor.read(UInt32.self))
      let unpacked = Int(try cursor.read(UInt32.self))
      let offset = cursor.offset
      let bytes = try cursor.take(packed)
      left -= 1
      return Result {
        try bytes.withUnsafeBytes {
          try compression.decompressed($0, count: unpacked, limit: Self.largestPart)
        }
      }.mapError { failure in
        error(
          "text section", offset,
          (failure as? CompressionError).map { .compression($0) } ?? .invalid("\(failure)"))
      }
    } catch let failure {
      left = 0
      return .failure(error("text section", section.offset, .truncated(failure)))
    }
  }
}
