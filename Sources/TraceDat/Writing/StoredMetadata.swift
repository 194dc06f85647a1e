import ByteIO
import RingBuffer

/// What a file says beside its pages, ready to be written into another one.
package struct StoredMetadata: Sendable {
  package var metadata: TraceMetadata
  package var late: LateMetadata
  /// What of it could not be read.
  package let problems: [TraceFileError]

  /// The size of a sub-buffer of the top-level buffer, in bytes; by `header_page`.
  package var subbufferSize: Int { (try? layout())?.pageSize ?? metadata.pageSize }

  /// How a page of the top-level buffer is laid out; by `header_page`.
  func layout() throws(PageLayoutError) -> PageLayout {
    let text = String(decoding: metadata.headerPage, as: UTF8.self)
    if let layout = try? PageLayout(headerPage: text, order: metadata.byteOrder) { return layout }
    return try .usual(
      order: metadata.byteOrder, longSize: metadata.longSize, pageSize: metadata.pageSize)
  }

  /// The clock that was in use, where it is known.
  package var clock: String? {
    metadata.options.first { $0.id == .traceClock }.flatMap {
      String(decoding: $0.data, as: UTF8.self).selectedWord
    }
  }

  /// What a kernel tells of itself.
  package init(_ metadata: TraceMetadata, late: LateMetadata) {
    self.metadata = metadata
    self.late = late
    problems = []
  }

  /// What a file tells.
  package init(of source: TraceFile) {
    let inventory = FileInventory(of: source)
    problems = source.problems.filter { $0.kind != .unfinished } + inventory.problems
    var metadata = TraceMetadata(
      pageSize: source.pageSize, cpuCount: source.cpuCount, headerPage: [], headerEvent: [])
    metadata.byteOrder = source.order
    metadata.longSize = source.longSize
    var late = LateMetadata()
    for entry in inventory.sections.joined() {
      let bytes = entry.bytes.withBytes { Array($0) }
      switch entry.part {
      case .headerPage: metadata.headerPage = bytes
      case .headerEvent: metadata.headerEvent = bytes
      case .kallsyms: metadata.kallsyms = bytes
      case .printkFormats: metadata.printkFormats = bytes
      case .savedCommandLines: late.commandLines = bytes
      case .ftraceFormats, .eventFormats: break
      }
    }
    source.eventFormats().forEach { system, text in
      if system == "ftrace" {
        metadata.ftraceFormats.append(Array(text))
      } else if metadata.eventSystems.last?.name == system {
        metadata.eventSystems[metadata.eventSystems.count - 1].formats.append(Array(text))
      } else {
        metadata.eventSystems.append(.init(name: system, formats: [Array(text)]))
      }
    }
    metadata.options = source.options.filter { !Self.isRewritten($0.id) }
    self.metadata = metadata
    self.late = late
  }

  /// Whether an option describes the file itself, so that the writer makes it anew.
  private static func isRewritten(_ id: TraceOption.ID) -> Bool {
    switch id {
    case .buffer, .bufferText, .cpuCount, .headerInfo, .ftraceFormats, .eventFormats, .kallsyms,
      .printkFormats, .savedCommandLines, .recordingLayout, .spareOptions, .done:
      true
    default: false
    }
  }
}
