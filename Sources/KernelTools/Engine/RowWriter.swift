package import ByteIO
import Reports

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
  /// Its width with `--wide`, which cuts nothing.
  package var wide: Int

  package init(
    _ title: String, _ name: String, width: Int = 0, isLeft: Bool = true, isCut: Bool = false,
    wide: Int? = nil
  ) {
    // Nobody is called by more than 15 bytes (include/linux/sched.h, TASK_COMM_LEN).
    self.wide = wide ?? (isCut ? max(width, 16) : width)
    self.title = title
    self.name = name
    self.width = width
    self.isLeft = isLeft
    self.isCut = isCut
  }
}

extension Column {
  /// As `--wide` has it.
  package var widened: Column {
    var column = self
    column.width = wide
    column.isCut = false
    return column
  }
}

extension ToolOption {
  /// For tools that cut names, or leave little room for addresses.
  static let wide = ToolOption("w", "wide", "Nothing is cut, and there is room for long values.")
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
  /// A column as rows need it, in plain memory.
  private struct Shape {
    var width: Int
    var isLeft: Bool
    var isCut: Bool
    var isLast: Bool
    /// What stands before the value.
    var before: UnsafeRawBufferPointer
  }

  package let columns: [Column]
  package let format: RowFormat
  package var sink = ByteSink(capacity: 1 << 16)
  private let isForTerminal: Bool
  /// Each table takes the place of the one before it on the screen.
  private let redraws: Bool
  /// Rows end with the calls that led to them.
  private let hasStacks: Bool
  /// Those of the next row, the innermost first.
  var stack: [String] = []
  /// Rows with such calls and without.
  private(set) var stackCounts = (known: 0, unknown: 0)
  private let shapes: UnsafeMutableBufferPointer<Shape>
  private var index = 0

