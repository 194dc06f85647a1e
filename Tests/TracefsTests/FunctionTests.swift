import ByteIO
import Testing
import TraceTestSupport

@testable import Tracefs

@Suite struct FunctionTests {
  let fake: FakeTracefs
  let top: Instance
  let state: SavedState

  init() throws {
    fake = try FakeTracefs()
    let directory = try TracingDirectory(path: fake.path)
    top = directory.top
    state = SavedState(directory, command: ["test"], in: StateDirectory(path: fake.statePath))
  }

  @Test func tellsTheKindsOfRulesApart() {
    #expect(FunctionRule("vfs_*") == .glob("vfs_*"))
    #expect(FunctionRule("foo.isra.0?") == .glob("foo.isra.0?"))
    #expect(FunctionRule("^vfs_read$") == .regex("^vfs_read$"))
    #expect(FunctionRule("vfs_[rw]*") == .regex("vfs_[rw]*"))
    #expect(FunctionRule("schedule:traceoff:3") == .command("schedule:traceoff:3"))
  }

  @Test func writesNamesThenCommands() throws {
    try top.setFunctionFilter(
      ["schedule:traceoff:3", "vfs_*", "tcp_(sendmsg|v4_rcv)"], saving: state)
    #expect(
      try fake.read("set_ftrace_filter")
        == "vfs_*\ntcp_sendmsg\ntcp_v4_rcv\nschedule:traceoff:3\n")
    state.restore()
    // A plain file keeps what was added before the list was emptied: nothing.
    #expect(try fake.read("set_ftrace_filter") == "")
  }

  @Test func expressionsMatchWholeNames() throws {
    let list = try top.directory.functions()
    func names(_ text: String) throws -> [String] {
      list.functions(matching: try POSIXRegex(text, wholeText: true)).map(\.name)
    }
    #expect(try names("^vfs_read") == ["vfs_read"])
    #expect(try names("VFS_READ$") == ["vfs_read"])
    #expect(try names("vfs_read.*") == ["vfs_readv", "vfs_read", "vfs_readlink"])
    #expect(try names("(vfs_read|vfs_write)") == ["vfs_read", "vfs_write"])
    #expect(try names(#"vfs_read\|vfs_write"#) == ["vfs_read", "vfs_write"])
    #expect(list.functions(matching: try POSIXRegex("ext4_file")).map(\.number) == [12])
    #expect(throws: POSIXRegexError.self) { try POSIXRegex("vfs_(") }
  }

  @Test func anExpressionWithoutAMatchNamesParts() throws {
    let error = #expect(throws: TracefsError.self) {
      try top.setFunctionFilter(["^vfs_rea"], saving: state)
    }
    #expect(error?.hint == "nearest: vfs_readv, vfs_read, vfs_readlink")
    #expect(state.changeCount == 0)
  }

  @Test func theNearestShareWordsFirst() throws {
    let list = try top.directory.functions()
    let nearest = list.nearest(to: "do_page_fault")
    #expect(nearest.first == "exc_page_fault")
    #expect(nearest.contains("do_user_addr_fault"))
    #expect(list.nearest(to: "vfs_raed").first == "vfs_read")
    #expect(list.hasMatch(glob: "ext4_*_open"))
    #expect(!list.hasMatch(glob: "do_page_fault"))
  }

  /// A few lines of `available_filter_functions` of Linux 6.12, as a kernel has them.
  private static let kernelFunctions = """
    __traceiter_page_fault_user
    __probestub_page_fault_user
    do_one_initcall
    do_pages_stat
    do_pages_move
    page_fault_oops
    do_fault
    do_wp_page
    do_page_mkwrite
    arm_kmmio_fault_page
    get_kmmio_fault_page
    handle_mm_fault
    do_sys_openat2
    __x64_sys_open
    tcp_sendmsg
    udp_sendmsg
    tcp_sendmsg_locked
    kmem_cache_alloc_noprof
    kmem_cache_free
    schedule
    io_schedule
    schedule_idle
    schedule
    vfs_read
    vfs_readv
    vcs_read
    ext4_file_write_iter [ext4]
    """

  @Test(arguments: [
    ("do_page_fualt", ["page_fault_oops", "do_pages_stat"]),
    ("do_page_fault", ["page_fault_oops", "do_fault"]),
    ("vfs_raed", ["vfs_read"]),
    ("tcp_sendmesg", ["tcp_sendmsg", "tcp_sendmsg_locked"]),
    ("shedule", ["schedule", "io_schedule"]),
    ("kmem_cache_aloc", ["kmem_cache_alloc_noprof"]),
    ("ext4_file_wirte_iter", ["ext4_file_write_iter"]),
    ("xyzzy", []),
  ])
  func theNearestOfAKernelsFunctions(wanted: String, expected: [String]) {
    let list = FunctionList(Array(Self.kernelFunctions.utf8))
    let nearest = list.nearest(to: wanted)
    #expect(Array(nearest.prefix(expected.count)) == expected)
    #expect(Set(nearest).count == nearest.count)
    #expect(!nearest.contains { $0.hasPrefix("__traceiter") || $0.hasPrefix("__probestub") })
  }

  @Test func aMisspelledWordStillNamesAnEvent() {
    #expect(NameWords("do_page_fualt").allAre(in: "page_fault_user"))
    #expect(!NameWords("do_page_fualt").allAre(in: "page_pool_release"))
    #expect(NameWords("do_page_fault").count == 2)
  }

  @Test func measuresEdits() {
    func distance(_ left: String, _ right: String) -> Int? {
      Nearest.editDistance(left.utf8, right.utf8, atMost: 9)
    }
    #expect(distance("sched", "sched") == 0)
    #expect(distance("shced", "sched") == 1)
    #expect(distance("", "abc") == 3)
    #expect(distance("kitten", "sitting") == 3)
    #expect(Nearest.editDistance("abcdef".utf8, "uvwxyz".utf8, atMost: 3) == nil)
  }
}

extension FunctionTests {
  @Test func findsFunctionsAmongTheKernelsNames() throws {
    let text = "0 T exc_page_fault\n0 t do_fault\t[mod]\n0 D jiffies\n0 t do_fault_around\n0 T last"
    try fake.write("kallsyms", text)
    func has(_ name: String) -> Bool {
      KernelSymbols.contains(name, in: fake.path + "/kallsyms")
    }
    #expect(has("exc_page_fault"))
    #expect(has("do_fault"))
    #expect(has("last"))
    #expect(!has("do_fault_aroun"))
    #expect(!has("page_fault"))
    #expect(!has("jiffies"))
  }
}
