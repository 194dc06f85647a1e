import Synchronization

/// Counts calls from any thread.
final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func add() { count.withLock { $0 += 1 } }
}

/// Text that lives as long as the program.
enum StaticText {
  struct Bytes: @unchecked Sendable { let bytes: UnsafeRawBufferPointer }
  static let text: StaticString = "10 T a\n20 T b\n"
  static var bytes: Bytes {
    Bytes(bytes: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
