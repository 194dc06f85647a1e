/// All tools, by their names.
package enum ToolList {
  package static let all: [any KernelTool.Type] = [
    ExecSnoop.self, OpenSnoop.self, KillSnoop.self, IOSnoop.self, IOLatency.self, BiteSize.self,
    SyncSnoop.self, ExitSnoop.self, BioSnoop.self, BioLatency.self, BioTop.self, StatSnoop.self,
    MountSnoop.self, Capable.self, OOMKill.self, FileSlower.self, FileTop.self,
  ]

  package static func tool(named name: String) -> (any KernelTool.Type)? {
    all.first { $0.about.name == name }
  }
}
