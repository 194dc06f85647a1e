package import ByteIO

/// Fields of an event as the cells of a table's row, whatever the order of its columns.
///
/// Compiled once, then used by any number of threads.
package final class FieldCells: Sendable {
  private let program: PrintProgram
  private let catalog: EventCatalog

  /// - Parameters:
  ///   - fields: the field of each column; nil where its cells stay empty.
  ///   - index: the event that they are of.
  package init(_ fields: [Field?], ofEvent index: Int, in catalog: EventCatalog) {
    self.catalog = catalog
    if let format = try? catalog.format(at: index) {
      program = PrintCompiler.cells(
        fields, of: format, longSize: catalog.longSize, swapped: catalog.context.swapped)
    } else {
      // No format, no fields: all cells are empty.
      let text = [UInt8](repeating: UInt8(ascii: ","), count: fields.count)
      program = PrintProgram(
        ops: [PrintOp(code: .text, d: PrintCompiler.pair(0, text.count))], text: text, tables: [],
        recordSize: 0, isFallback: true)
    }
  }

  deinit { program.deallocate() }

  /// Appends `,value` for every column, as RFC 4180 has it.
  package func print(
    record: UnsafeRawBufferPointer, into sink: inout ByteSink, scratch: inout PrintScratch
  ) {
    PrintInterpreter.run(program, record, catalog.context, into: &sink, &scratch)
  }
}
