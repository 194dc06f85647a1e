import ByteIO

/// Bytes that could not be compressed, or are not what they were said to be.
package struct CompressionError: ExplainedError, Equatable {
  /// What went wrong, in the library's words where it has some.
  package var reason: String
  package var compression: Compression

  package init(_ compression: Compression, _ reason: String) {
    self.compression = compression
    self.reason = reason
  }

  package var message: String { "\(compression.rawValue): \(reason)" }
}

/// A compression that was asked for and does not exist.
package struct UnknownCompression: ExplainedError, Equatable {
  package var name: String

  package var message: String { "no compression called '\(name)'" }
  package var hint: String? { "there are: any, none, zlib, zstd" }
}
