package import ByteIO

/// A column of a tool's table.
package struct Column: Sendable {
  /// What stands above it.
  package var title: String
  /// What the value is called in JSON and CSV.
  package var name: String
  /// In characters; 0 for as long as it is. Longer values are not cut unless `isCut`.
  package var width: Int
  package var isLeft: Bool
  package var isCut: Bool

  package init(
    _ title: String, _ name: String, width: Int = 0, isLeft: Bool = true, isCut: Bool = false
  ) {
    self.title = title
    self.name = name
    self.width = width
    self.isLeft = isLeft
    self.isCut = isCut
  }
}

/// How a tool's rows are written.
package enum RowFormat: Sendable {
  case text, json, csv
}

/// Writes rows, a value a column, in the order of the columns.
///
/// In text, control characters of names are shown as `^[` where they go to a terminal: what a task
/// calls itself must not move the cursor.
package struct RowWriter: ~Copyable {
  package let columns: [Column]
  package let format: RowFormat
  package var sink = ByteSink(capacity: 1 << 16)
  private let isForTerminal: Bool
  private var index = 0

  package init(_ columns: [Column], _ format: RowFormat, isForTerminal: Bool = false) {
    self.columns = columns
    self.format = format
    self.isForTerminal = isForTerminal
  }

  /// The titles, or the names of a CSV table.
  package mutating func writeHead() {
    switch format {
    case .json: return
    case .csv: sink.append(columns.map(\.name).joined(separator: ",") + "\n")
    case .text:
      for (place, column) in columns.enumerated() {
        if place > 0 { sink.append(UInt8(ascii: " ")) }
        append(padded: Array(column.title.utf8), column, isLast: place == columns.count - 1)
      }
      sink.append(UInt8(ascii: "\n"))
    }
  }

  /// A line for people alone: a banner, a blank line.
  package mutating func say(_ text: String) {
    if format == .text { sink.append(text + "\n") }
  }

  // MARK: Values

  package mutating func add(_ number: Int) {
    let column = nextColumn()
    guard format == .text else { return sink.append(decimal: Int64(number)) }
    add(text: String(number), column)
  }

  /// A number that people read as text: an errno, a signal.
  package mutating func add(_ number: Int, shown: String) {
    if format == .text { add(shown) } else { add(number) }
  }

  package mutating func add(_ text: String) {
    let column = nextColumn()
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0), column) }
  }

  package mutating func add(_ text: UnsafeRawBufferPointer) { add(text, nextColumn()) }

  /// A value that is not known.
  package mutating func addNothing(_ shown: String = "") {
    let column = nextColumn()
    switch format {
    case .json: sink.append("null")
    case .csv: break
    case .text: add(text: shown, column)
    }
  }

  /// Nanoseconds as a decimal fraction of a larger unit.
  ///
  /// - Parameters:
  ///   - unit: how many nanoseconds it has: 1,000,000,000 for seconds.
  ///   - digits: behind the point; what is cut off is rounded.
  package mutating func add(nanoseconds: UInt64, per unit: UInt64, digits: Int) {
    let column = nextColumn()
    let start = sink.count
    var scale: UInt64 = 1
    for _ in 0..<digits { scale *= 10 }
    let (high, low) = nanoseconds.multipliedFullWidth(by: scale)
    let half = unit / 2
    let (sum, carry) = low.addingReportingOverflow(half)
    let scaled = unit.dividingFullWidth(((high &+ (carry ? 1 : 0)) % unit, sum)).quotient
    if format == .text {
      let whole = scaled / scale
      var length = digits + 1
      var rest = whole
      repeat {
        length += 1
        rest /= 10
      } while rest > 0
      let pad = max(0, column.width - length)
      if !column.isLeft { for _ in 0..<pad { sink.append(UInt8(ascii: " ")) } }
      appendFraction(scaled, scale, digits)
      if column.isLeft, index < columns.count {
        for _ in 0..<pad { sink.append(UInt8(ascii: " ")) }
      }
    } else {
      appendFraction(scaled, scale, digits)
    }
    assert(sink.count > start)
  }

  private mutating func appendFraction(_ scaled: UInt64, _ scale: UInt64, _ digits: Int) {
    sink.append(decimal: scaled / scale)
    guard digits > 0 else { return }
    sink.append(UInt8(ascii: "."))
    sink.append(decimal: scaled % scale, width: digits, fill: UInt8(ascii: "0"))
  }

  /// The row has all its values.
  package mutating func endRow() {
    assert(index == columns.count, "\(index) values for \(columns.count) columns")
    index = 0
    sink.append(format == .json ? "}\n" : "\n")
  }

  // MARK: The way

  /// Writes what stands before the next value.
  private mutating func nextColumn() -> Column {
    let column = columns[min(index, columns.count - 1)]
    switch format {
    case .text: if index > 0 { sink.append(UInt8(ascii: " ")) }
    case .csv: if index > 0 { sink.append(UInt8(ascii: ",")) }
    case .json:
      sink.append(index == 0 ? "{\"" : ",\"")
      sink.append(column.name)
      sink.append("\":")
    }
    index += 1
    return column
  }

  private mutating func add(_ text: UnsafeRawBufferPointer, _ column: Column) {
    switch format {
    case .json:
      sink.append(UInt8(ascii: "\""))
      sink.append(json: text)
      sink.append(UInt8(ascii: "\""))
    case .csv: sink.append(csv: text)
    case .text:
      if isForTerminal, text.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
        var shown: [UInt8] = []
        for byte in text {
          shown += byte < 0x20 || byte == 0x7f ? [UInt8(ascii: "^"), byte ^ 0x40] : [byte]
        }
        append(padded: shown, column, isLast: index == columns.count)
      } else {
        append(padded: text, column, isLast: index == columns.count)
      }
    }
  }

  private mutating func add(text: String, _ column: Column) {
    append(padded: Array(text.utf8), column, isLast: index == columns.count)
  }

  private mutating func append(
    padded text: some Collection<UInt8>, _ column: Column, isLast: Bool
  ) {
    let cut = column.isCut ? text.prefix(column.width) : text.prefix(text.count)
    let pad = max(0, column.width - cut.count)
    if !column.isLeft { for _ in 0..<pad { sink.append(UInt8(ascii: " ")) } }
    for byte in cut { sink.append(byte) }
    if column.isLeft, !isLast { for _ in 0..<pad { sink.append(UInt8(ascii: " ")) } }
  }
}
