package import ByteIO

/// Where the pages of one CPU come from, one after the other.
package protocol PageSource: AnyObject {
  /// For `poll`: becomes readable when it is time to read; negative where there is nothing to wait
  /// for.
  var descriptor: Int32 { get }

  /// Writes the next page into `room`, which has a page's size.
  func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> PageArrival

  /// Lets go of where the pages come from; nothing is read any more.
  func close()
}

/// What a source gave.
package enum PageArrival: Sendable {
  case page
  /// There is none at this moment: all that has happened by now was read.
  case nothing
  /// There will be no more.
  case end
}
