/// Texts of a few values that many rows have in common, such as a task's name, process and device.
///
/// A handful of tasks make most rows by turns; each hash has one place. In memory of its own, so that
/// a row counts no references.
struct KeptTexts<Key: Equatable & BitwiseCopyable>: ~Copyable {
  /// What is longer is not kept, in bytes.
  static var longest: Int { 64 }
  private static var places: Int { 16 }

  struct Entry {
    var key: Key
    /// How many bytes there are; 0 where nothing is kept.
    var count = 0
    /// How many values they are.
    var values = 0
    private var text: (SIMD32<UInt8>, SIMD32<UInt8>) = (.zero, .zero)

    init(_ key: Key) { self.key = key }

    mutating func keep(_ key: Key, _ bytes: UnsafeRawBufferPointer, values: Int) {
      count = 0
      guard bytes.count <= longest else { return }
      self.key = key
      self.values = values
      count = bytes.count
      withUnsafeMutableBytes(of: &text) { $0.copyMemory(from: bytes) }
    }

    /// Copies the text to where there is room for the longest; gives back where it ends.
    @inline(__always) func copy(to target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
      target.storeBytes(of: text.0, as: SIMD32<UInt8>.self)
      (target + 32).storeBytes(of: text.1, as: SIMD32<UInt8>.self)
      return target + count
    }
  }

  private let entries: UnsafeMutablePointer<Entry>

  /// - Parameter key: any.
  init(_ key: Key) {
    entries = .allocate(capacity: Self.places)
    entries.initialize(repeating: Entry(key), count: Self.places)
  }

  deinit { entries.deallocate() }

  @inline(__always) func entry(_ hash: Int) -> UnsafeMutablePointer<Entry> {
    entries + hash & (Self.places &- 1)
  }
}
