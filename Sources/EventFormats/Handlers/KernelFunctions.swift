// Functions inside the kernel that print formats call, where numbers mean the same in every kernel.
extension PrintCompiler {
  /// Emits the function's text; false where this program does not know the function.
  mutating func kernelFunction(
    _ name: String, _ arguments: [Expression]
  ) throws(PrintFormatProblem) -> Bool {
    guard let value = arguments.last else { return false }
    switch name {
    case "libata_trace_parse_status": try bits(of: value, Self.ataStatus)
    case "libata_trace_parse_host_stat": try bits(of: value, Self.ataHostStatus)
    case "libata_trace_parse_eh_err_mask":
      try number(value)
      try emit(PrintOp(code: .hex, b: 4, c: 0xffff_0000), stack: -1)
      try branch(value, value, .string([])) { (compiler, side) throws(PrintFormatProblem) in
        if case .string = side { return }
        try compiler.bits(of: side, Self.ataErrors)
      }
    case "mc_event_error_type": try word(of: value, Self.memoryErrors, otherwise: "Info")
    case "cper_severity_str": try word(of: value, Self.severities, otherwise: "unknown")
    case "cper_mem_err_type_str": try word(of: value, Self.memoryErrorTypes, otherwise: "unknown")
    default: return false
    }
    return true
  }

  /// `{ NAME NAME }` for the bits that are set.
  private mutating func bits(
    of value: Expression, _ names: [(bit: UInt64, name: String)]
  ) throws(PrintFormatProblem) {
    try emitText(Array("{ ".utf8))
    for (bit, name) in names {
      try branch(
        .binary(.and, value, .number(bit, .int)), .string(Array("\(name) ".utf8)), .string([])
      ) { (compiler, side) throws(PrintFormatProblem) in try compiler.textOf(side) }
    }
    try emitText(Array("}".utf8))
  }

  /// The word at the number's place in a list.
  private mutating func word(
    of value: Expression, _ words: [String], otherwise: String
  ) throws(PrintFormatProblem) {
    let entries = words.enumerated().map { index, word in
      Expression.list([.number(UInt64(index), .int), .string(Array(word.utf8))])
    }
    let isKnown = Expression.binary(
      .less, .cast(TypeName(size: 4, isSigned: false, pointers: 0), value),
      .number(UInt64(words.count), .int))
    try branch(isKnown, value, .string(Array(otherwise.utf8))) {
      (compiler, side) throws(PrintFormatProblem) in
      if case .string = side {
        try compiler.textOf(side)
      } else {
        try compiler.lookUp(side, entries, delimiter: nil, missing: .nothing)
      }
    }
  }

  /// The status register (ATA/ATAPI Command Set; include/linux/ata.h).
  private static let ataStatus: [(bit: UInt64, name: String)] = [
    (0x80, "BUSY"), (0x40, "DRDY"), (0x20, "DF"), (0x10, "DSC"), (0x08, "DRQ"), (0x04, "CORR"),
    (0x02, "SENSE"), (0x01, "ERR"),
  ]

  /// The bus master's status register (include/linux/ata.h, ATA_DMA_…).
  private static let ataHostStatus: [(bit: UInt64, name: String)] = [
    (4, "INTR"), (2, "ERR"), (1, "ACTIVE"),
  ]

  /// AC_ERR_… of include/linux/libata.h, from bit 0.
  private static let ataErrors: [(bit: UInt64, name: String)] = [
    "DEV", "HSM", "TIMEOUT", "MEDIA", "ATA_BUS", "HOST_BUS", "SYSTEM", "INVALID", "OTHER",
    "NODEV_HINT", "NCQ",
  ].enumerated().map { (1 << UInt64($0), $1) }

  /// enum hw_event_mc_err_type of include/linux/edac.h.
  private static let memoryErrors = ["Corrected", "Uncorrected", "Deferred", "Fatal"]

  /// Severities of the UEFI specification, appendix N ("Common Platform Error Record").
  private static let severities = ["recoverable", "fatal", "corrected", "info"]

  /// Memory error types of the same, as the kernel's drivers/firmware/efi/cper.c words them.
  private static let memoryErrorTypes = [
    "unknown", "no error", "single-bit ECC", "multi-bit ECC", "single-symbol chipkill ECC",
    "multi-symbol chipkill ECC", "master abort", "target abort", "parity error",
    "watchdog timeout", "invalid address", "mirror Broken", "memory sparing",
    "scrub corrected error", "scrub uncorrected error", "physical memory map-out event",
  ]
}
