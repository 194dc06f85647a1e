import KernelTools
import Testing
import TraceTestSupport

/// Requests of known size, sector and duration; none may be missing, none made up.
@Suite struct IOSnoopTests {
  private typealias Request = (device: Int, sector: Int, sectors: Int, type: String)

  private static func device(_ major: Int, _ minor: Int) -> Int { major << 20 | minor }

  private static func values(_ request: Request) -> [String: ToolTrace.Value] {
    [
      "dev": .number(request.device), "sector": .number(request.sector),
      "nr_sector": .number(request.sectors), "bytes": .number(request.sectors * 512),
      "rwbs": .text(request.type), "comm": .text("dd"), "cmd": .text(""),
    ]
  }

  /// Three requests: a read of 4 KB that takes 1.5 ms, a write of 64 KB that takes 20 ms and is
  /// completed on the other CPU, by a name with a blank, and a flush.
  private static func trace(_ kernel: String) throws -> ToolTrace {
    var trace = try ToolTrace(kernel: kernel, ["block"])
    let read: Request = (device(8, 0), 2048, 8, "R")
    let write: Request = (device(259, 3), 1 << 33, 128, "WS")
    var other = values(write)
    other["comm"] = .text("my shell")
    trace.add(1_000_100_000, thread: 7, "block:block_rq_insert", values(read))
    trace.add(1_000_200_000, thread: 7, "block:block_rq_issue", values(read))
    trace.add(1_000_300_000, thread: 9, "block:block_rq_issue", other)
    trace.add(1_001_700_000, thread: 0, "block:block_rq_complete", values(read))
    trace.add(1_020_300_000, cpu: 1, thread: 0, "block:block_rq_complete", values(write))
    trace.add(1_021_000_000, thread: 7, "block:block_rq_issue", values((device(8, 0), 0, 0, "FF")))
    trace.add(
      1_021_250_000, thread: 0, "block:block_rq_complete", values((device(8, 0), -1, 0, "FF")))
    return trace
  }

