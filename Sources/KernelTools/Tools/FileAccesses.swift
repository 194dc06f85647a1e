/// Pairs reads and writes of files with what came of them.
///
/// What is read is told by the kernel's functions for that, `vfs_read` and its like; the end by the
/// system call's. A probe of the functions' return would be lost where many threads wait in one.
struct FileAccesses: ~Copyable {
  struct Access {
    var isWrite: Bool
    /// The file's last name.
    var name: [UInt8]
    var device: Int
    var inode: Int
    /// Its type and permissions (inode(7)).
    var mode: Int
    var start: UInt64

    /// `R` a regular file, `S` a socket, `O` all others.
    var type: String { mode & 0xf000 == 0x8000 ? "R" : mode & 0xf000 == 0xc000 ? "S" : "O" }
  }

  private enum Enter: Int, EventFields { case name, device, inode, mode }
  private enum Exit: Int, EventFields { case ret }

  private static let functions = ["vfs_read", "vfs_write", "vfs_readv", "vfs_writev"]
  private static let calls = [
    "read", "write", "pread64", "pwrite64", "readv", "writev", "preadv", "pwritev", "preadv2",
    "pwritev2",
  ]

  /// - Parameter includesAll: not regular files alone.
  static func events(includesAll: Bool) -> [WantedEvent] {
    functions.enumerated().map { number, name in
      var event = WantedEvent(
        probeOf: name, Enter.self,
        values: [
          "file:%pD", "file->f_inode->i_sb->s_dev", "file->f_inode->i_ino", "file->f_inode->i_mode",
        ], isOptional: number > 1)
      // S_IFREG, and what may be done with it.
      if !includesAll { event.filter = "mode >= 0x8000 && mode < 0x9000" }
      return event
    }
      + calls.enumerated().map { number, name in
        WantedEvent("syscalls:sys_exit_\(name)", Exit.self, isOptional: number > 1)
      }
  }

  /// Those of the functions, as a call's end has none.
  static var rowStacks: RowStackPlan { RowStackPlan(earlier: Array(functions.indices)) }

  private let includesAll: Bool
  private var begun = PairTable<Access>()

  init(includesAll: Bool) { self.includesAll = includesAll }

  var dropped: Int { begun.dropped }

  /// Takes an event in; hands over the access that it ends, and what the call returned.
  mutating func take(_ event: ToolEvent) -> (access: Access, result: Int)? {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    guard event.number < Self.functions.count else {
      guard let access = begun.end(source, thread) else { return nil }
      return (access, event[Exit.ret])
    }
    let mode = event[Enter.mode]
    guard includesAll || mode & 0xf000 == 0x8000 else { return nil }
    begun.begin(
      source, thread,
      Access(
        isWrite: event.number % 2 == 1, name: Array(event.text(Enter.name)),
        device: event[Enter.device], inode: event[Enter.inode], mode: mode, start: event.time))
    return nil
  }

  mutating func forget() { begun.removeAll() }
}
