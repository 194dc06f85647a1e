import KernelTools
import Testing
import TraceTestSupport

/// Recordings of arm64 kernels by trace-cmd 3.1.6: `sched`, `syscalls`, `irq`, `signal`, `block`,
/// `sock`, `tcp`, `task` and `skb` while Python did what is told here, and nothing else of its kind.
@Suite struct Arm64Tests {
  struct Kernel: CustomTestStringConvertible, Sendable {
    var name: String
    var testDescription: String { "\(name) arm64" }
    /// Of Python, of its child, of the thread that flushes the disk.
    var pid: Int
    var child: Int
    var worker: Int

    static let all = [
      Kernel(name: "6.1", pid: 130, child: 131, worker: 43),
      Kernel(name: "6.12", pid: 174, child: 175, worker: 61),
    ]

    func rows(_ tool: String, _ arguments: String...) throws -> [String] {
      let trace = try ToolTrace(recording: "arm64/\(name).dat")
      return Array(try trace.rows(tool, ["--csv"] + arguments).dropFirst())
    }

    /// Without the last column, a time.
    func timeless(_ tool: String, _ arguments: String...) throws -> [String] {
      let trace = try ToolTrace(recording: "arm64/\(name).dat")
      return try trace.rows(tool, ["--csv"] + arguments).dropFirst().map { row in
        row.split(separator: ",").dropLast().joined(separator: ",")
      }
    }
  }

  @Test(arguments: Kernel.all) func signals(kernel: Kernel) throws {
    let python = "python3.11,\(kernel.pid)"
    #expect(
      try kernel.rows("killsnoop") == [
        "\(python),\(kernel.child),0,0", "\(python),999999,10,-3", "\(python),\(kernel.child),15,0",
      ])
    #expect(try kernel.rows("killsnoop", "-x") == ["\(python),999999,10,-3"])
  }

  @Test(arguments: Kernel.all) func requestsToTheDisk(kernel: Kernel) throws {
    let python = "python3.11,\(kernel.pid)"
    let flush = #"kworker/0:1H,\#(kernel.worker),FF,"254,0",0,0"#
    #expect(
      try kernel.timeless("iosnoop") == [
        #"\#(python),WS,"254,0",16,4096"#, #"\#(python),RS,"254,0",0,65536"#,
        #"\#(python),WS,"254,0",100,512"#, flush,
      ])
    #expect(try kernel.rows("bitesize", "-b", "1 8") == ["0,1,2", "1,8,1", "8,,1"])
  }

  @Test(arguments: Kernel.all) func dataIsWritten(kernel: Kernel) throws {
    let python = "python3.11,\(kernel.pid)"
    #expect(try kernel.timeless("syncsnoop") == ["\(python),fsync,0", "\(python),sync,0"])
  }

  @Test(arguments: Kernel.all) func connections(kernel: Kernel) throws {
    let python = "\(kernel.pid),python3.11"
    #expect(
      try kernel.rows("tcpconnect") == [
        "\(python),4,127.0.0.1,127.0.0.1,7777", "\(python),4,127.0.0.1,127.0.0.1,7778",
        "\(python),6,::1,::1,7779",
      ])
  }
}