  @Test(arguments: ToolTrace.kernels) func everyRequestHasItsRow(kernel: String) throws {
    #expect(
      try Self.trace(kernel).rows("iosnoop") == [
        "Tracing block I/O. Ctrl-C to end.",
        "COMM         PID    TYPE DEV      BLOCK        BYTES     LATms",
        "dd           7      R    8,0      2048         4096       1.50",
        "my shell     9      WS   259,3    8589934592   65536     20.00",
        "dd           7      FF   8,0      0            0          0.25",
      ])
  }

  @Test func timesAndTheQueueAreColumns() throws {
    let rows = try Self.trace("6.12").rows("iosnoop", ["-Qst", "-i", "*R*"])
    #expect(
      rows.dropFirst() == [
        "STARTs          ENDs            COMM         PID    TYPE DEV      BLOCK        BYTES     LATms",
        "1.000100        1.001700        dd           7      R    8,0      2048         4096       1.60",
      ])
  }

  @Test(arguments: [
    (["-d", "259,3"], ["259,3"]), (["-n", "^my"], ["259,3"]), (["-p", "7"], ["8,0", "8,0"]),
    (["-L", "9"], ["259,3"]), (["-i", "F*"], ["8,0"]),
  ])
  func onlyWhatIsAskedFor(_ arguments: [String], _ devices: [String]) throws {
    let rows = try Self.trace("6.1").rows("iosnoop", arguments + ["--csv"])
    #expect(rows.first == "comm,pid,type,dev,sector,bytes,lat_ms")
    #expect(rows.dropFirst().map { String($0.split(separator: "\"")[1]) } == devices)
  }

  @Test func jsonHasNumbersWhereTheyAre() throws {
    let rows = try Self.trace("6.12").rows("iosnoop", ["-j", "-d", "259,3"])
    #expect(
      rows == [
        #"{"comm":"my shell","pid":9,"type":"WS","dev":"259,3","sector":8589934592,"#
          + #""bytes":65536,"lat_ms":20.00}"#
      ])
  }

  @Test func aRequestInPiecesIsOneAndARequeuedOneBeginsAnew() throws {
    var trace = try ToolTrace(kernel: "6.12", ["block"])
    let whole: Request = (Self.device(8, 0), 1000, 16, "R")
    trace.add(1_000_000_000, thread: 7, "block:block_rq_issue", Self.values(whole))
    trace.add(
      1_002_000_000, thread: 0, "block:block_rq_complete",
      Self.values((Self.device(8, 0), 1000, 8, "R")))
    trace.add(
      1_004_000_000, thread: 0, "block:block_rq_complete",
      Self.values((Self.device(8, 0), 1008, 8, "R")))
    let again: Request = (Self.device(8, 0), 3000, 8, "W")
    trace.add(1_010_000_000, thread: 7, "block:block_rq_issue", Self.values(again))
    trace.add(1_011_000_000, thread: 7, "block:block_rq_requeue", Self.values(again))
    trace.add(1_015_000_000, thread: 7, "block:block_rq_issue", Self.values(again))
    trace.add(1_016_000_000, thread: 0, "block:block_rq_complete", Self.values(again))
    #expect(
      try trace.rows("iosnoop", ["--csv"]).dropFirst() == [
        #"dd,7,R,"8,0",1000,8192,4.00"#, #"dd,7,W,"8,0",3000,4096,1.00"#,
      ])
  }

  @Test func whatBeganBeforeALossIsNotPaired() throws {
    var trace = try ToolTrace(kernel: "6.1", ["block"])
    let request: Request = (Self.device(8, 0), 1000, 16, "R")
    trace.add(1_000_000_000, thread: 7, "block:block_rq_issue", Self.values(request))
    trace.loseEvents()
    trace.add(1_500_000_000, thread: 0, "block:block_rq_complete", Self.values(request))
    let (rows, notes) = try trace.run("iosnoop", ["--csv"])
    #expect(rows.count == 1)
    #expect(notes.count == 1 && notes[0].contains("events were lost"))
  }

  @Test func latenciesAreCountedByPowersOfTwo() throws {
    #expect(
      try Self.trace("6.12").rows("iolatency").dropFirst() == [
        "", "  >=(ms) .. <(ms)   : I/O      |Distribution                          |",
        "       0 -> 1       : 1        |######################################|",
        "       1 -> 2       : 1        |######################################|",
        "       2 -> 4       : 0        |                                      |",
        "       4 -> 8       : 0        |                                      |",
        "       8 -> 16      : 0        |                                      |",
        "      16 -> 32      : 1        |######################################|",
      ])
    // Of intervals of 10 ms: the first two requests, then nothing, then the flush.
    let rows = try Self.trace("6.12").rows("iolatency", ["0.01", "--csv"])
    #expect(
      rows == [
        "from_ms,to_ms,count", "0,1,0", "1,2,1", "0,1,1", "1,2,0", "2,4,0", "4,8,0", "8,16,0",
        "16,32,1",
      ])
  }

  @Test func sizesAreCountedByTheBucketsThatAreAskedFor() throws {
    let trace = try Self.trace("6.1")
    #expect(
      try trace.rows("bitesize") == [
        "Tracing block I/O size (bytes), until Ctrl-C...",
        "            Kbytes         : I/O      Distribution",
        "              -> 0.9       : 1        |######################################|",
        "          1.0 -> 7.9       : 1        |######################################|",
        "          8.0 -> 63.9      : 0        |                                      |",
        "         64.0 -> 127.9     : 1        |######################################|",
        "        128.0 ->           : 0        |                                      |",
      ])
    #expect(
      try trace.rows("bitesize", ["-b", "4 64", "-D", "8,0", "--csv"])
        == ["from_kb,to_kb,count", "0,4,1", "4,64,1", "64,,0"])
    for text in ["", "8 4", "8 x", "0"] {
      #expect(throws: ToolUsageError.self) { try trace.rows("bitesize", ["-b", text]) }
    }
  }

  @Test(arguments: [
    ["-d", "x"], ["-i", ""], ["ten"], ["1", "2"], ["-n", "("], ["--what"], ["-p"], ["-j=1"],
  ])
  func nonsenseIsRefused(arguments: [String]) throws {
    #expect(throws: ToolUsageError.self) {
      let type = try #require(ToolList.tool(named: "iosnoop"))
      _ = try type.init(try #require(try ToolOptions(arguments, for: type.about)))
    }
  }
}
