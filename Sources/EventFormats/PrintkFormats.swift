import ByteIO
import Synchronization

/// The constant texts that the kernel's `printk_formats` file lists: formats of `trace_printk`, and
/// texts that records hold only the address of.
final class PrintkFormats: Sendable {
  private struct Entry {
    var address: UInt64
    var text: Int
    var length: Int
  }

  private let entries: [Entry]
  private let bytes: UnsafeRawBufferPointerBox
  private let longSize: Int
  private let swapped: Bool
  private let programs = Mutex<[PrintProgram]>([])
  private let ready = Atomic<UInt>(0)

  /// Lines are `0xffffffff81002010 : "text\n"`.
  init(_ text: UnsafeRawBufferPointer, longSize: Int, swapped: Bool) {
    self.longSize = longSize
    self.swapped = swapped
    var entries: [Entry] = []
    var bytes: [UInt8] = []
    for line in text.split(separator: 0x0a) {
      guard let open = line.firstIndex(of: UInt8(ascii: "\"")),
        let colon = line.firstIndex(of: UInt8(ascii: ":")), colon < open
      else { continue }
      var address: UInt64 = 0
      for byte in line[..<colon] {
        guard let digit = byte.hexDigit else {
          if byte | 0x20 == UInt8(ascii: "x") { address = 0 }
          continue
        }
        address = address << 4 | digit
      }
      var content = line[(open + 1)...]
      while let last = content.last, last.isBlank { content.removeLast() }
      if content.last == UInt8(ascii: "\"") { content.removeLast() }
      let start = bytes.count
      var at = content.startIndex
      while at < content.endIndex {
        var byte = content[at]
        at += 1
        if byte == UInt8(ascii: "\\"), at < content.endIndex {
          switch content[at] {
          case UInt8(ascii: "n"): byte = 0x0a
          case UInt8(ascii: "t"): byte = 0x09
          case UInt8(ascii: "r"): byte = 0x0d
          default: byte = content[at]
          }
          at += 1
        }
        bytes.append(byte)
      }
      entries.append(Entry(address: address, text: start, length: bytes.count - start))
    }
    // The last line of an address wins.
    entries.sort { ($0.address, $0.text) < ($1.address, $1.text) }
    self.entries = entries
    self.bytes = UnsafeRawBufferPointerBox(bytes)
  }

  deinit {
    programs.withLock { $0.forEach { $0.deallocate() } }
    UnsafeMutableRawPointer(bitPattern: ready.load(ordering: .relaxed))?.deallocate()
  }

  private func index(of address: UInt64) -> Int? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    return low > 0 && entries[low - 1].address == address ? low - 1 : nil
  }

  private func text(_ index: Int) -> UnsafeRawBufferPointer {
    let entry = entries[index]
    return UnsafeRawBufferPointer(
      rebasing: bytes.bytes[entry.text..<entry.text + entry.length])
  }

  /// The text at an address of the traced kernel.
  func text(at address: UInt64) -> UnsafeRawBufferPointer? { index(of: address).map { text($0) } }

  /// Lends every text, by address.
  func forEach(_ body: (_ address: UInt64, _ text: UnsafeRawBufferPointer) -> Void) {
    for index in entries.indices { body(entries[index].address, text(index)) }
  }

  // MARK: Records

  /// Appends a `bprint` record: `c` of the step is the offset of the format's address, `d.low` of
  /// the arguments, `d.high` of the caller's address.
  func append(
    _ op: PrintOp, _ record: UnsafeRawBufferPointer, _ context: PrintContext,
    into sink: inout ByteSink, _ scratch: inout PrintScratch
  ) {
    guard let base = record.baseAddress, record.count >= op.low, op.low >= 0 else { return }
    let kind = LoadKind(size: longSize, isSigned: false, swapped: swapped)
    PrintInterpreter.appendSymbol(
      kind.load(base, op.high), form: 0, context, into: &sink, &scratch)
    sink.append(": ")
    let address = kind.load(base, Int(op.c))
    guard let index = index(of: address) else {
      sink.append("(NO FORMAT FOUND at ")
      sink.append(hex: address)
      sink.append(")")
      return
    }
    PrintInterpreter.run(
      program(index, argumentsAt: op.low), record, context, into: &sink, &scratch)
  }

  private func program(_ index: Int, argumentsAt offset: Int) -> PrintProgram {
    if let base = UnsafeRawPointer(bitPattern: ready.load(ordering: .acquiring)) {
      return base.assumingMemoryBound(to: PrintProgram.self)[index]
    }
    return programs.withLock { programs in
      if programs.isEmpty {
        programs = entries.indices.map { compile($0, argumentsAt: offset) }
        let memory = UnsafeMutablePointer<PrintProgram>.allocate(capacity: max(programs.count, 1))
        memory.initialize(from: programs, count: programs.count)
        ready.store(UInt(bitPattern: memory), ordering: .releasing)
      }
      return programs[index]
    }
  }

  private func compile(_ index: Int, argumentsAt offset: Int) -> PrintProgram {
    let format = EventFormat(
      system: "ftrace", name: "bprint", id: 0, commonFields: [], fields: [], printFormat: "",
      printFormatLine: 0)
    var compiler = PrintCompiler(format: format, longSize: longSize, swapped: swapped)
    do throws(PrintFormatProblem) {
      try compiler.packed(Array(text(index)), argumentsAt: offset)
    } catch {
      compiler.ops = []
    }
    return compiler.program()
  }
}

