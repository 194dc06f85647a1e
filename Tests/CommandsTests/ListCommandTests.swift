import ArgumentParser
import ByteIO
import Testing
import TraceTestSupport
import Tracefs

@testable import Commands

@Suite struct ListCommandTests {
  let fake: FakeTracefs
  let list: KernelList

  init() throws {
    fake = try FakeTracefs()
    list = KernelList(directory: try TracingDirectory(path: fake.path))
  }

  func text(_ body: (inout ByteSink) throws -> Void) rethrows -> String {
    var sink = ByteSink()
    try body(&sink)
    return sink.text
  }

  @Test func printsNamesOneALine() throws {
    #expect(
      try text { try list.writeEvents(matching: "SCHED_SW", .name, to: &$0) }
        == "sched:sched_switch\n")
    #expect(
      try text { try list.writeEvents(matching: "irq_handler_(entry|exit)$", .name, to: &$0) }
        .split(separator: "\n").sorted() == ["irq:irq_handler_entry", "irq:irq_handler_exit"])
    #expect(
      try text { try list.writeTracers(to: &$0) } == "blk mmiotrace function_graph function nop\n")
    #expect(
      try text { try list.writeFunctions(matching: "ext4", to: &$0) }
        == "ext4_file_open [ext4]\n")
    #expect(
      try text { try list.writeOptions(matching: "^stack|^over", to: &$0) }
        .split(separator: "\n").sorted() == ["nostacktrace", "overwrite"])
    #expect(
      try text { try list.writeInstances(to: &$0) } == "No buffer instances defined\n")
  }

  @Test func anEventIsMeantByItsSystemOrItsName() throws {
    func count(_ pattern: String) throws -> Int {
      let pattern = try EventNamePattern(pattern)
      return FakeTracefs.events.compactMap { EventName($0) }.count(where: pattern.matches)
    }
    #expect(try count("^sched") == 4)
    #expect(try count("sched:") == 4)
    #expect(try count("ched:switch") == 1)
    #expect(try count(":_entry$") == 1)
    #expect(try count("^irq$") == 2)
    #expect(try count("timer|irq:handler") == 2)
    #expect(try count("sched:irq") == 0)
  }

  @Test func printsFieldsAndMoreWhenFull() throws {
    let fields = try text {
      try list.writeEvents(matching: "sched_switch", .format(isFull: false), to: &$0)
    }
    #expect(fields.hasPrefix("system: sched\nname: sched_switch\nID: 308\nformat:\n"))
    #expect(fields.hasSuffix("\tfield:int next_prio;\toffset:60;\tsize:4;\tsigned:1;\n\n"))
    let full = try text {
      try list.writeEvents(matching: "sched_switch", .format(isFull: true), to: &$0)
    }
    #expect(full.hasSuffix("\n\nprint fmt: \"pid=%d\", REC->pid\n"))
  }

  @Test func printsFiltersAndTriggers() throws {
    #expect(
      try text { try list.writeEvents(matching: "sched_switch", .filter, to: &$0) }
        == "sched:sched_switch\nnone\n\n")
    #expect(
      try text { try list.writeEvents(matching: "sched_switch", .triggers, to: &$0) }
        == "sched:sched_switch\n# Available triggers:\n# traceon traceoff\n\n")
  }

  @Test func printsSectionsWhenNothingIsAsked() throws {
    let all = try text { try list.writeAll(to: &$0) }
    for part in [
      "event systems:\n", "\n\nevents:\nsyscalls:sys_enter_openat\n", "\n\ntracers:\nblk",
    ] {
      #expect(all.contains(part))
    }
    #expect(all.contains("\n\noptions:\n"))
  }

  @Test func takesARegexInEitherSpelling() throws {
    func parse(_ arguments: String...) throws -> ListCommand {
      try ListCommand.parse(Array(ListCommand.parted(["list"] + arguments).dropFirst()))
    }
    #expect(try parse("-e", "sched").events == "sched")
    #expect(try parse("-esched").events == "sched")
    #expect(ListCommand.parted(["record", "-esched"]) == ["record", "-esched"])
    #expect(try parse("-e").events == "")
    #expect(try parse("-e", "-F").events == "")
    #expect(try parse("-e", "-F").showsFormat)
    #expect(try parse("-f", "^vfs").functions == "^vfs")
    #expect(try parse("-t", "-C").events == nil)
    #expect(try parse("-p").tracers)
  }

  @Test func resetNamesFilesOnce() {
    #expect(ResetCommand.summary(["events", "a", "events"]) == "events, a")
    #expect(ResetCommand.summary(["a", "b"]) == "a, b")
    #expect(
      ResetCommand.summary((0..<10).map(String.init)) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more")
  }
}
