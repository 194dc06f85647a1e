import ByteIO
import Dispatch
import Glibc
import Reports
import Testing
import TraceDat
import TraceTestSupport

@testable import Timeline

/// An index that was kept tells what a new one tells, and is used for what it was made of alone.
@Suite struct IndexFileTests {
  private static let machines: [SchedulerLoad.Machine] = {
    var machines = [SchedulerLoad.Machine](repeating: SchedulerLoad.Machine(), count: 5)
    machines[1].lossDistance = 60
    machines[2].isFiltered = true
    machines[3].bufferCount = 2
    machines[3].order = .big
    machines[4].interruptsEnd = false
    machines[4].steps = 60
    return machines
  }()

  @Test(arguments: machines.indices) func tellsTheSame(number: Int) throws {
    let kept = try KeptRecording(Self.machines[number], seed: UInt64(number))
    var random = SplitMix64(state: 7)
    let fresh = try kept.trace(keeps: false)
    #expect(kept.folder.names == ["t.dat"])
    #expect(!fresh.index.snapshot.blocks.joined().contains { $0.isInFile })

    let first = try kept.trace()
    #expect(kept.folder.names == ["t.dat", "t.dat.kscope"])
    // What was in memory is given up for the file.
    #expect(first.index.snapshot.blocks.joined().allSatisfy { $0.isInFile })
    first.expectSame(as: fresh, &random)

    let again = try kept.trace()
    #expect(again.wasTaken)
    again.expectSame(as: fresh, &random)
    #expect(again.index.snapshot.slices.count == fresh.index.snapshot.slices.count)
    // With what is made of the slices' own states.
    for number in fresh.index.snapshot.slices.indices {
      #expect("\(again.index.carried(before: number))" == "\(fresh.index.carried(before: number))")
    }
  }

  /// Times may be as far apart as can be.
  @Test func clockThatIsWrong() throws {
    var machine = SchedulerLoad.Machine()
    machine.longestPause = 1 << 52
    let kept = try KeptRecording(machine)
    try kept.keep()
    var random = SplitMix64(state: 1)
    try kept.trace().expectSame(as: try kept.trace(keeps: false), &random)
  }

  // MARK: Not of this recording

  @Test func anotherTime() throws {
    let kept = try KeptRecording()
    try kept.keep()
    var time = kept.changed
    time.tv_nsec ^= 1
    kept.changed = time
    #expect(try !kept.trace().wasTaken)
    #expect(try kept.trace().wasTaken)
  }

  @Test func otherBytesOfTheSameSizeAndTime() throws {
    let kept = try KeptRecording()
    try kept.keep()
    let bytes = try KeptRecording.bytes(of: kept.path)
    let time = kept.changed
    try kept.overwrite(at: bytes.count - 1, with: [bytes[bytes.count - 1] ^ 1])
    kept.changed = time
    #expect(try !kept.trace().wasTaken)
  }

  @Test func ofAnotherRecording() throws {
    let (kept, other) = (try KeptRecording(), try KeptRecording(seed: 2))
    try other.keep()
    kept.write(index: try other.index)
    let trace = try kept.trace()
    #expect(!trace.wasTaken)
    var random = SplitMix64(state: 3)
    trace.expectSame(as: try kept.trace(keeps: false), &random)
    #expect(try kept.trace().wasTaken)
  }

  @Test func ofAnotherLayoutOrVersion() throws {
    let kept = try KeptRecording()
    try kept.keep()
    #expect(try !kept.trace(bytesPerSlice: 8192).wasTaken)
    #expect(try !kept.trace().wasTaken)
    var bytes = try kept.index
    bytes[8] ^= 2
    KeptRecording.seal(&bytes)
    kept.write(index: bytes)
    #expect(try !kept.trace().wasTaken)
  }

  @Test func severalRecordingsAndTheirOffsets() throws {
    let (kept, other) = (try KeptRecording(), try KeptRecording(seed: 2))
    func trace(_ files: [(String, Int64)]) throws -> Trace {
      let recordings = try files.map { path, offset in
        var recording = ReportInput.Recording(try TraceFile(path: path))
        recording.offset = offset
        return recording
      }
      let trace = Trace(try ReportInput(recordings), bytesPerSlice: 4096, keepsIndex: true)
      trace.buildIndex()
      return trace
    }
    let both = [(kept.path, 0 as Int64), (other.path, 500)]
    #expect(try !trace(both).wasTaken)
    #expect(kept.folder.names.count == 2 && other.folder.names.count == 1)
    #expect(try trace(both).wasTaken)
    #expect(try !trace([(kept.path, 0), (other.path, 501)]).wasTaken)
    #expect(try !trace([(kept.path, 0)]).wasTaken)
  }

  // MARK: Where

  @Test func besideWhatCannotBeWritten() throws {
    let kept = try KeptRecording()
    let descriptor = open(kept.path, O_RDONLY)
    defer { close(descriptor) }
    // Nobody makes files in that folder.
    let path = "/proc/self/fd/\(descriptor)"
    let caches = kept.caches.path("a")
    #expect(try !kept.trace(path, caches: caches).wasTaken)
    #expect(kept.folder.names == ["t.dat"])
    #expect(try kept.trace(path, caches: caches).wasTaken)
    let folder = caches + "/kscope"
    var status = stat()
    #expect(stat(folder, &status) == 0 && status.st_mode & 0o777 == 0o700)
    // Nowhere: the index is there all the same.
    let trace = try kept.trace(path, caches: "/dev/null")
    #expect(!trace.wasTaken && trace.isComplete)
    #expect(try !kept.trace(path).wasTaken)
    // The test's folder takes what is in it along, but no folders.
    let places = IndexFilePlaces(of: path, caches: caches).paths
    #expect(unlink(places[1]) == 0)
    #expect(rmdir(folder) == 0 && rmdir(caches) == 0)
  }

  @Test func nameThatIsTaken() throws {
    let kept = try KeptRecording()
    #expect(mkdir(kept.indexPath, 0o700) == 0)
    #expect(try kept.trace().isComplete)
    #expect(try !kept.trace().wasTaken)
    #expect(kept.folder.names == ["t.dat", "t.dat.kscope"])
    rmdir(kept.indexPath)
  }

  @Test func isReadByWhoReadsTheRecording() throws {
    let kept = try KeptRecording()
    chmod(kept.path, 0o640)
    try kept.keep()
    var status = stat()
    #expect(stat(kept.indexPath, &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  // MARK: When

  @Test func recordingThatGrows() throws {
    let kept = try KeptRecording()
    let trace = Trace(try kept.input(), bytesPerSlice: 4096, keepsIndex: true)
    try kept.overwrite(at: try KeptRecording.bytes(of: kept.path).count, with: [0])
    trace.buildIndex()
    #expect(trace.isComplete)
    #expect(kept.folder.names == ["t.dat"])
  }

  @Test func isKeptWhole() throws {
    let kept = try KeptRecording()
    let trace = Trace(try kept.input(), bytesPerSlice: 4096, keepsIndex: true)
    trace.buildIndex { trace.progress > 0.2 }
    #expect(!trace.isComplete)
    #expect(kept.folder.names == ["t.dat"])
  }

  @Test func severalAtOnce() throws {
    let kept = try KeptRecording()
    let fresh = try kept.trace(keeps: false)
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      var random = SplitMix64(state: UInt64(number))
      guard let trace = try? kept.trace() else {
        Issue.record("it cannot be opened")
        return
      }
      trace.expectSame(as: fresh, &random)
    }
    #expect(kept.folder.names == ["t.dat", "t.dat.kscope"])
    #expect(try kept.trace().wasTaken)
  }
}
