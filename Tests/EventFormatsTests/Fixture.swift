import ByteIO
import CZstd
import EventFormats

/// Files under `Fixtures`; its README says what is in them.
enum Fixture {
  struct FormatText {
    var system: String
    var text: String
  }

  /// The text of a compressed fixture.
  static func text(_ name: String, of file: StaticString = #filePath) throws -> String {
    let folder = String(describing: file).split(separator: "/").dropLast().joined(separator: "/")
    let mapped = try MappedFile(path: "/\(folder)/Fixtures/\(name)")
    let capacity = Int(ZSTD_getFrameContentSize(mapped.bytes.baseAddress, mapped.count))
    var length = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      length = ZSTD_decompress(
        buffer.baseAddress, capacity, mapped.bytes.baseAddress, mapped.count)
      count = ZSTD_isError(length) == 0 ? length : 0
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// All formats of a kernel.
  static func formats(_ kernel: String) throws -> [FormatText] {
    var formats: [FormatText] = []
    var system = ""
    var lines: [Substring] = []
    func close() {
      if !lines.isEmpty {
        formats.append(FormatText(system: system, text: lines.joined(separator: "\n") + "\n"))
      }
      lines = []
    }
    let all = try text("formats-\(kernel).zst")
    for line in all.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("=== ") {
        close()
        system = String(line.dropFirst(4).prefix { $0 != "/" })
      } else {
        lines.append(line)
      }
    }
    close()
    return formats
  }

  /// A catalog of all events of a kernel.
  static func catalog(
    _ kernel: String, symbols: String = "", printk: String = "", byteOrder: ByteOrder = .host,
    longSize: Int = 8
  ) throws -> EventCatalog {
    var builder = EventCatalogBuilder(longSize: longSize, byteOrder: byteOrder)
    for format in try formats(kernel) { builder.add(format: format.text, system: format.system) }
    builder.symbols = SymbolTable(text: symbols)
    var printk = printk
    printk.withUTF8 { builder.setPrintkFormats(UnsafeRawBufferPointer($0)) }
    return builder.build()
  }
}
