import ByteIO
import RingBuffer

/// What is found while a file is opened; `TraceFile` keeps the result.
///
/// What both versions share is here; `TraceFileContents+Version6` and `+Version7` walk the file.
struct TraceFileContents {
  let head: TraceFileHead
  let mapped: MappedFile
  let memory: MemoryBudget
  var options: [TraceOption] = []
  var buffers: [TraceBuffer] = []
  var sections: [Section] = []
  var problems: [TraceFileError] = []
  var cpuCount = 0
  var headerPage: String?
  var optionLists: [OptionList] = []
  var tables: [PageTable] = []
  /// Where the sections begin that hold the pages or the text of a buffer; version 7 only.
  var listedSections: Set<Int> = []
  /// Whether the recording goes on, or was not brought to its end.
  var isUnfinished = false
  /// Whether its pages are being brought together at this moment.
  var isBeingFinished = false
  /// Where all pages of an unfinished recording are.
  var pagesFiles: [PagesFile] = []
  /// How many bytes of pages the tables read so far have claimed.
  private var claimed = 0

  init(head: TraceFileHead, mapped: MappedFile) {
    self.head = head
    self.mapped = mapped
    memory = MemoryBudget(fileSize: mapped.count)
  }

  /// The whole bytes of a section, unpacked if it is packed.
  func content(of section: Section) throws(TraceFileError) -> SectionBytes {
    try section.content(
      in: mapped, compression: head.compression, order: head.order, memory: memory)
  }

  /// Lets `body` read the file from `offset` on; what stops it becomes a problem.
  ///
  /// - Parameter part: what is read, in a person's words; wanted where something is amiss.
  /// - Returns: whether it got through.
  @discardableResult
  mutating func read(
    _ part: @autoclosure () -> String, at offset: Int,
    _ body: (inout TraceFileContents, inout ByteCursor) throws -> Void
  ) -> Bool {
    let mapped = self.mapped
    return mapped.withBytes { bytes in
      var cursor = ByteCursor(bytes, order: head.order)
      do {
        try cursor.seek(to: offset)
        try body(&self, &cursor)
        return true
      } catch let error as ByteCursorError {
        note(part(), offset, .truncated(error))
      } catch let error as TraceFileError {
        note(error)
      } catch {
        note(part(), offset, .invalid("\(error)"))
      }
      return false
    }
  }

  mutating func note(_ part: String, _ offset: Int, _ kind: TraceFileError.Kind) {
    note(TraceFileError(path: mapped.path, part: part, offset: offset, kind))
  }

  /// Keeps a problem, unless there are very many already.
  mutating func note(_ problem: TraceFileError) {
    if problems.count < Self.problemLimit { problems.append(problem) }
  }

  private static let problemLimit = 1000

  /// Reads `header_page` NUL, size, text: the head of both versions' first section.
  mutating func readHeaderPage(_ cursor: inout ByteCursor) throws {
    let start = cursor.offset
    guard try cursor.readString() == "header_page" else {
      throw TraceFileError(
        path: mapped.path, part: "header_page", offset: start,
        .invalid("expected the word \"header_page\""))
    }
    headerPage = String(bytes: try cursor.take(Int(clamping: try cursor.read(UInt64.self))))
  }

  /// The size of the top-level buffer's pages as `header_page` describes them.
  var kernelPageSize: Int? {
    guard let headerPage else { return nil }
    return try? PageLayout(headerPage: headerPage, order: head.order).pageSize
  }

  /// The page layout of the top-level buffer, from `header_page` where that was readable; the one
  /// that kernels have always had where it makes no sense.
  mutating func pageLayout() throws(TraceFileError) -> PageLayout {
    let size = buffers.first { $0.name.isEmpty }?.pageSize ?? buffers.first?.pageSize
    if let headerPage, !headerPage.isEmpty {
      do {
        return try PageLayout(headerPage: headerPage, order: head.order, pageSize: size)
      } catch {
        note("header_page", head.end, .invalid(error.what))
      }
    }
    do {
      return try .usual(
        order: head.order, longSize: head.longSize, pageSize: size ?? head.pageSize)
    } catch {
      throw TraceFileError(
        path: mapped.path, part: "header_page", offset: head.end, .invalid(error.what))
    }
  }

  /// Lets go of all options and of what they named, to read others in their place.
  mutating func forgetOptions() {
    options = []
    optionLists = []
    buffers = []
    listedSections = []
    claimed = 0
    cpuCount = 0
  }

  /// Keeps of each CPU's pages what lies in the file; the rest becomes a problem.
  mutating func clipped(_ cpus: [TraceBuffer.CPUData], of buffer: String) -> [TraceBuffer.CPUData] {
    cpus.compactMap { clipped($0, part: "pages of \(buffer)CPU \($0.cpu)") }
  }

  mutating func clipped(
    _ data: TraceBuffer.CPUData, part: String
  ) -> TraceBuffer.CPUData? {
    guard data.size > 0 else { return nil }
    let available = data.offset >= head.end ? max(0, mapped.count - data.offset) : 0
    var kept = data
    if data.size > available {
      note(
        part, data.offset,
        .truncated(ByteCursorError(offset: data.offset, needed: data.size, available: available)))
      kept.size = available
    }
    guard kept.size > 0 else { return nil }
    // Else a small file could send its readers over the same pages any number of times.
    guard kept.size <= mapped.count - claimed else {
      note(part, data.offset, .invalid("these \(kept.size) bytes are other CPUs' pages too"))
      return nil
    }
    claimed += kept.size
    return kept
  }
}
