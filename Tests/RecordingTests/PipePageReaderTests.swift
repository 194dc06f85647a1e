import ByteIO
import CKernel
import Glibc
import Testing
import TraceDat

@testable import Recording

/// Readers on plain files: what the kernel's file gives, a file of pages gives too.
@Suite struct PipePageReaderTests {
  private static let page = 4096

  /// A file that is gone when the test is over.
  private final class Scratch {
    let descriptor: Int32
    let path: String

    init(_ bytes: [UInt8] = []) throws {
      var template = Array("/tmp/page-reader.XXXXXX".utf8CString)
      descriptor = mkstemp(&template)
      try #require(descriptor >= 0)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      try bytes.withUnsafeBytes { try writeAll($0, to: descriptor) }
    }

    deinit {
      close(descriptor)
      unlink(path)
    }

    func read(_ count: Int, at offset: Int = 0) -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: count) { buffer, got in
        got = max(0, pread(descriptor, buffer.baseAddress, count, offset))
      }
    }
  }

  /// Pages that say they are full; the last byte of each is its number.
  private func pages(_ count: Int) -> [UInt8] {
    (0..<count).flatMap { number in
      var page = [UInt8](repeating: 0, count: Self.page)
      page[8] = 0xf0
      page[9] = 0x0f
      page[Self.page - 1] = UInt8(truncatingIfNeeded: number)
      return page
    }
  }

  private func read(
    _ bytes: [UInt8], to target: Scratch, capacity: Int64 = 1 << 40, ring: Int64? = nil,
    splices: Bool
  ) throws -> (content: RegionContent, failure: SystemError?) {
    let source = try Scratch(bytes)
    let stop = try EventFlag()
    let failure = try EventFlag()
    let job = PipePageReader.Job(
      path: source.path, cpu: 3, pageSize: Self.page,
      region: Region(descriptor: target.descriptor, offset: 8192, capacity: capacity),
      ringCapacity: ring, usesSplice: splices)
    let reader = try PipePageReader(
      job, stopEvent: stop.descriptor, failureEvent: failure.descriptor)
    try reader.start()
    stop.raise()
    do throws(SystemError) { try reader.join() } catch { return (reader.content, error) }
    return (reader.content, nil)
  }

  @Test(arguments: [true, false])
  func everyPageArrivesInItsPlace(_ splices: Bool) throws {
    let bytes = pages(300)
    let target = try Scratch()
    let (content, failure) = try read(bytes, to: target, splices: splices)
    #expect(failure == nil)
    #expect(content.bytes == Int64(bytes.count))
    #expect(target.read(bytes.count + 1, at: 8192) == bytes)
  }

  @Test(arguments: [true, false])
  func aRingKeepsTheNewest(_ splices: Bool) throws {
    let target = try Scratch()
    let (content, _) = try read(
      pages(23), to: target, ring: Int64(5 * Self.page), splices: splices)
    #expect(content == RegionContent(bytes: Int64(23 * Self.page), ringCapacity: 5 * 4096))
    let kept = target.read(5 * Self.page, at: 8192)
    #expect(kept.count == 5 * Self.page)
    let numbers = (0..<5).map { Int(kept[($0 + 1) * Self.page - 1]) }
    // Page n lies at n mod 5.
    #expect(numbers == [20, 21, 22, 18, 19])
  }

  @Test(arguments: [true, false])
  func aFullRegionIsAFailureThatKeepsWholePages(_ splices: Bool) throws {
    let target = try Scratch()
    let (content, failure) = try read(
      pages(2000), to: target, capacity: Int64(700 * Self.page), splices: splices)
    #expect(failure?.code == EFBIG)
    #expect(content.bytes <= Int64(700 * Self.page))
    #expect(content.bytes % Int64(Self.page) == 0)
  }

  @Test func aShortPageIsFilledWithZeros() throws {
    let target = try Scratch()
    let (content, _) = try read(
      Array(pages(1).prefix(100)), to: target, splices: false)
    #expect(content.bytes == Int64(Self.page))
    #expect(
      target.read(Self.page, at: 8192) == Array(pages(1).prefix(100))
        + [UInt8](
          repeating: 0, count: Self.page - 100))
  }

  @Test func aMissingFileIsAnError() throws {
    let target = try Scratch()
    let flag = try EventFlag()
    let job = PipePageReader.Job(
      path: "/nonexistent/trace_pipe_raw", cpu: 0, pageSize: Self.page,
      region: Region(descriptor: target.descriptor, offset: 0, capacity: 1 << 20))
    #expect(throws: SystemError.self) {
      try PipePageReader(job, stopEvent: flag.descriptor, failureEvent: flag.descriptor)
    }
  }
}
