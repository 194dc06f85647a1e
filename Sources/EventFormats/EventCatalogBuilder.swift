package import ByteIO

/// Collects what an `EventCatalog` is made of.
package struct EventCatalogBuilder {
  /// The size of the traced kernel's `long` in bytes: 4 or 8.
  package var longSize: Int
  package var byteOrder: ByteOrder
  /// The kernel's symbols; without them addresses print as numbers.
  package var symbols = SymbolTable()
  /// The events that print as their own print format says, though there is a handler.
  package var withoutHandler = EventChoice.none
  /// The events that print as ` name=value` for each field.
  package var rawFields = EventChoice.none
  package var handlerOptions = HandlerOptions()
  /// Whose text the events have.
  package var generation = TextGeneration.version3_1
  var printkFormats: [UInt8] = []
  var texts: [UInt8] = []
  var events: [CatalogEntry] = []
  /// Formats that were left out, for want of a name or an id.
  package private(set) var problems: [EventFormatError] = []

  package init(longSize: Int = 8, byteOrder: ByteOrder = .host) {
    self.longSize = longSize == 4 ? 4 : 8
    self.byteOrder = byteOrder
  }

  /// Adds the text of an event's `format` file. The bytes are copied.
  ///
  /// Only the name and the id are looked at now. Without them, the format is left out and a problem
  /// is noted.
  package mutating func add(format: UnsafeRawBufferPointer, system: String) {
    guard let name = Self.line(format, "name:"), let idRange = Self.line(format, "ID:"),
      let id = Int(String(decoding: format[idRange], as: UTF8.self)), id >= 0, !name.isEmpty
    else {
      let title = Self.line(format, "name:").map { String(decoding: format[$0], as: UTF8.self) }
      problems.append(
        EventFormatError(
          event: "\(system)/\(title ?? "?")", line: 1,
          problem: "expected a line \"name: …\" and a line \"ID: …\" with a number"))
      return
    }
    let systemStart = texts.count
    texts += system.utf8
    let start = texts.count
    texts += format
    events.append(
      CatalogEntry(
        id: id, system: systemStart..<start,
        name: start + name.lowerBound..<start + name.upperBound, text: start..<texts.count))
  }

  /// Adds the text of an event's `format` file.
  package mutating func add(format: String, system: String) {
    var format = format
    format.withUTF8 { add(format: UnsafeRawBufferPointer($0), system: system) }
  }

  /// Sets the text of the kernel's `printk_formats`. The bytes are copied.
  package mutating func setPrintkFormats(_ text: UnsafeRawBufferPointer) {
    printkFormats = Array(text)
  }

  /// Makes the catalog.
  package consuming func build() -> EventCatalog {
    addBlockTrace()
    return EventCatalog(self)
  }

  /// The trimmed value of the first line that starts with a keyword, among the first lines.
  private static func line(_ text: UnsafeRawBufferPointer, _ keyword: StaticString) -> Range<Int>? {
    var start = 0
    var lines = 0
    while start < text.count, lines < 8 {
      let end = text[start...].firstIndex(of: 0x0a) ?? text.count
      if text.hasBytes(of: keyword, at: start) {
        var from = start + keyword.utf8CodeUnitCount
        var to = end
        while from < to, text[from].isBlank { from += 1 }
        while to > from, text[to - 1].isBlank { to -= 1 }
        return from..<to
      }
      start = end + 1
      lines += 1
    }
    return nil
  }
}
