import Glibc
import Reports
import Testing
import TraceDat
import TraceTestSupport

@testable import Timeline

/// A recording in a folder of its own, which is opened again and again, with its index kept.
struct KeptRecording {
  let folder = TemporaryFolder()
  let caches = TemporaryFolder()
  let path: String
  var indexPath: String { path + ".kscope" }

  init(_ machine: SchedulerLoad.Machine = SchedulerLoad.Machine(), seed: UInt64 = 1) throws {
    path = folder.write(try SchedulerLoad(machine, seed: seed).bytes(), to: "t.dat")
  }

  func input(_ path: String? = nil, offset: Int64 = 0) throws -> ReportInput {
    var recording = ReportInput.Recording(try TraceFile(path: path ?? self.path))
    recording.offset = offset
    return try ReportInput([recording])
  }

  /// Opens it, with all its index; the files are left as they are without `keeps`.
  func trace(
    _ path: String? = nil, keeps: Bool = true, bytesPerSlice: Int = 4096, caches: String? = nil
  ) throws -> Trace {
    let trace = Trace(
      try input(path), bytesPerSlice: bytesPerSlice, keepsIndex: keeps, caches: caches)
    trace.buildIndex(workers: 2)
    return trace
  }

  /// Opens it twice, so that it has to be kept.
  func keep() throws {
    _ = try trace()
    #expect(try trace().wasTaken)
  }

  /// The bytes of the index file.
  var index: [UInt8] {
    get throws { try Self.bytes(of: indexPath) }
  }

  static func bytes(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    #expect(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
    return bytes
  }

  func write(index bytes: [UInt8]) { _ = folder.write(bytes, to: "t.dat.kscope") }

  /// Lets bytes of an index file be those that its head promises.
  static func seal(_ bytes: inout [UInt8]) {
    let from = IndexFileHead.summedFrom
    let sum = bytes[from...].withUnsafeBytes { IndexFileHead.checksum($0) }
    withUnsafeBytes(of: sum) { sum in
      for (place, byte) in sum.enumerated() { bytes[from - 8 + place] = byte }
    }
  }

  /// When the recording was changed; can be put back.
  var changed: timespec {
    get {
      var status = stat()
      stat(path, &status)
      return status.st_mtim
    }
    nonmutating set {
      let times = [newValue, newValue]
      #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
    }
  }

  func overwrite(at offset: Int, with bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(pwrite(descriptor, bytes, bytes.count, offset) == bytes.count)
  }
}

extension Trace {
  /// Whether its index is from a file: that comes at once, another a slice after the other.
  var wasTaken: Bool { indexVersion == 1 }

  /// Everything that two openings of a recording have to agree on.
  func expectSame(as other: Trace, _ random: inout SplitMix64) {
    #expect(isComplete && other.isComplete)
    #expect(eventCount == other.eventCount)
    #expect(duration == other.duration)
    #expect(tasks == other.tasks)
    #expect(eventCounts == other.eventCounts)
    #expect("\(cpus)" == "\(other.cpus)")
    #expect(problems == other.problems)
    let rows = Array(0..<UInt32(cpuCount + tasks.count))
    for level in [finestIndexedLevel - 2, finestIndexedLevel, finestIndexedLevel + 3, 63] {
      let level = min(max(level, 0), 63 - duration.leadingZeroBitCount)
      let count = min(Int(duration >> Int64(level)) + 1, 4096)
      let mine = columns(of: rows, level: level, from: 0, count: count)
      let others = other.columns(of: rows, level: level, from: 0, count: count)
      #expect(mine.map(\.columns) == others.map(\.columns))
    }
    for _ in 0..<20 {
      let row = rows.randomElement(using: &random) ?? 0
      let start = Int64.random(in: 0...duration, using: &random)
      let range = start..<start + Int64.random(in: 1...max(duration / 8, 1), using: &random)
      #expect("\(bands(of: row, in: range))" == "\(other.bands(of: row, in: range))")
    }
  }
}
