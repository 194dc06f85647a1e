import Glibc
import Testing

@testable import Recording

@Suite struct KernelTextsTests {
  @Test(arguments: [
    ("0-3,8\n", [0, 1, 2, 3, 8]), ("0\n", [0]), ("", []), ("3-1,x,5", [5]),
  ])
  func readsListsOfCPUs(_ text: String, _ expected: [Int]) {
    #expect(OnlineCPUs.parse(text) == expected)
  }

  @Test func readsTheSubBufferSize() {
    let text = """
      \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
      \tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
      \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
      \tfield: char data;\toffset:16;\tsize:16368;\tsigned:1;

      """
    #expect(KernelMetadata.pageSize(Array(text.utf8)) == 16384)
    #expect(KernelMetadata.pageSize([]) == 4096)
  }

  @Test func aSnapshotKnowsItsOwnProcess() {
    var snapshot = ProcessSnapshot()
    snapshot.add()
    snapshot.add(savedTGIDs: "4194303 4194302\nrubbish\n")
    let own = ProcessTree.threads(of: getpid())
    let lines = String(decoding: snapshot.threadsText, as: UTF8.self).split(separator: "\n")
    for thread in own { #expect(lines.contains("\(thread) \(getpid())")) }
    #expect(lines.last == "4194303 4194302")
    let arguments = String(decoding: snapshot.argumentsText, as: UTF8.self)
    #expect(arguments.split(separator: "\n").contains { $0.hasPrefix("\(getpid()) ") })
  }

  @Test func aFamilyHasTheProcessItself() {
    #expect(ProcessTree.family(of: [getpid()]).contains(getpid()))
    #expect(ProcessTree.exists(getpid()))
  }
}
