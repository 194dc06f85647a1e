import Testing
import TraceDat

@Suite struct CompressionTests {
  private func packed(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
    let compressor = try Compressor(compression)
    return try bytes.withUnsafeBytes { try compressor.compressed($0) }
  }

  private func unpacked(
    _ bytes: [UInt8], _ compression: Compression, count: Int, limit: Int = 1 << 20
  ) throws -> [UInt8] {
    try bytes.withUnsafeBytes {
      try compression.decompressed($0, count: count, limit: limit)
    }
  }

  @Test(arguments: Compression.allCases, [0, 1, 1000, 100_000])
  func bytesComeBack(compression: Compression, count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
    let small = try packed(bytes, compression)
    #expect(small.count <= compression.bound(count))
    #expect(try unpacked(small, compression, count: count) == bytes)
  }

  @Test(arguments: [Compression.zlib, .zstd])
  func aWrongSizeIsAnError(compression: Compression) throws {
    let small = try packed([UInt8](repeating: 7, count: 5000), compression)
    #expect(throws: CompressionError.self) { try unpacked(small, compression, count: 4999) }
    #expect(throws: CompressionError.self) { try unpacked(small, compression, count: 5001) }
  }

  @Test(arguments: [Compression.zlib, .zstd])
  func damagedAndCutBytesAreAnError(compression: Compression) throws {
    let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
    let small = try packed(bytes, compression)
    #expect(throws: CompressionError.self) {
      try unpacked(Array(small.dropLast(3)), compression, count: 5000)
    }
    var damaged = small
    damaged[0] ^= 0xff
    #expect(throws: CompressionError.self) { try unpacked(damaged, compression, count: 5000) }
    #expect(throws: CompressionError.self) { try unpacked([], compression, count: 10) }
  }

  @Test func aSizeThatCannotBeIsRefusedBeforeMemoryIsTaken() throws {
    let claimed = Int(UInt32.max)
    #expect(throws: CompressionError.self) {
      try unpacked([1, 2, 3, 4], .zstd, count: claimed, limit: .max)
    }
    let honest = try packed([UInt8](repeating: 0, count: 1 << 20), .zstd)
    #expect(throws: CompressionError.self) {
      try unpacked(honest, .zstd, count: 1 << 20, limit: 1 << 19)
    }
    #expect(try unpacked(honest, .zstd, count: 1 << 20, limit: 1 << 20).count == 1 << 20)
  }

  @Test func namesAreThoseOfTheCommandLine() throws {
    #expect(try Compression(named: "any") == .zstd)
    #expect(try Compression(named: "none") == Compression.none)
    #expect(throws: UnknownCompression.self) { try Compression(named: "lzo") }
  }
}
