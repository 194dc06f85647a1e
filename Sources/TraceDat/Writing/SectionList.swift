import ByteIO

/// Sections of a version 7 file, one after the other, as they will lie in the file.
struct SectionList: ~Copyable {
  /// The sections' ids (trace-cmd.dat.v7(5), "SECTIONS").
  enum ID: UInt16 {
    case options = 0
    case pages = 3
    case strings = 15
    case headerInfo = 16
    case ftraceFormats = 17
    case eventFormats = 18
    case kallsyms = 19
    case printkFormats = 20
    case savedCommandLines = 21
  }

  static let headerSize: Int64 = 16

  private(set) var sink = ByteSink()
  private let start: Int64
  private let order: ByteOrder
  private let compressor: Compressor

  /// Begins a list whose first section will lie at `start` bytes of the file.
  init(at start: Int64, order: ByteOrder, compression: Compression) throws(CompressionError) {
    self.start = start
    self.order = order
    compressor = try Compressor(compression)
  }

  /// Where the next section will lie, in bytes from the start of the file.
  var end: Int64 { start + Int64(sink.count) }

  /// Adds a section, compressed as the file is, and returns where it lies.
  mutating func append(
    _ id: ID, named name: UInt32, _ fill: (inout ByteSink) -> Void
  ) throws(CompressionError) -> Int64 {
    var body = ByteSink()
    fill(&body)
    guard compressor.compression != .none else { return appendPlain(id, named: name, body.bytes) }
    let position = end
    let packed = try compressor.compressed(body.bytes)
    Self.appendHeader(
      id, isCompressed: true, named: name, size: Int64(packed.count) + 8, order, to: &sink)
    sink.append(number: UInt32(truncatingIfNeeded: packed.count), order)
    sink.append(number: UInt32(truncatingIfNeeded: body.count), order)
    sink.append(bytes: packed)
    return position
  }

  /// Adds a section of options, which is never compressed, and returns where it lies.
  mutating func append(options: [TraceOption], named name: UInt32) -> Int64 {
    var body = ByteSink()
    for option in options { Self.append(option, order, to: &body) }
    Self.append(TraceOption(.done, [UInt8](repeating: 0, count: 8)), order, to: &body)
    return appendPlain(.options, named: name, body.bytes)
  }

  /// Adds the header of a section of pages that is not compressed.
  mutating func appendPagesHeader(named name: UInt32, size: Int64) {
    Self.appendHeader(.pages, isCompressed: false, named: name, size: size, order, to: &sink)
  }

  /// Appends an option as both versions of the file hold it.
  static func append(_ option: TraceOption, _ order: ByteOrder, to sink: inout ByteSink) {
    sink.append(number: option.id.rawValue, order)
    sink.append(number: UInt32(truncatingIfNeeded: option.data.count), order)
    sink.append(bytes: option.data)
  }

  private mutating func appendPlain(
    _ id: ID, named name: UInt32, _ body: UnsafeRawBufferPointer
  ) -> Int64 {
    let position = end
    Self.appendHeader(
      id, isCompressed: false, named: name, size: Int64(body.count), order, to: &sink)
    sink.append(body)
    return position
  }

  /// Appends the header that every section begins with.
  static func appendHeader(
    _ id: ID, isCompressed: Bool, named name: UInt32, size: Int64, _ order: ByteOrder,
    to sink: inout ByteSink
  ) {
    sink.append(number: id.rawValue, order)
    sink.append(number: UInt16(isCompressed ? 1 : 0), order)
    sink.append(number: name, order)
    sink.append(number: size, order)
  }
}

/// The names of the sections, which stand in a section of their own and are referred to by offset.
struct SectionNames {
  private(set) var text: [UInt8] = []

  mutating func add(_ name: String) -> UInt32 {
    let offset = UInt32(truncatingIfNeeded: text.count)
    text += Array(name.utf8) + [0]
    return offset
  }
}