  package init(
    _ columns: [Column], _ format: RowFormat, isForTerminal: Bool = false, redraws: Bool = false,
    hasStacks: Bool = false
  ) {
    self.columns = columns
    self.hasStacks = hasStacks
    self.format = format
    self.isForTerminal = isForTerminal
    self.redraws = redraws
    shapes = .allocate(capacity: columns.count)
    for (place, column) in columns.enumerated() {
      let before =
        switch format {
        case .text: place == 0 ? "" : " "
        case .csv: place == 0 ? "" : ","
        case .json: (place == 0 ? "{\"" : ",\"") + column.name + "\":"
        }
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: before.utf8.count, alignment: 1)
      bytes.copyBytes(from: before.utf8)
      shapes.initializeElement(
        at: place,
        to: Shape(
          width: column.width, isLeft: column.isLeft, isCut: column.isCut,
          isLast: place == columns.count - 1, before: UnsafeRawBufferPointer(bytes)))
    }
  }

  deinit {
    for shape in shapes { shape.before.deallocate() }
    shapes.deallocate()
  }

  /// The titles, or the names of a CSV table.
  package mutating func writeHead() {
    switch format {
    case .json: return
    case .csv:
      let names = columns.map(\.name) + (hasStacks ? ["stack"] : [])
      sink.append(names.joined(separator: ",") + "\n")
    case .text:
      for column in columns { add(column.title) }
      endLine()
    }
  }

  /// A table of an interval begins: on the screen in the place of the one before, otherwise below
  /// it. Programs get its rows alone.
  ///
  /// - Parameter title: a line above the titles; none where it is empty.
  package mutating func beginTable(_ title: String = "") {
    guard format == .text else { return }
    // Cursor to the first place, what is right of it and below it cleared (ECMA-48, CUP and ED).
    sink.append(redraws ? "\u{1b}[H\u{1b}[J" : "\n")
    if !title.isEmpty { sink.append(title + "\n") }
    if !columns.isEmpty { writeHead() }
  }

  /// A line for people alone: a banner, a blank line.
  package mutating func say(_ text: String) {
    if format == .text { sink.append(text + "\n") }
  }

  /// The same, of which a part is what a program calls something.
  mutating func sayNames(_ text: String) {
    guard format == .text else { return }
    // A tab at the front is ours.
    let rest = Array(text.utf8.drop { $0 == 0x09 })
    for _ in rest.count..<text.utf8.count { sink.append(0x09) }
    let isTame = rest.allSatisfy { $0 != 0x0a && ($0 >= 0x20 && $0 < 0x7f || !isForTerminal) }
    (isTame ? rest : TerminalSafety.shownInLine(rest)).withUnsafeBytes { sink.append($0) }
    sink.append(UInt8(ascii: "\n"))
  }

  /// The same with a name at its end, which may hold anything.
  mutating func say(_ text: String, name: String) {
    sayNames(text + name)
  }

  // MARK: Values

  package mutating func add(_ number: Int) {
    let shape = nextShape()
    let start = sink.count
    if format == .text, !shape.isLeft {
      // As many blanks as it lacks.
      pad(shape.width - Self.length(of: number))
    }
    sink.append(decimal: Int64(number))
    if format == .text { padLeft(shape, from: start) }
  }

  /// A number that people read as text: an errno, a signal.
  package mutating func add(_ number: Int, shown: @autoclosure () -> String) {
    if format == .text { add(shown()) } else { add(number) }
  }

  /// Two numbers with a comma between them, as devices are named: `259,0`.
  package mutating func add(pair first: Int, _ second: Int) {
    let shape = nextShape()
    let start = sink.count
    if format != .text { sink.append(UInt8(ascii: "\"")) }
    sink.append(decimal: Int64(first))
    sink.append(UInt8(ascii: ","))
    sink.append(decimal: Int64(second))
    if format == .text { padLeft(shape, from: start) } else { sink.append(UInt8(ascii: "\"")) }
  }

  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  package mutating func add(_ text: UnsafeRawBufferPointer) {
    let shape = nextShape()
    switch format {
    case .json:
      sink.append(UInt8(ascii: "\""))
      sink.append(json: text)
      sink.append(UInt8(ascii: "\""))
    case .csv: sink.append(csv: text)
    case .text:
      // A name with a line's end in it would be a row that nobody made.
      if text.contains(UInt8(ascii: "\n"))
        || isForTerminal && text.contains(where: { $0 < 0x20 || $0 >= 0x7f })
      {
        TerminalSafety.shownInLine(Array(text)).withUnsafeBytes { append($0, shape) }
      } else {
        append(text, shape)
      }
    }
  }

  /// A value that is not known.
  package mutating func addNothing(_ shown: String = "") {
    switch format {
    case .json:
      _ = nextShape()
      sink.append("null")
    case .csv: _ = nextShape()
    case .text: add(shown)
    }
  }

  /// Nanoseconds as a decimal fraction of a larger unit.
  ///
  /// - Parameters:
  ///   - unit: how many nanoseconds it has: 1,000,000,000 for seconds.
  ///   - digits: behind the point; what is cut off is rounded.
  package mutating func add(nanoseconds: UInt64, per unit: UInt64, digits: Int) {
    let shape = nextShape()
    let start = sink.count
    var scale: UInt64 = 1
    for _ in 0..<digits { scale *= 10 }
    // In parts, as the product with the scale may be larger than a word.
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: unit)
    let scaled = whole &* scale &+ (rest &* scale &+ unit / 2) / unit
    if format == .text, !shape.isLeft {
      pad(shape.width - digits - 1 - Self.length(of: Int(scaled / scale)))
    }
    sink.append(decimal: scaled / scale)
    if digits > 0 {
      sink.append(UInt8(ascii: "."))
      sink.append(decimal: scaled % scale, width: digits, fill: UInt8(ascii: "0"))
    }
    if format == .text { padLeft(shape, from: start) }
  }

  /// A number in tenths (or less), with its unit where people read it: `97.3%`.
  package mutating func add(decimal number: Int, digits: Int, unit: String) {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let rest = String(number % scale)
    let text =
      "\(number / scale)." + String(repeating: "0", count: max(0, digits - rest.utf8.count)) + rest
    if format == .text { return add(text + unit) }
    _ = nextShape()
    sink.append(text)
  }

  /// Values that were written before, and are written again as they stand there.
  struct Kept {
    fileprivate var bytes: [UInt8] = []
    fileprivate var first = 0
    fileprivate var count = 0
  }

  /// Adds values by `add`, and keeps their text.
  mutating func add(keeping kept: inout Kept, _ add: (inout RowWriter) -> Void) {
    let (start, first) = (sink.count, index)
    add(&self)
    kept.first = first
    kept.count = index - first
    kept.bytes.removeAll(keepingCapacity: true)
    kept.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: sink.bytes[start...]))
  }

  /// Adds the values that were kept last, at the same place of a row.
  mutating func add(again kept: borrowing Kept) {
    assert(kept.first == index, "values kept at another column")
    index += kept.count
    kept.bytes.withUnsafeBytes { sink.append($0) }
  }

  /// The row has all its values.
  package mutating func endRow() {
    if hasStacks { return endRowWithStack() }
    endLine()
  }

  @inline(__always) private mutating func endLine() {
    assert(index == columns.count, "\(index) values for \(columns.count) columns")
    index = 0
    if format == .json { sink.append(UInt8(ascii: "}")) }
    sink.append(UInt8(ascii: "\n"))
  }

  /// In JSON a list, in CSV one value, for people lines below the row.
  private mutating func endRowWithStack() {
    if stack.isEmpty { stackCounts.unknown += 1 } else { stackCounts.known += 1 }
    switch format {
    case .json:
      sink.append(",\"stack\":[")
      for (place, name) in stack.enumerated() {
        sink.append(place == 0 ? "\"" : ",\"")
        Array(name.utf8).withUnsafeBytes { sink.append(json: $0) }
        sink.append(UInt8(ascii: "\""))
      }
      sink.append(UInt8(ascii: "]"))
    case .csv:
      sink.append(UInt8(ascii: ","))
      Array(stack.joined(separator: ";").utf8).withUnsafeBytes { sink.append(csv: $0) }
    case .text: break
    }
    endLine()
    for name in stack { say("\t", name: name) }
  }

  // MARK: The way

  /// Writes what stands before the next value.
  private mutating func nextShape() -> Shape {
    let shape = shapes[min(index, shapes.count - 1)]
    index += 1
    sink.append(shape.before)
    return shape
  }

  private mutating func append(_ text: UnsafeRawBufferPointer, _ shape: Shape) {
    let start = sink.count
    let count = shape.isCut ? min(text.count, shape.width) : text.count
    if !shape.isLeft { pad(shape.width - count) }
    sink.append(UnsafeRawBufferPointer(rebasing: text[..<count]))
    padLeft(shape, from: start)
  }

  /// The blanks behind a value that stands on the left.
  private mutating func padLeft(_ shape: Shape, from start: Int) {
    if shape.isLeft, !shape.isLast { pad(shape.width - (sink.count - start)) }
  }

  private mutating func pad(_ count: Int) {
    sink.append(repeating: UInt8(ascii: " "), count: count)
  }

  private static func length(of number: Int) -> Int {
    Digits.decimalCount(UInt64(number.magnitude)) + (number < 0 ? 1 : 0)
  }
}