extension PrintCompiler {
  /// Compiles a format whose arguments lie packed in the record (kernel/trace/trace_printk.c and
  /// `vbin_printf` in lib/vsprintf.c say how).
  mutating func packed(_ format: [UInt8], argumentsAt offset: Int) throws(PrintFormatProblem) {
    try emit(PrintOp(code: .packedStart, c: UInt32(clamping: offset)))
    try conversions(format) { (compiler, spec) throws(PrintFormatProblem) in
      if spec.flags.contains(.widthOnStack) { try compiler.packedNumber(size: 4, isSigned: true) }
      if spec.flags.contains(.precisionOnStack) {
        try compiler.packedNumber(size: 4, isSigned: true)
      }
      switch spec.letter {
      case UInt8(ascii: "s"):
        try compiler.padded(spec) { (compiler) throws(PrintFormatProblem) in
          try compiler.emit(PrintOp(code: .packedText))
        }
      case UInt8(ascii: "p"):
        let first = spec.suffix.first ?? 0
        let isSymbol =
          [UInt8(ascii: "S"), UInt8(ascii: "s"), UInt8(ascii: "F"), UInt8(ascii: "f")]
          .contains(first) && spec.suffix.count == 1
        let isRaw =
          isSymbol || first == 0 || first == UInt8(ascii: "x") || first == UInt8(ascii: "K")
        try compiler.padded(spec) { (compiler) throws(PrintFormatProblem) in
          let kind = LoadKind(
            size: compiler.longSize, isSigned: false, swapped: compiler.swapped)
          guard isRaw else {
            try compiler.emit(
              PrintOp(code: .packedPointer, a: kind.rawValue, b: UInt16(compiler.longSize)))
            return
          }
          try compiler.packedNumber(size: compiler.longSize, isSigned: false)
          if isSymbol {
            let isBare = first == UInt8(ascii: "s") || first == UInt8(ascii: "f")
            try compiler.emit(PrintOp(code: .symbol, b: isBare ? 0 : 1), stack: -1)
          } else {
            try compiler.emit(PrintOp(code: .pointer, c: 0xffff_0000), stack: -1)
          }
        }
      default:
        let size = spec.size == 0 ? compiler.longSize : spec.size
        try compiler.packedNumber(size: max(size, 4), isSigned: true)
        try compiler.numberConversion(spec)
      }
    }
  }

  private mutating func packedNumber(size: Int, isSigned: Bool) throws(PrintFormatProblem) {
    let kind = LoadKind(size: size, isSigned: isSigned, swapped: swapped)
    try emit(PrintOp(code: .packedNumber, a: kind.rawValue, b: UInt16(size)), stack: 1)
  }
}
