/// All tools, by their names.
package enum ToolList {
  package static let all: [any KernelTool.Type] = [
    ExecSnoop.self, ExitSnoop.self, OpenSnoop.self, KillSnoop.self, SyncSnoop.self,
    IOSnoop.self, IOLatency.self, BiteSize.self,
    SysCount.self, SysLatency.self, FuncCount.self, FuncLatency.self, StackCount.self,
    CacheStat.self,
    RunQLat.self, CPUDist.self, HardIRQs.self, SoftIRQs.self, OffCPUTime.self, WakeupTime.self,
    TCPConnect.self, TCPAccept.self, TCPLife.self, TCPDrop.self, TCPRetrans.self,
  ]

  package static func tool(named name: String) -> (any KernelTool.Type)? {
    all.first { $0.about.name == name }
  }
}
