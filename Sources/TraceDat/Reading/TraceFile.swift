package import ByteIO
package import RingBuffer

/// An opened trace.dat: what it holds and where.
///
/// Opening reads the head, the options and the tables. The large texts (kallsyms above all) stay
/// in the mapped file until somebody asks for them, and pages until a cursor walks them.
///
/// A file that is damaged behind its head opens all the same: `problems` says what could not be
/// read, and the rest is there.
///
/// Source: trace-cmd.dat.v6(5), trace-cmd.dat.v7(5).
package final class TraceFile: Sendable {
  package let path: String
  /// 6 or 7.
  package let version: Int
  package let order: ByteOrder
  /// The size of user space's `long` on the recorded machine, in bytes.
  package let longSize: Int
  /// The size of a page of memory there; what a buffer's pages measure is in `TraceBuffer`.
  package let pageSize: Int
  package let compression: Compression
  /// The compressor's name and version as the head gives them; version 7 only.
  package let compressor: (name: String, version: String)?
  /// How a page of the top-level buffer is laid out.
  package let layout: PageLayout
  /// How many CPUs the recorded machine has.
  package let cpuCount: Int
  package let options: [TraceOption]
  package let buffers: [TraceBuffer]
  /// Whether its recording goes on, or was not brought to its end; it then has what was written by
  /// the time it was opened.
  package let isUnfinished: Bool
  /// Whether its pages are being brought together at this moment, or were when it was left.
  package let isBeingFinished: Bool
  /// Where all pages of an unfinished recording are: in this file, or in others, whose paths are as
  /// the recording tells them.
  package let pagesFiles: [PagesFile]
  /// What could not be read, in the order in which it was met.
  package let problems: [TraceFileError]

  /// The lists that the options stand in: one at most in version 6, one a section in version 7.
  package let optionLists: [OptionList]
  /// The tables of pages that stand one behind the other, beginning with the top-level buffer's;
  /// version 6 only.
  package let tables: [PageTable]

  let mapped: MappedFile
  /// In bytes, when it was opened.
  package var size: Int { mapped.count }
  /// What its unpacked parts may take.
  let memory: MemoryBudget
  let unpacked = UnpackedChunks()
  let sections: [Section]
  /// Where the head ends, in bytes from the start of the file; in version 7 a section is there.
  let firstSection: Int

  /// Opens the file at `path`.
  package convenience init(path: String) throws(TraceFileError) {
    do {
      try self.init(mapped: MappedFile(path: path))
    } catch let error as SystemError {
      throw TraceFileError(path: path, part: "file", offset: 0, .system(error))
    } catch let error as TraceFileError {
      throw error
    } catch {
      throw TraceFileError(path: path, part: "file", offset: 0, .invalid("\(error)"))
    }
  }

  package convenience init(mapped: MappedFile) throws(TraceFileError) {
    try self.init(mapped: mapped, live: nil)
  }

  /// - Parameter live: buffers in memory, in place of those in the file.
  init(mapped: MappedFile, live: [TraceBuffer]?) throws(TraceFileError) {
    let head = try TraceFileHead(mapped)
    var contents = TraceFileContents(head: head, mapped: mapped)
    if head.version == 6 { contents.readVersion6() } else { contents.readVersion7() }
    contents.readRecordingLayout()
    path = mapped.path
    version = head.version
    order = head.order
    longSize = head.longSize
    pageSize = head.pageSize
    compression = head.compression
    compressor = head.compressor
    layout = try contents.pageLayout()
    cpuCount = contents.cpuCount
    options = contents.options
    buffers = live ?? contents.buffers
    sections = contents.sections
    firstSection = head.end
    problems = contents.problems
    optionLists = contents.optionLists
    tables = contents.tables
    isUnfinished = contents.isUnfinished
    isBeingFinished = contents.isBeingFinished
    pagesFiles = contents.pagesFiles
    self.mapped = mapped
    memory = contents.memory
  }

  /// What of the file has gone away since it was opened, as far as it was wanted.
  package var cutOff: TraceFileError? {
    mapped.firstLostByte.map { error("file", $0, .cutOff) }
  }

  /// The data of the first option of a kind.
  package func option(_ id: TraceOption.ID) -> TraceOption? { options.first { $0.id == id } }

  /// The texts that the file holds beside its pages.
  package enum Text: Sendable { case kallsyms, printkFormats, savedCommandLines }

  /// The bytes of one of the large texts, unpacked if need be; empty where the file has none.
  package func text(_ which: Text) throws(TraceFileError) -> SectionBytes {
    let kind: Section.Kind =
      switch which {
      case .kallsyms: .kallsyms
      case .printkFormats: .printkFormats
      case .savedCommandLines: .savedCommandLines
      }
    guard let section = sections.last(where: { $0.kind == kind }) else { return .empty }
    return try content(of: section).text(sizedBy: kind == .savedCommandLines ? 8 : 4, in: self)
  }

  /// Hands over every event format text: the system's name (`ftrace` for the tracers' own) and the
  /// bytes, which stay good while the file is open and `keep` is kept.
  package func eventFormats() -> EventFormatTexts {
    EventFormatTexts(of: self)
  }

  /// The whole bytes of a section, unpacked if it is packed.
  func content(of section: Section) throws(TraceFileError) -> SectionBytes {
    try section.content(in: mapped, compression: compression, order: order, memory: memory)
  }

  func error(_ part: String, _ offset: Int, _ kind: TraceFileError.Kind) -> TraceFileError {
    TraceFileError(path: path, part: part, offset: offset, kind)
  }
}
