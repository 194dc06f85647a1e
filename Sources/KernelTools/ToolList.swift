/// All tools, by their names.
package enum ToolList {
  package static let all: [any KernelTool.Type] = [
    ExecSnoop.self, OpenSnoop.self, KillSnoop.self, IOSnoop.self, IOLatency.self,
    BiteSize.self, SyncSnoop.self, ExitSnoop.self,
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
