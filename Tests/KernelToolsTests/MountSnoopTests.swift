import KernelTools
import Testing
import TraceTestSupport

/// Calls that mount, with strings that are copied, looked up, not there, or not readable.
@Suite struct MountSnoopTests {
  private enum Step {
    case copy(String?)
    case lookup(String?)
    case options(String?)
    case security(String)
  }

  private static func call(
    _ trace: inout ToolTrace, _ time: UInt64, _ name: String, _ values: [String: Int],
    _ steps: [Step],
    _ result: Int
  ) {
    trace.add(
      time, thread: 9, "syscalls:sys_enter_\(name)", values.mapValues { .number($0) })
    func add(_ event: String, _ field: String, _ text: String?) {
      trace.add(
        time + 1000, thread: 9, "kscope:\(event)", text.map { [field: .text($0)] } ?? [:])
    }
    for step in steps {
      switch step {
      case .copy(let text): add("strndup_user_return", "text", text)
      case .lookup(let text): add("filename_lookup", "name", text)
      case .options(let text): add("copy_mount_options_return", "text", text)
      case .security(let text): add("security_sb_mount", "text", text)
      }
    }
    trace.add(time + 2000, thread: 9, "syscalls:sys_exit_\(name)", ["ret": .number(result)])
  }

  /// A call, what the kernel reads in it, and the arguments that are shown.
  private static let calls: [(String, [String: Int], [Step], Int, String)] = [
    (
      "mount", ["dev_name": 64, "dir_name": 64, "type": 64, "flags": 1 | 0xc0ed_0000, "data": 64],
      [
        .copy("tmpfs"), .copy(#"a "disk""#), .options("size=1m"), .lookup("/mnt/a b"),
        .security("x"),
      ],
      0, #""a \"disk\"", "/mnt/a b", "tmpfs", MS_RDONLY, "size=1m""#
    ),
    (
      "mount", ["dir_name": 64, "flags": 0x1000 | 0x4000], [.options(nil), .lookup("/gone")], -2,
      #"NULL, "/gone", NULL, MS_BIND|MS_REC, NULL"#
    ),
    (
      "mount", ["dev_name": 8, "dir_name": 8, "type": 64, "data": 64],
      [.copy("ext4"), .copy(nil), .lookup("/"), .security("ro")], -14, #"?, "/", "ext4", 0, "ro""#
    ),
    (
      "umount", ["name": 64, "flags": 2 | 8], [.lookup("/mnt/a b")], -16,
      #""/mnt/a b", MNT_DETACH|UMOUNT_NOFOLLOW"#
    ),
    ("fsopen", ["_fs_name": 64, "flags": 1], [.copy("tmpfs")], 3, #""tmpfs", FSOPEN_CLOEXEC"#),
    (
      "fsconfig", ["fd": 3, "cmd": 1, "_key": 64, "_value": 64], [.copy("size"), .copy("1m")], 0,
      #"3, FSCONFIG_SET_STRING, "size", "1m", 0"#
    ),
    (
      "fsconfig", ["fd": 3, "cmd": 6], [.copy("not its")], 0,
      "3, FSCONFIG_CMD_CREATE, NULL, NULL, 0"
    ),
    ("fsmount", ["fs_fd": 3, "attr_flags": 9], [], 4, "3, 0, MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOEXEC"),
    (
      "move_mount", ["from_dfd": 4, "to_dfd": -100, "flags": 4], [.lookup(""), .lookup("/mnt")], 0,
      #"4, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH"#
    ),
    // From Linux 6.15 on.
    (
      "move_mount", ["from_dfd": 4, "to_dfd": -100, "flags": 4], [.lookup("/mnt")], 0,
      #"4, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH"#
    ),
    (
      "open_tree", ["dfd": -100, "flags": 0x80001], [.lookup("/mnt")], 5,
      #"AT_FDCWD, "/mnt", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC"#
    ),
    ("fspick", ["dfd": 7, "flags": 8], [.lookup("")], 6, #"7, "", FSPICK_EMPTY_PATH"#),
    (
      "mount_setattr", ["dfd": 5, "flags": 0x9000], [.lookup("")], -1,
      #"5, "", AT_EMPTY_PATH|AT_RECURSIVE"#
    ),
  ]

  @Test(arguments: ToolTrace.kernels) func everyCallHasItsArguments(kernel: String) throws {
    var trace = try ToolTrace(kernel: kernel, ["mounts", "kscope"])
    for (number, (name, values, steps, result, _)) in Self.calls.enumerated() {
      let time = 1_000_010_000 + UInt64(number) * 10_000
      // What others copy and look up is not of the call.
      trace.add(time - 10, thread: 7, "kscope:strndup_user_return", ["text": .text("key")])
      Self.call(&trace, time, name, values, steps, result)
      trace.add(time + 5000, thread: 9, "kscope:filename_lookup", ["name": .text("/other")])
    }
    let results = [
      "0", "-ENOENT", "-EFAULT", "-EBUSY", "3", "0", "0", "4", "0", "0", "5", "6", "-EPERM",
    ]
    let rows = try trace.rows("mountsnoop")
    #expect(rows[1] == "COMM             PID     TID     CALL")
    #expect(
      rows.dropFirst(2)
        == zip(Self.calls, results).map {
          "my shell         9       9       \($0.0)(\($0.4)) = \($1)"
        }[...])
    #expect(
      try trace.rows("mountsnoop", ["-j", "-x"])[0]
        == #"{"comm":"my shell","pid":9,"tid":9,"call":"mount","#
        + #""args":"NULL, \"/gone\", NULL, MS_BIND|MS_REC, NULL","ret":-2}"#)
    #expect(try trace.rows("mountsnoop", ["--csv", "-x"]).count == 5)
  }
}
