import ByteIO
import Glibc

/// Bytes of a part file that are left out of what is made of it.
struct LostBytes: Equatable {
  enum Reason {
    /// Zeros between pages, or behind the last where the file has no room for more.
    case zeros
    /// They do not begin as a page does.
    case noPage
    /// A page's unused rest that is not: sub-buffers are smaller then.
    case behindEvents
    /// The file ends within a page.
    case cutPage
  }

  /// Where the first of them are in the file.
  let offset: Int
  private(set) var count: Int
  let reason: Reason
  /// In how many places they are.
  private(set) var places = 1
  /// Where the last of them end.
  private var end: Int

  init(_ range: Range<Int>, _ reason: Reason) {
    (offset, count, end) = (range.lowerBound, range.count, range.upperBound)
    self.reason = reason
  }

  /// Adds what lies behind those that are known.
  mutating func add(_ range: Range<Int>) {
    if range.lowerBound != end { places += 1 }
    count += range.count
    end = range.upperBound
  }
}

/// What could not be taken over of a part file.
package struct LostPart: ExplainedError, Equatable {
  var path: String
  /// Whose pages they are.
  var title: String
  var cause: Cause

  enum Cause: Equatable {
    case unreadable(SystemError)
    case bytes(LostBytes, pageSize: Int)
    /// It is said to have more bytes than there are.
    case short(expected: Int, found: Int)
    /// Nothing is lost, since its sub-buffers were read in the size that they have.
    case resized(from: Int, to: Int)
  }

  package var message: String {
    switch cause {
    case .unreadable(let error):
      let isOther = error.call == "open" && error.code == EINVAL
      return "\(path): the \(title) are missing: "
        + (isOther ? "it is not a regular file" : error.reason)
    case .short(let expected, let found):
      return "\(path): \(expected) bytes of \(title) were written, and only \(found) are there"
    case .resized(let expected, let found):
      return "\(path): its sub-buffers are of \(found) bytes, not of \(expected)"
    case .bytes(let lost, let pageSize):
      let place =
        lost.places == 1
        ? "from offset \(lost.offset) on"
        : "in \(lost.places) places, the first at offset \(lost.offset),"
      return "\(path): \(lost.count) bytes \(place) are left out: "
        + Self.text(lost.reason, pageSize)
    }
  }

  private static func text(_ reason: LostBytes.Reason, _ pageSize: Int) -> String {
    switch reason {
    case .zeros: "zeros, where pages should be"
    case .noPage: "not sub-buffers of \(pageSize) bytes"
    case .behindEvents: "they follow the events in sub-buffers of \(pageSize) bytes"
    case .cutPage: "the file ends within a sub-buffer of \(pageSize) bytes"
    }
  }

  package var exitStatus: Int32 { if case .resized = cause { 0 } else { 1 } }

  package var hint: String? {
    guard case .bytes(let lost, _) = cause, lost.reason == .noPage || lost.reason == .behindEvents
    else { return nil }
    return "it may be damaged, or of another recording or machine than the formats"
  }
}
