import ByteIO

/// The lines of stack traces, made once for each address: `=> name (address)`.
///
/// A stack is a dozen lines, and a few hundred addresses make up most stacks of a recording. One
/// worker owns one.
struct StackLines: ~Copyable {
  /// The line of an address; `start` is nil where the place is free.
  private struct Line {
    var address: UInt64
    var start: UnsafeMutableRawPointer?
    var count: Int
  }

  private static let places = 1024
  /// A line is copied in pieces of fixed size as far as this: most are shorter.
  private static let inPieces = 64

  /// Made with the first stack: most recordings have none.
  private var lines: UnsafeMutablePointer<Line>?

  init() {}

  deinit {
    guard let lines else { return }
    for place in 0..<Self.places { lines[place].start?.deallocate() }
    lines.deallocate()
  }

  /// Appends the line of an address, its end included.
  @inline(__always)
  mutating func append(
    _ address: UInt64, _ context: PrintContext, to sink: inout ByteSink
  ) {
    let place = Int(truncatingIfNeeded: (address &* 0x9e37_79b9_7f4a_7c15) >> 54)
    guard let line = lines?[place], let start = line.start, line.address == address else {
      return appendNew(address, context, at: place, to: &sink)
    }
    sink.append(atMost: line.count &+ Self.inPieces) { target in
      for piece in 0..<4 {
        (target + piece &* 16).storeBytes(
          of: start.loadUnaligned(fromByteOffset: piece &* 16, as: SIMD16<UInt8>.self),
          as: SIMD16<UInt8>.self)
      }
      if _slowPath(line.count > Self.inPieces) {
        target.copyMemory(from: start, byteCount: line.count)
      }
      return target + line.count
    }
  }

  /// Makes a line, appends it and keeps it for the next time. The table of symbols is touched here
  /// only, as each touch of it is counted.
  @inline(never)
  private mutating func appendNew(
    _ address: UInt64, _ context: PrintContext, at place: Int, to sink: inout ByteSink
  ) {
    let from = sink.bytes.count
    sink.append("=> ")
    if let symbol = context.symbols.lookup(address), !symbol.name.isEmpty {
      sink.append(symbol.name)
      sink.append(" (")
      sink.append(hex: address)
      sink.append(UInt8(ascii: ")"))
    } else {
      sink.append(hex: address)
    }
    sink.append(0x0a)
    let text = UnsafeRawBufferPointer(rebasing: sink.bytes[from...])

    let lines = self.lines ?? Self.emptyPlaces()
    self.lines = lines
    lines[place].start?.deallocate()
    let size = max(text.count, Self.inPieces)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    memory.copyMemory(from: text)
    lines[place] = Line(address: address, start: memory.baseAddress, count: text.count)
  }

  private static func emptyPlaces() -> UnsafeMutablePointer<Line> {
    let lines = UnsafeMutablePointer<Line>.allocate(capacity: places)
    lines.initialize(repeating: Line(address: 0, start: nil, count: 0), count: places)
    return lines
  }
}
