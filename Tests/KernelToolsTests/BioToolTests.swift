import ByteIO
import Recording
import Testing
import TraceTestSupport

@testable import KernelTools

/// Requests of known size, sector and duration, by bcc's columns and bounds.
@Suite struct BioToolTests {
  private static func add(
    _ trace: inout ToolTrace, _ what: String, _ time: UInt64, cpu: Int = 0, thread: Int32,
    _ comm: String = "dd", device: Int = 8 << 20, sector: Int, sectors: Int, type: String
  ) {
    trace.add(
      time, cpu: cpu, thread: thread, "block:block_rq_\(what)",
      [
        "dev": .number(device), "sector": .number(sector), "nr_sector": .number(sectors),
        "bytes": .number(sectors * 512), "rwbs": .text(type), "comm": .text(comm), "cmd": .text(""),
      ])
  }

  /// A read that waits 0.5 ms and takes 1.5 µs, two writes of another task of 0.9 and 3 ms to another
  /// disk, of which one is made certain, and a flush.
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["block"])
    let other = 259 << 20 | 3
    func read(_ what: String, _ time: UInt64) {
      add(&trace, what, time, thread: 7, sector: 2048, sectors: 8, type: "RA")
    }
    read("insert", 1_000_000_000)
    read("issue", 1_000_500_000)
    read("complete", 1_000_501_500)
    for (cpu, sector, type, time) in [(0, 1 << 33, "WS", 900_000), (1, 64, "FWFS", 3_000_000)] {
      add(
        &trace, "issue", 1_001_000_000, cpu: cpu, thread: 9, "my shell", device: other,
        sector: sector,
        sectors: 128, type: type)
      add(
        &trace, "complete", 1_001_000_000 + UInt64(time), cpu: cpu, thread: 0, device: other,
        sector: sector,
        sectors: 128, type: type)
    }
    add(&trace, "issue", 1_010_000_000, thread: 7, sector: 0, sectors: 0, type: "FF")
    add(&trace, "complete", 1_010_250_000, thread: 0, sector: -1, sectors: 0, type: "FF")
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyRequestHasItsRow(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("biosnoop", ["-Q"]) == [
        "Tracing block I/O. Ctrl-C to end.",
        "TIME(s)     COMM           PID     DISK      T SECTOR     BYTES   QUE(ms) LAT(ms)",
        "0.000000    dd             7       8,0       R 2048       4096       0.50    0.00",
        "0.001399    my shell       9       259,3     W 8589934592 65536      0.00    0.90",
        "0.003499    my shell       9       259,3     W 64         65536      0.00    3.00",
        "0.009749    dd             7       8,0       F 0          0          0.00    0.25",
      ])
    #expect(
      try Self.trace(kernel).rows("biosnoop", ["-j", "-t", "-d", "259,3", "-n", "shell"]).first
        == #"{"time_s":1.001900,"comm":"my shell","pid":9,"disk":"259,3","type":"W","#
        + #""sector":8589934592,"size_bytes":65536,"lat_ms":0.90}"#)
    #expect(throws: ToolUsageError.self) { try Self.trace(kernel).rows("biosnoop", ["-d", "vda"]) }
  }

  /// What is completed while the tool runs is somebody else's; what it asks for itself is not shown.
  @Test(arguments: ToolTrace.kernels) func ownRequestsAreLeftOut(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["block"])
    trace.factsOf = { thread in ThreadFacts(process: thread == 43 ? 42 : thread) }
    func request(_ place: Int, by thread: Int32, endsIn other: Int32) {
      let time = 1_000_000_000 + UInt64(place) * 1_000_000
      let what = (sector: place * 8, sectors: 8, type: "R")
      Self.add(
        &trace, "issue", time, thread: thread, sector: what.sector, sectors: what.sectors,
        type: what.type)
      Self.add(
        &trace, "complete", time + 500_000, thread: other, sector: what.sector,
        sectors: what.sectors, type: what.type)
    }
    request(1, by: 7, endsIn: 42)
    request(2, by: 42, endsIn: 42)
    request(3, by: 43, endsIn: 0)
    request(4, by: 9, endsIn: 43)
    func sectors(_ tool: String, _ column: Int) throws -> [String] {
      try trace.rows(tool, ["--csv"]).dropFirst().map { row in
        String(row.split(separator: ",")[column])
      }
    }
    #expect(try sectors("biosnoop", 6) == ["8", "16", "24", "32"])
    trace.ownProcess = 42
    #expect(try sectors("biosnoop", 6) == ["8", "32"])
    for name in ["biosnoop", "iosnoop", "biolatency", "biotop", "iolatency"] {
      let type = try #require(ToolList.tool(named: name))
      let tool = try type.init(try #require(try ToolOptions([], for: type.about)))
      #expect(ToolSession.plan(for: tool).showsRecorder)
    }
  }

  @Test func disksHaveTheirNames() {
    var disks = DiskNames(
      text: " 254       0 vda 100 0 2 3\n 254       1 vda1 1 2\nnonsense\n 259 3 nvme0n1 5\n")
    #expect(disks.name(of: 254 << 20) == "vda")
    #expect(disks.name(of: 259 << 20 | 3) == "nvme0n1")
    #expect(disks.name(of: 8 << 20) == "8,0")
    #expect(disks.device(named: "vda1") == 254 << 20 | 1)
    #expect(disks.device(named: "sda") == nil)
  }

  @Test(arguments: [
    ("R", "R", "Read"), ("RAM", "R", "ReadAhead-Metadata-Read"), ("W", "W", "Write"),
    ("FWFS", "W", "PreFlush-ForcedUnitAccess-Sync-Write"),
    ("WFM", "W", "ForcedUnitAccess-Metadata-Write"),
    ("F", "F", "Flush"), ("FF", "F", "PreFlush-Flush"), ("DS", "D", "Sync-Discard"),
    ("DE", "D", "SecureErase"), ("N", "N", "Unknown"), ("", "?", "Unknown"),
  ])
  func lettersAreOperations(_ letters: String, _ operation: String, _ words: String) {
    let type = Array(letters.utf8).withUnsafeBytes { RequestType(ShortText($0)) }
    #expect(type.operation == operation)
    #expect(type.words == words)
  }

  @Test func latenciesAreCountedByClosedBounds() throws {
    let trace = try Self.trace("6.1")
    // 1, 250, 900 and 3000 µs: both ends belong to a row, and 0 and 1 share the first.
    #expect(
      try trace.rows("biolatency").dropFirst() == [
        "", "     usecs               : count     distribution",
        "         0 -> 1          : 1        |****************************************|",
        "         2 -> 3          : 0        |                                        |",
        "         4 -> 7          : 0        |                                        |",
        "         8 -> 15         : 0        |                                        |",
        "        16 -> 31         : 0        |                                        |",
        "        32 -> 63         : 0        |                                        |",
        "        64 -> 127        : 0        |                                        |",
        "       128 -> 255        : 1        |****************************************|",
        "       256 -> 511        : 0        |                                        |",
        "       512 -> 1023       : 1        |****************************************|",
        "      1024 -> 2047       : 0        |                                        |",
        "      2048 -> 4095       : 1        |****************************************|",
      ])
    #expect(
      try trace.rows("biolatency", ["-mQe", "-d", "259,3"]).suffix(4) == [
        "         0 -> 1          : 1        |****************************************|",
        "         2 -> 3          : 1        |****************************************|", "",
        "avg = 1 msecs, total: 3 msecs, count: 2",
      ])
    #expect(
      try trace.rows("biolatency", ["-DFm", "--csv", "5", "1"]) == [
        "disk,flags,from_ms,to_ms,count",
        #""259,3",PreFlush-ForcedUnitAccess-Sync-Write,0,1,0"#,
        #""259,3",PreFlush-ForcedUnitAccess-Sync-Write,1,2,0"#,
        #""259,3",PreFlush-ForcedUnitAccess-Sync-Write,2,4,1"#, #""259,3",Sync-Write,0,1,1"#,
        #""8,0",PreFlush-Flush,0,1,1"#, #""8,0",ReadAhead-Read,0,1,1"#,
      ])
  }

  @Test func intervalsHaveTheirTimes() throws {
    // From the first event on: 5 ms hold three requests, the flush is in the third interval.
    #expect(
      try Self.trace("6.12").rows("biolatency", ["0.005", "-tm", "--csv"]) == [
        "time_s,from_ms,to_ms,count", "1.005000,0,1,2", "1.005000,1,2,0", "1.005000,2,4,1",
        "1.010250,0,1,1",
      ])
  }

  @Test(arguments: ToolTrace.kernels) func processesAreSortedByWhatTheyMove(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("biotop") == [
        "Tracing... Output every interval. Hit Ctrl-C to end.", "", "1.010250",
        "PID     COMM             D MAJ MIN DISK       I/O  Kbytes  AVGms",
        "9       my shell         W 259 3   259,3        2     128   1.95",
        "7       dd               R 8   0   8,0          1       4   0.00",
        "7       dd               F 8   0   8,0          1       0   0.25",
      ])
    #expect(
      try Self.trace(kernel).rows("biotop", ["-r", "1", "--csv", "0.005"]) == [
        "pid,comm,type,major,minor,disk,requests,size_kb,avg_ms",
        #"9,my shell,W,259,3,"259,3",2,128,1.95"#, #"7,dd,F,8,0,"8,0",1,0,0.25"#,
      ])
    #expect(throws: ToolUsageError.self) { try Self.trace(kernel).rows("biotop", ["-r", "0"]) }
  }

  @Test func whatHasNoRoomIsCounted() {
    var table = CountTable<Int, Int>(limit: 2)
    for key in [1, 2, 1, 3, 3] { table.count(key, from: 0) { $0 += 1 } }
    #expect(table.entries == [1: 2, 2: 1])
    #expect(table.dropped == 2)
  }
}
