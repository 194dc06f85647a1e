package import ByteIO
import Reports

extension ToolOption {
  /// For tools that cut names, or leave little room for addresses.
  static let wide = ToolOption("w", "wide", "Nothing is cut, and there is room for long values.")
}

/// How a tool's rows are written.
package enum RowFormat: Sendable {
  case text, json, csv
}

/// Writes rows, a value a column, in the order of the columns. A value without a column ends the program.
///
/// Control characters of names are shown as `^[` in text and in CSV where they go to a terminal: what a
/// task calls itself must not move the cursor. JSON has words of its own for them.
package struct RowWriter: ~Copyable {
  /// A column as rows need it, in plain memory.
  private struct Shape {
    /// What stands before the value.
    var before: PaddedText
    /// How many characters a value has at least; 0 where nothing is filled up.
    var width: Int
    /// How many of a text are shown.
    var most: Int
    var isLeft: Bool
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
  private let shapes: UnsafeMutablePointer<Shape>
  private let columnCount: Int
  private var index = 0
  /// Text was handed over: what stands in `sink` is not the first.
  private var hasFlushed = false

  package init(
    _ columns: [Column], _ format: RowFormat, isForTerminal: Bool = false, redraws: Bool = false,
    hasStacks: Bool = false
  ) {
    self.columns = columns
    self.hasStacks = hasStacks
    self.format = format
    self.isForTerminal = isForTerminal
    self.redraws = redraws
    columnCount = columns.count
    shapes = .allocate(capacity: columns.count)
    for (place, column) in columns.enumerated() {
      let before =
        switch format {
        case .text: place == 0 ? "" : " "
        case .csv: place == 0 ? "" : ","
        case .json: (place == 0 ? "{\"" : ",\"") + column.name + "\":"
        }
      // Nothing is filled up for programs, nor behind the last value of a line.
      let isFilled = format == .text && !(column.isLeft && place == columns.count - 1)
      (shapes + place).initialize(
        to: Shape(
          before: Array(before.utf8).withUnsafeBytes { PaddedText(copying: $0) },
          width: isFilled ? column.width : 0,
          most: format == .text && column.isCut ? column.width : .max, isLeft: column.isLeft))
    }
  }

  deinit {
    for place in columns.indices { shapes[place].before.deallocate() }
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
    if redraws { sink.append("\u{1b}[H\u{1b}[J") } else { separate() }
    if !title.isEmpty { sink.append(title + "\n") }
    if !columns.isEmpty { writeHead() }
  }

  /// A blank line for people, between what stands above and what comes.
  package mutating func separate() {
    if format == .text, hasFlushed || sink.count > 0 { sink.append("\n") }
  }

  /// What has come together was handed over.
  mutating func removeText() {
    sink.removeAll()
    hasFlushed = true
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
    if _fastPath(UInt(bitPattern: number) < 100_000_000) {
      let (text, count) = Digits.short(UInt32(truncatingIfNeeded: number))
      return addValue(count) { target in
        target.storeBytes(of: text.littleEndian, as: UInt64.self)
      }
    }
    let digits = Digits.decimalCount(UInt64(number.magnitude))
    let isNegative = number < 0
    addValue(digits + (isNegative ? 1 : 0)) { target in
      if isNegative { target.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self) }
      let end = target + digits + (isNegative ? 1 : 0)
      Digits.writeDecimal(UInt64(number.magnitude), endingAt: end)
    }
  }

  package mutating func add(_ number: UInt64) { add(parts: number, digits: 0) }

  /// A number that people read as text: an errno, a signal.
  package mutating func add(_ number: Int, shown: @autoclosure () -> String) {
    if format == .text { add(shown()) } else { add(number) }
  }

  /// Two numbers above 0 with a comma between them, as devices are named: `259,0`.
  package mutating func add(pair first: Int, _ second: Int) {
    // A cell with a comma is in quotes.
    let quote = format == .text ? 0 : 1
    let (before, behind) = (UInt64(first.magnitude), UInt64(second.magnitude))
    let middle = quote + Digits.decimalCount(before)
    let end = middle + 1 + Digits.decimalCount(behind)
    addValue(end + quote) { target in
      if quote > 0 {
        target.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
        target.storeBytes(of: UInt8(ascii: "\""), toByteOffset: end, as: UInt8.self)
      }
      Digits.writeDecimal(before, endingAt: target + middle)
      target.storeBytes(of: UInt8(ascii: ","), toByteOffset: middle, as: UInt8.self)
      Digits.writeDecimal(behind, endingAt: target + end)
    }
  }

  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  package mutating func add(_ text: UnsafeRawBufferPointer) {
    switch format {
    case .json:
      addBefore()
      sink.append(UInt8(ascii: "\""))
      sink.append(json: text)
      sink.append(UInt8(ascii: "\""))
    case .csv:
      addBefore()
      append(csv: text)
    case .text:
      // A name with a line's end in it would be a row that nobody made.
      if text.contains(UInt8(ascii: "\n")) || mayMoveCursor(text) {
        TerminalSafety.shownInLine(Array(text)).withUnsafeBytes { addShown($0) }
      } else {
        addShown(text)
      }
    }
  }

  /// A program gets a name's bytes as they are, in quotes where it takes that.
  private mutating func append(csv text: UnsafeRawBufferPointer) {
    guard mayMoveCursor(text) else { return sink.append(csv: text) }
    TerminalSafety.shownInLine(Array(text)).withUnsafeBytes { sink.append(csv: $0) }
  }

  private func mayMoveCursor(_ text: UnsafeRawBufferPointer) -> Bool {
    isForTerminal && text.contains { $0 < 0x20 || $0 >= 0x7f }
  }

  /// A value that is not known.
  package mutating func addNothing(_ shown: String = "") {
    switch format {
    case .json:
      addBefore()
      sink.append("null")
    case .csv: addBefore()
    case .text: add(shown)
    }
  }

  /// Nanoseconds as a decimal fraction of a larger unit.
  ///
  /// - Parameters:
  ///   - unit: how many nanoseconds it has: 1,000,000,000 for seconds.
  ///   - digits: behind the point, as many as leave nanoseconds whole; what is cut off is rounded.
  @inline(__always)
  package mutating func add(nanoseconds: UInt64, per unit: UInt64, digits: Int) {
    // Both are constants where this is called, so that one division by a constant is all.
    var part = unit
    for _ in 0..<digits { part /= 10 }
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: part)
    add(parts: whole &+ (rest >= part - part / 2 ? 1 : 0), digits: digits)
  }

  /// Tenths or hundredths, and so on, as a decimal fraction.
  private mutating func add(parts: UInt64, digits: Int) {
    if parts < 100_000_000, digits > 0, digits < 8 {
      let (text, count) = Digits.short(UInt32(truncatingIfNeeded: parts), least: digits + 1)
      return addValue(count + 1) { target in
        let whole = count &- digits
        target.storeBytes(of: text.littleEndian, as: UInt64.self)
        let point = target + whole
        point.storeBytes(of: UInt8(ascii: "."), as: UInt8.self)
        let fraction = Digits.dropping(whole, of: text)
        (point + 1).storeBytes(of: fraction.littleEndian, as: UInt64.self)
      }
    }
    let known = Digits.decimalCount(parts)
    // One before the point at least.
    let count = max(known, digits + 1)
    addValue(count + (digits > 0 ? 1 : 0)) { target in
      for place in 0..<(count - known) {
        target.storeBytes(of: UInt8(ascii: "0"), toByteOffset: place, as: UInt8.self)
      }
      Digits.writeDecimal(parts, endingAt: target + count)
      if digits > 0 {
        // The fraction makes room for the point. What is behind it moves too, blanks to blanks.
        let point = target + (count - digits)
        let moved = point.loadUnaligned(as: SIMD16<UInt8>.self)
        point.storeBytes(of: UInt8(ascii: "."), as: UInt8.self)
        (point + 1).storeBytes(of: moved, as: SIMD16<UInt8>.self)
      }
    }
  }

  /// A number in tenths (or less), with its unit where people read it: `97.3%`.
  package mutating func add(decimal number: Int, digits: Int, unit: String) {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let rest = String(number % scale)
    let text =
      "\(number / scale)." + String(repeating: "0", count: max(0, digits - rest.utf8.count)) + rest
    if format == .text { return add(text + unit) }
    addBefore()
    sink.append(text)
  }

  /// Adds some values, or their text where it is kept from another row with the same key.
  ///
  /// - Parameters:
  ///   - hash: of the key; keys of the same hash take each other's place.
  ///   - add: adds as many values each time, at the same columns.
  @inline(__always) mutating func add<Key: Equatable & BitwiseCopyable>(
    _ key: Key, hash: Int, keptIn kept: borrowing KeptTexts<Key>,
    _ add: (inout RowWriter) -> Void
  ) {
    let entry = kept.entry(hash)
    if entry.pointee.count > 0, entry.pointee.key == key {
      index &+= entry.pointee.values
      sink.append(atMost: KeptTexts<Key>.longest) { entry.pointee.copy(to: $0) }
      return
    }
    let (start, first) = (sink.count, index)
    add(&self)
    entry.pointee.keep(
      key, UnsafeRawBufferPointer(rebasing: sink.bytes[start...]), values: index - first)
  }

  /// The row has all its values.
  package mutating func endRow() {
    if hasStacks { return endRowWithStack() }
    endLine()
  }

  @inline(__always) private mutating func endLine() {
    assert(index == columnCount, "\(index) values for \(columns.count) columns")
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
      Array(stack.joined(separator: ";").utf8).withUnsafeBytes { append(csv: $0) }
    case .text: break
    }
    endLine()
    for name in stack { say("\t", name: name) }
  }

  // MARK: The way

  /// The next value's column. How many there are is the tool's, never a recording's: one value more
  /// would be read from memory that is none of ours.
  @inline(__always) private var shape: UnsafeMutablePointer<Shape> {
    precondition(index < columnCount, "more values than columns")
    return shapes + index
  }

  @inline(__always) private mutating func nextShape() -> UnsafeMutablePointer<Shape> {
    defer { index &+= 1 }
    return shape
  }

  /// Writes what stands before the next value.
  private mutating func addBefore() {
    sink.append(nextShape().pointee.before.bytes)
  }

  /// Adds a value of so many bytes, which a closure writes in place, with blanks to fill it up.
  @inline(__always) private mutating func addValue(
    _ count: Int, _ write: (UnsafeMutableRawPointer) -> Void
  ) {
    let shape = nextShape()
    let width = shape.pointee.width
    let length = max(count, width)
    // More than is written: whole words are copied.
    sink.append(atMost: shape.pointee.before.count &+ length &+ 2 &* PaddedText.padding) {
      target in
      let start = shape.pointee.before.copy(to: target)
      let end = start + length
      guard count < width else {
        write(start)
        return end
      }
      let blanks = SIMD16<UInt8>(repeating: 0x20)
      start.storeBytes(of: blanks, as: SIMD16<UInt8>.self)
      if length > 16 {
        let rest = start + 16
        rest.initializeMemory(as: UInt8.self, repeating: 0x20, count: length - 16)
      }
      write(shape.pointee.isLeft ? start : end - count)
      return end
    }
  }

  private mutating func addShown(_ text: UnsafeRawBufferPointer) {
    let count = min(text.count, shape.pointee.most)
    addValue(count) { target in
      if let source = text.baseAddress { target.copyMemory(from: source, byteCount: count) }
    }
  }
}
