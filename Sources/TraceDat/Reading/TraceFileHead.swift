import ByteIO

/// The first bytes of a file: all that is needed to make sense of the rest.
struct TraceFileHead {
  static let magic: [UInt8] = [0x17, 0x08, 0x44] + Array("tracing".utf8)

  var version: Int
  var order: ByteOrder
  var longSize: Int
  var pageSize: Int
  var compression: Compression = .none
  var compressor: (name: String, version: String)?
  /// Version 7: where the first options section is.
  var firstOptions = 0
  /// Where the head ends.
  var end: Int

  init(_ mapped: MappedFile) throws(TraceFileError) {
    func error(_ kind: TraceFileError.Kind) -> TraceFileError {
      TraceFileError(path: mapped.path, part: "head", offset: 0, kind)
    }
    guard mapped.count > 0 else { throw error(.empty) }
    guard mapped.bytes.starts(with: Self.magic) else { throw error(.foreign) }
    let parsed: Result<TraceFileHead, TraceFileError> = mapped.withBytes { bytes in
      var cursor = ByteCursor(bytes)
      do throws(ByteCursorError) {
        try cursor.skip(Self.magic.count)
        let version = try cursor.readString()
        guard let number = Int(version), number == 6 || number == 7 else {
          return .failure(error(.version(String(version.prefix(16)))))
        }
        guard let order = ByteOrder(rawValue: try cursor.read(UInt8.self)) else {
          return .failure(error(.invalid("the byte order is neither 0 nor 1")))
        }
        cursor.order = order
        let longSize = Int(try cursor.read(UInt8.self))
        guard longSize == 4 || longSize == 8 else {
          return .failure(error(.invalid("a long of \(longSize) bytes, expected 4 or 8")))
        }
        var head = TraceFileHead(
          version: number, order: order, longSize: longSize,
          pageSize: Int(try cursor.read(UInt32.self)), end: 0)
        if number == 7 {
          let name = try cursor.readString()
          head.compressor = (name, try cursor.readString())
          guard let known = Compression(rawValue: name) else {
            return .failure(
              error(.invalid("compression \"\(name.prefix(16))\" is not one of none, zlib, zstd")))
          }
          head.compression = known
          head.firstOptions = Int(clamping: try cursor.read(UInt64.self))
        }
        head.end = cursor.offset
        return .success(head)
      } catch let failure {
        return .failure(error(.truncated(failure)))
      }
    }
    self = try parsed.get()
  }

  private init(version: Int, order: ByteOrder, longSize: Int, pageSize: Int, end: Int) {
    self.version = version
    self.order = order
    self.longSize = longSize
    self.pageSize = pageSize
    self.end = end
  }
}
