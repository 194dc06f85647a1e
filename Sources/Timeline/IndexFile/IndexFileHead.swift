/// How an index file begins, and what tells whether it is whole.
///
/// Behind the head are, each from a multiple of 16 on: the key and the tables (`IndexFileTables`),
/// the parts of all blocks, their entries. Head, parts and entries are in this machine's byte order.
struct IndexFileHead: BitwiseCopyable, Equatable {
  /// `kscopeIX` on a machine of this byte order.
  var magic: UInt64 = 0x5849_6570_6f63_736b
  /// Raised whenever what an index holds, or how it is laid out, is another.
  var version: UInt32 = 1
  /// The size of an entry and of a part, in bytes.
  var sizes = UInt32(MemoryLayout<IndexEntry>.stride << 16 | MemoryLayout<IndexBlock.Part>.stride)
  /// Of all bytes behind this number.
  var checksum: UInt64 = 0
  /// In bytes.
  var fileSize: UInt64 = 0
  var tablesSize: UInt64 = 0
  var partCount: UInt64 = 0
  var entryCount: UInt64 = 0
  var spare: UInt64 = 0

  static let size = MemoryLayout<IndexFileHead>.size
  /// From where on bytes are summed up.
  static let summedFrom = 24

  /// A number that is another whenever bytes within one word have changed, and almost surely when
  /// others have.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var sum = UInt64(truncatingIfNeeded: bytes.count) &+ 0x9e37_79b9_7f4a_7c15
    func mix(_ word: UInt64) {
      // Both steps can be undone, so that no change is lost.
      sum = (sum ^ word) &* 0x9fb2_1c65_1e98_df25
      sum ^= sum >> 32
    }
    let words = bytes.count / 8
    for index in 0..<words {
      mix(bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }
    var rest: UInt64 = 0
    for index in (words * 8)..<bytes.count { rest = rest << 8 | UInt64(bytes[index]) }
    mix(rest)
    return sum
  }
}
