import ByteIO

/// An entry of a table of `__print_flags` or `__print_symbolic`.
struct PrintTableEntry {
  var value: UInt64
  /// Where its text lies in the program's text.
  var text: UInt32
  var length: UInt32
}

/// A print format, compiled: steps, constant text and tables, all without references.
///
/// Made once an event, then only read; it lives as long as the catalog that made it.
struct PrintProgram: @unchecked Sendable {
  let ops: UnsafePointer<PrintOp>
  let opCount: Int
  let text: UnsafeRawPointer
  let tables: UnsafePointer<PrintTableEntry>
  /// Bytes that a record must have for every fixed load to lie within.
  let recordSize: Int
  /// Whether the print format was not understood and only the fields can be shown.
  let isFallback: Bool

  init(
    ops: [PrintOp], text: [UInt8], tables: [PrintTableEntry], recordSize: Int, isFallback: Bool
  ) {
    let opMemory = UnsafeMutablePointer<PrintOp>.allocate(capacity: ops.count + 1)
    opMemory.initialize(from: ops, count: ops.count)
    (opMemory + ops.count).initialize(to: PrintOp(code: .end))
    self.ops = UnsafePointer(opMemory)
    opCount = ops.count
    let textMemory = UnsafeMutableRawPointer.allocate(
      byteCount: text.count + ByteSink.padding, alignment: 16)
    textMemory.initializeMemory(
      as: UInt8.self, repeating: 0, count: text.count + ByteSink.padding)
    text.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { textMemory.copyMemory(from: base, byteCount: bytes.count) }
    }
    self.text = UnsafeRawPointer(textMemory)
    let tableMemory = UnsafeMutablePointer<PrintTableEntry>.allocate(capacity: max(tables.count, 1))
    tableMemory.initialize(from: tables, count: tables.count)
    self.tables = UnsafePointer(tableMemory)
    self.recordSize = recordSize
    self.isFallback = isFallback
  }

  func deallocate() {
    ops.deallocate()
    text.deallocate()
    tables.deallocate()
  }
}
