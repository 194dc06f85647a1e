import CZlib
import CZstd

/// How the sections and pages of a version 7 file are stored; the raw value is the name that the
/// file's head gives (trace-cmd.dat.v7(5), "COMPRESSION ALGORITHM").
package enum Compression: String, Sendable, CaseIterable {
  case none
  case zlib
  case zstd

  /// Takes what `--compression` takes: a name, or `any` for the best there is.
  package init(named name: String) throws(UnknownCompression) {
    if name == "any" {
      self = .zstd
      return
    }
    guard let known = Compression(rawValue: name) else { throw UnknownCompression(name: name) }
    self = known
  }

  /// The version of the library, which the head of a file names for people.
  package var libraryVersion: String {
    switch self {
    case .none: ""
    case .zlib: String(cString: zlibVersion())
    case .zstd: String(cString: ZSTD_versionString())
    }
  }

  /// How many bytes `count` bytes can become at worst.
  package func bound(_ count: Int) -> Int {
    switch self {
    case .none: count
    case .zlib: Int(compressBound(uLong(count)))
    case .zstd: ZSTD_compressBound(count)
    }
  }

  /// How many bytes `count` stored bytes can be at most when unpacked, so that a size which a file
  /// claims can be refused before memory is taken for it.
  ///
  /// deflate reaches 1032:1 (zlib's technical details); a zstd block of at least 4 bytes holds up
  /// to 128 KiB (RFC 8878, 3.1.1.2).
  package func largestContent(of count: Int) -> Int {
    let ratio =
      switch self {
      case .none: 1
      case .zlib: 1033
      case .zstd: 1 << 15
      }
    let (product, overflow) = max(count, 0).multipliedReportingOverflow(by: ratio)
    return overflow ? .max : product
  }

  /// Unpacks `source` so that it fills `target` exactly.
  ///
  /// Throws where the bytes are damaged or are not as many as there is room for.
  package func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(CompressionError) {
    let unpacked: Int
    switch self {
    case .none:
      unpacked = source.count
      if unpacked == target.count { target.copyMemory(from: source) }
    case .zlib:
      unpacked = try inflate(source, into: target)
    case .zstd:
      let result = ZSTD_decompress(
        target.baseAddress, target.count, source.baseAddress, source.count)
      guard ZSTD_isError(result) == 0 else {
        throw CompressionError(self, String(cString: ZSTD_getErrorName(result)))
      }
      unpacked = result
    }
    guard unpacked == target.count else {
      throw CompressionError(self, "\(unpacked) bytes unpacked, expected \(target.count)")
    }
  }

  /// Unpacks `source` into `count` bytes of its own.
  ///
  /// Throws before it takes memory where `count` is over `limit` or more than `source` could hold.
  package func decompressed(
    _ source: UnsafeRawBufferPointer, count: Int, limit: Int
  ) throws(CompressionError) -> [UInt8] {
    guard count >= 0, count <= limit, count <= largestContent(of: source.count) else {
      throw CompressionError(
        self, "\(source.count) bytes are said to hold \(count), more than is possible or allowed")
    }
    var failure: CompressionError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(CompressionError) {
        try decompress(
          source,
          into: UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private func inflate(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(CompressionError) -> Int {
    var length = uLongf(target.count)
    let result = uncompress(
      target.bindMemory(to: Bytef.self).baseAddress, &length,
      source.bindMemory(to: Bytef.self).baseAddress, uLong(source.count))
    guard result == Z_OK else { throw CompressionError(self, String(cString: zError(result))) }
    return Int(length)
  }
}
