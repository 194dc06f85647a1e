/// All tools, by their names.
package enum ToolList {
  package static let all: [any KernelTool.Type] = [
    ExecSnoop.self, ExitSnoop.self, OpenSnoop.self, StatSnoop.self, MountSnoop.self,
    KillSnoop.self, SyncSnoop.self, Capable.self, OOMKill.self,
    IOSnoop.self, IOLatency.self, BiteSize.self, BioSnoop.self, BioLatency.self, BioTop.self,
    FileSlower.self, FileTop.self, CacheStat.self,
    SysCount.self, SysLatency.self, FuncCount.self, FuncLatency.self, StackCount.self,
    PerfStatHist.self, ArgDist.self, Trace.self,
    RunQLat.self, RunQSlower.self, CPUDist.self, HardIRQs.self, SoftIRQs.self, OffCPUTime.self,
    WakeupTime.self,
    TCPConnect.self, TCPAccept.self, TCPLife.self, TCPDrop.self, TCPRetrans.self,
  ]

  /// Those that show the kernel's own lines.
  package static let streams: [any StreamTool.Type] = [
    FuncTrace.self, FuncGraph.self, FuncSlower.self, KProbe.self, UProbe.self, TPoint.self,
  ]

  package static func tool(named name: String) -> (any KernelTool.Type)? {
    all.first { $0.about.name == name }
  }

  package static func stream(named name: String) -> (any StreamTool.Type)? {
    streams.first { $0.about.name == name }
  }
}
