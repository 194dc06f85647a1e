public import ByteIO

/// Where things lie in a page of one kernel's ring buffer.
///
/// A page (since Linux 6.8 also called a sub-buffer, and then of any power-of-two size) is what the
/// kernel hands out through `per_cpu/cpuN/trace_pipe_raw`:
///
///     0            8             data offset              data offset + committed
///     ┌────────────┬─────────────┬──────────────────────────┬──────────────┬───────────┐
///     │ time (ns)  │ commit word │ events …                 │ lost count?  │ unused    │
///     └────────────┴─────────────┴──────────────────────────┴──────────────┴───────────┘
///
/// The commit word is as wide as the kernel's `long`. Source: `events/header_page` and
/// `struct buffer_data_page` in kernel/trace/ring_buffer.c.
@frozen public struct PageLayout: Equatable, Sendable {
  public let order: ByteOrder
  /// The size of the kernel's `long` in bytes: 4 or 8.
  public let longSize: Int
  /// The size of a page in bytes, its header included.
  public let pageSize: Int
  /// The offset of the commit word.
  public let commitOffset: Int
  /// The offset of the first event.
  public let dataOffset: Int

  /// Throws where the numbers do not make a page.
  public init(
    order: ByteOrder, longSize: Int, pageSize: Int, commitOffset: Int = 8, dataOffset: Int
  ) throws(PageLayoutError) {
    guard longSize == 4 || longSize == 8 else {
      throw PageLayoutError(what: "the commit word is \(longSize) bytes wide, not 4 or 8")
    }
    guard commitOffset >= 8, dataOffset >= commitOffset + longSize, dataOffset < pageSize,
      pageSize <= 1 << 27
    else {
      throw PageLayoutError(
        what: "a page of \(pageSize) bytes with data at \(dataOffset) is not possible")
    }
    self.order = order
    self.longSize = longSize
    self.pageSize = pageSize
    self.commitOffset = commitOffset
    self.dataOffset = dataOffset
  }

  /// Reads the text of `events/header_page`.
  ///
  /// - Parameter pageSize: the size from elsewhere (a file's BUFFER option); else the data's offset
  ///   and size from the text are added up.
  public init(
    headerPage text: String, order: ByteOrder, pageSize: Int? = nil
  ) throws(PageLayoutError) {
    guard let commit = Self.field("commit", in: text) else {
      throw PageLayoutError(what: "header_page has no field \"commit\"")
    }
    guard let data = Self.field("data", in: text) else {
      throw PageLayoutError(what: "header_page has no field \"data\"")
    }
    try self.init(
      order: order, longSize: commit.size, pageSize: pageSize ?? data.offset + data.size,
      commitOffset: commit.offset, dataOffset: data.offset)
  }

  /// The layout of every 64-bit (or 32-bit) kernel so far, for files without a header_page.
  public static func usual(
    order: ByteOrder, longSize: Int, pageSize: Int
  ) throws(PageLayoutError) -> PageLayout {
    try PageLayout(
      order: order, longSize: longSize, pageSize: pageSize, dataOffset: longSize == 4 ? 12 : 16)
  }

  /// The same pages in another size.
  public func with(pageSize: Int) throws(PageLayoutError) -> PageLayout {
    try PageLayout(
      order: order, longSize: longSize, pageSize: pageSize, commitOffset: commitOffset,
      dataOffset: dataOffset)
  }

  /// Finds `field: local_t commit;\toffset:8;\tsize:8;\tsigned:1;`.
  private static func field(_ name: String, in text: String) -> (offset: Int, size: Int)? {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ";").map { $0.drop { $0 == "\t" || $0 == " " } }
      guard parts.count >= 3, parts[0].hasPrefix("field:"), parts[0].hasSuffix(" \(name)"),
        parts[1].hasPrefix("offset:"), parts[2].hasPrefix("size:"),
        let offset = Int(parts[1].dropFirst(7)), let size = Int(parts[2].dropFirst(5)),
        (0...1 << 27).contains(offset), (0...1 << 27).contains(size)
      else { continue }
      return (offset, size)
    }
    return nil
  }
}

/// Numbers from which no page can be made.
public struct PageLayoutError: ExplainedError, Equatable {
  public var what: String
  public var message: String { "the ring buffer's page layout cannot be used: \(what)" }
}
