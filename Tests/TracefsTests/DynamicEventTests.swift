import Testing

@testable import Tracefs

@Suite struct DynamicEventTests {
  /// Lines of Linux 6.1.
  @Test(arguments: [
    ("p:kprobes/myp vfs_read", DynamicEvent.Kind.kprobe),
    ("r10:kprobes/myr vfs_read", .kretprobe),
    ("p:uprobes/myu /bin/bash:0x0000000000001000", .uprobe),
    ("r:uprobes/myur /bin/bash:0x0000000000001000", .uretprobe),
    ("e:eprobes/mye sched.sched_switch x=$prev_pid", .eprobe), ("s:synthetic/mysyn\tu64 x", .synth),
  ])
  func knowsItsKind(line: String, kind: DynamicEvent.Kind) {
    #expect(DynamicEvent.kind(ofListed: line) == kind)
  }

  @Test func othersHaveNoKind() {
    #expect(DynamicEvent.kind(ofListed: "f:fprobes/x vfs_read") == nil)
    #expect(DynamicEvent.kind(ofListed: "p:x") == nil)
    #expect(DynamicEvent.kind(ofListed: "") == nil)
  }
}
