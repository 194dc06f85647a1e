import ByteIO

/// What is written of a file before its first page and after its last; versions 6 and 7 differ
/// in it.
protocol FilePlan {
  /// The metadata that is known at the start: from the first byte of the file to the place where
  /// `progress` goes.
  mutating func early() throws(CompressionError) -> ByteSink

  /// What makes the file a readable one, without events, until it is finished.
  mutating func progress(_ layout: TraceOption, at offset: Int64) throws(CompressionError)
    -> ByteSink

  /// How many bytes of what is known at the end stand before the pages, from `progress` on.
  func lateSize(_ late: LateMetadata) -> Int64

  /// How many bytes the header before a buffer's pages takes.
  var headerSize: Int64 { get }

  /// Writes what is known at the end.
  mutating func finish(_ file: OutputFile, _ pages: PlacedPages, _ late: LateMetadata)
    throws(WritingError)
}

/// Where pages came to lie.
struct PlacedPages {
  struct Buffer {
    /// Where the header of a version 7 file's section belongs.
    var headerOffset: Int64
    /// Only CPUs with pages.
    var cpus: [(cpu: Int, bytes: Range<Int64>)] = []
  }

  var buffers: [Buffer] = []
  /// Where `progress` lies, and how long it is.
  var progress: Range<Int64>
  /// Where what follows the pages goes.
  var tail: Int64 = 0
}
