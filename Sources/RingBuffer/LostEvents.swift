/// How many events the kernel threw away before a page because nobody read in time.
@frozen public enum LostEvents: Equatable, Sendable {
  case none
  case some(UInt64)
  /// The page says that there were some; the kernel had no room to say how many.
  case unknown
}
