import ByteIO

/// The bytes of a SCSI command, in words (T10 SBC: the layouts of READ, WRITE and their kin).
enum SCSICommand {
  static func append(_ command: UnsafeRawBufferPointer, into sink: inout ByteSink) {
    func number(_ range: Range<Int>) -> UInt64 {
      range.reduce(0) { $0 << 8 | UInt64($1 < command.count ? command[$1] : 0) }
    }
    func line(_ address: UInt64, _ length: UInt64, protect: Int?) {
      sink.append("lba=")
      sink.append(decimal: address)
      sink.append(" txlen=")
      sink.append(decimal: length)
      if let protect {
        sink.append(" protect=")
        sink.append(decimal: number(protect..<protect + 1) >> 5)
      }
    }
    switch command.first {
    case 0x08, 0x0a:  // READ(6), WRITE(6)
      line(number(1..<4) & 0x1f_ffff, number(4..<5), protect: nil)
    case 0x28, 0x2a, 0x2f:  // READ(10), WRITE(10), VERIFY(10)
      line(number(2..<6), number(7..<9), protect: 1)
    case 0x41:  // WRITE SAME(10)
      line(number(2..<6), number(7..<9), protect: 1)
      sink.append(" unmap=")
      sink.append(decimal: number(1..<2) >> 3 & 1)
    case 0xa8, 0xaa, 0xaf:  // READ(12), WRITE(12), VERIFY(12)
      line(number(2..<6), number(6..<10), protect: 1)
    case 0x88, 0x8a, 0x8f:  // READ(16), WRITE(16), VERIFY(16)
      line(number(2..<10), number(10..<14), protect: 1)
    case 0x93:  // WRITE SAME(16)
      line(number(2..<10), number(10..<14), protect: 1)
      sink.append(" unmap=")
      sink.append(decimal: number(1..<2) >> 3 & 1)
    case 0x42:  // UNMAP: descriptors of 16 bytes after a header of 8
      sink.append("regions=")
      sink.append(decimal: (max(number(7..<9), 8) - 8) / 16)
    case 0x9e:  // SERVICE ACTION IN(16)
      switch number(1..<2) & 0x1f {
      case 0x10: sink.append("READ_CAPACITY_16")
      case 0x12: sink.append("GET_LBA_STATUS")
      default:
        sink.append("UNKNOWN")
        return
      }
      sink.append(" lba=")
      sink.append(decimal: number(2..<10))
      sink.append(" alloc_len=")
      sink.append(decimal: number(10..<14))
    case 0x7f:  // commands of variable length
      let action = number(8..<10)
      switch action {
      case 0x09: sink.append("READ_32 ")
      case 0x0a: sink.append("VERIFY_32 ")
      case 0x0b: sink.append("WRITE_32 ")
      case 0x0d: sink.append("WRITE_SAME_32 ")
      default:
        sink.append(UInt8(ascii: "-"))
        return
      }
      line(number(12..<20), number(28..<32), protect: 10)
      sink.append(" ei_lbrt=")
      sink.append(decimal: number(20..<24))
      if action == 0x0d {
        sink.append(" unmap=")
        sink.append(decimal: number(10..<11) >> 3 & 1)
      }
    default: sink.append(UInt8(ascii: "-"))
    }
  }
}
