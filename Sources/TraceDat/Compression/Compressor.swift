import CZlib
import CZstd

/// Packs one run of bytes after another; keeps the library's working memory between them.
///
/// One thread at a time uses a compressor.
package struct Compressor: ~Copyable {
  package let compression: Compression
  private let context: OpaquePointer?

  package init(_ compression: Compression) throws(CompressionError) {
    self.compression = compression
    context = compression == .zstd ? ZSTD_createCCtx() : nil
    if compression == .zstd, context == nil {
      throw CompressionError(compression, "out of memory")
    }
  }

  deinit {
    if let context { ZSTD_freeCCtx(context) }
  }

  /// Packs `source` into `target`, which has room for `compression.bound(source.count)` bytes.
  ///
  /// Returns how many bytes it became.
  package borrowing func compress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(CompressionError) -> Int {
    guard target.count >= compression.bound(source.count) else {
      throw CompressionError(compression, "no room for \(source.count) bytes")
    }
    switch compression {
    case .none:
      target.copyMemory(from: source)
      return source.count
    case .zlib:
      var length = uLongf(target.count)
      let result = compress2(
        target.bindMemory(to: Bytef.self).baseAddress, &length,
        source.bindMemory(to: Bytef.self).baseAddress, uLong(source.count),
        Z_DEFAULT_COMPRESSION)
      guard result == Z_OK else {
        throw CompressionError(compression, String(cString: zError(result)))
      }
      return Int(length)
    case .zstd:
      let result = ZSTD_compressCCtx(
        context, target.baseAddress, target.count, source.baseAddress, source.count,
        ZSTD_CLEVEL_DEFAULT)
      guard ZSTD_isError(result) == 0 else {
        throw CompressionError(compression, String(cString: ZSTD_getErrorName(result)))
      }
      return result
    }
  }

  /// The packed bytes of `source`.
  package borrowing func compressed(
    _ source: UnsafeRawBufferPointer
  ) throws(CompressionError) -> [UInt8] {
    var failure: CompressionError?
    let bytes = [UInt8](unsafeUninitializedCapacity: compression.bound(source.count)) {
      buffer, initialized in
      do throws(CompressionError) {
        initialized = try compress(source, into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
