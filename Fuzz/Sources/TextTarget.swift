import ByteIO
import EventFormats
import RingBuffer
import TraceDat
import TraceTestSupport

/// One of the texts that a file holds beside its events; the first byte chooses which.
enum TextTarget {
  enum Kind: UInt8, CaseIterable {
    case symbols, printkFormats, savedCommandLines, headerPage
  }

  static func run(_ bytes: UnsafeRawBufferPointer) {
    guard let choice = bytes.first else { return }
    // A copy of its own, exactly as long as the text, so that a read behind its end is found.
    let text = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count - 1, alignment: 1)
    defer { text.deallocate() }
    text.copyBytes(from: bytes.dropFirst())
    let content = UnsafeRawBufferPointer(text)
    switch Kind.allCases[Int(choice) % Kind.allCases.count] {
    case .symbols: lookUp(content)
    case .printkFormats: printFormats(content, longSize: choice & 0x80 == 0 ? 8 : 4)
    case .savedCommandLines:
      for (pid, name) in TaskNames(savedCommandLines: content).names {
        Sinkhole.swallow(UInt64(truncatingIfNeeded: pid) &+ UInt64(name.count))
      }
    case .headerPage:
      let text = String(decoding: content, as: UTF8.self)
      guard let layout = try? PageLayout(headerPage: text, order: .little) else { return }
      precondition(layout.dataOffset < layout.pageSize && layout.commitOffset < layout.dataOffset)
    }
  }

  private static func lookUp(_ text: UnsafeRawBufferPointer) {
    let symbols = SymbolTable(text: String(decoding: text, as: UTF8.self))
    for shift in 0..<64 as Range<UInt64> {
      for address in [1 << shift, 0xffff_ffff_8100_0000 &+ 1 << shift] as [UInt64] {
        guard let symbol = symbols.lookup(address) else { continue }
        precondition(symbol.address <= address, "a symbol that begins behind the address")
        for byte in symbol.name { Sinkhole.swallow(UInt64(byte)) }
        Sinkhole.swallow(symbols.address(named: String(decoding: symbol.name, as: UTF8.self)) ?? 0)
      }
    }
  }

  /// Prints a `trace_printk` of the format at 0x1000, with arguments that are no addresses.
  private static func printFormats(_ text: UnsafeRawBufferPointer, longSize: Int) {
    var builder = EventCatalogBuilder(longSize: longSize, byteOrder: .little)
    builder.setPrintkFormats(text)
    builder.add(format: Seeds.bprint(longSize: longSize), system: "ftrace")
    let catalog = builder.build()
    var record = UInt16(6).bytes(.little) + [0, 0] + Int32(77).bytes(.little)
    let address = { (value: UInt64) in Array(value.bytes(.little)[..<longSize]) }
    record += address(0xffff_ffff_8100_0010) + address(0x1000)
    record += Array("text\0".utf8) + (1...96).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    var sink = ByteSink()
    var scratch = PrintScratch()
    record.withUnsafeBytes { bytes in
      for index in 0..<catalog.count {
        catalog.printInfo(record: bytes, time: 0, eventIndex: index, into: &sink, scratch: &scratch)
      }
    }
    precondition(sink.count < 1 << 24, "\(sink.count) bytes of text")
  }
}
