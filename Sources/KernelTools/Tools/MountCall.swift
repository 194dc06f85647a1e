/// A system call that mounts or unmounts, as it comes together from its events.
///
/// Numbers are the call's own; strings are the kernel's copies, in the order in which the call makes
/// them (fs/namespace.c and fs/fsopen.c), as a program's memory may not be there to be read.
struct MountCall {
  enum Kind: String, CaseIterable {
    case mount, umount, fsopen, fsconfig, fsmount, fspick, move_mount, open_tree, mount_setattr
  }

  /// The arguments of all of them; a call has some. Pointers tell what is NULL.
  enum Argument: Int, EventFields {
    case dev_name, type, data, flags, attr_flags, fd, fs_fd, dfd, from_dfd, to_dfd, cmd, _key,
      _value
    case aux
  }

  let kind: Kind
  private let values: [Int]
  /// What `strndup_user` copied; nil for what could not be read.
  private var copies: [[UInt8]?] = []
  private var lookups: [[UInt8]?] = []
  private var data: [UInt8]?

  /// No call makes more.
  private static let limit = 4

  init(_ kind: Kind, _ event: ToolEvent) {
    self.kind = kind
    values = Argument.allCases.map { event[$0] }
  }

  mutating func addCopy(_ text: [UInt8]?) {
    if copies.count < Self.limit { copies.append(text) }
  }
  mutating func addLookup(_ name: [UInt8]?) {
    if lookups.count < Self.limit { lookups.append(name) }
  }
  mutating func addData(_ text: [UInt8]?) { data = data ?? text }

  // MARK: Text

  /// `"tmpfs", "/mnt", "tmpfs", MS_RDONLY, "size=1m"`.
  var arguments: [UInt8] {
    var copies = copies[...]
    func copy(_ pointer: Argument) -> [UInt8] {
      self[pointer] == 0 ? Array("NULL".utf8) : Self.quoted(copies.popFirst() ?? nil)
    }
    let parts: [[UInt8]]
    switch kind {
    case .mount:
      let (type, device) = (copy(.type), copy(.dev_name))
      let options = self[.data] == 0 ? Array("NULL".utf8) : Self.quoted(data)
      // Old programs put a mark above the flags (MS_MGC_VAL).
      let flags = self[.flags] & 0xffff_0000 == 0xc0ed_0000 ? self[.flags] & 0xffff : self[.flags]
      parts = [device, path(0), type, Self.mountFlags.bytes(flags), options]
    case .umount: parts = [path(0), Self.unmountFlags.bytes(self[.flags])]
    case .fsopen:
      parts = [Self.quoted(copies.popFirst() ?? nil), Self.openFlags.bytes(self[.flags])]
    case .fsconfig:
      let command = self[.cmd]
      let name = Self.commands.indices.contains(command) ? Self.commands[command] : "\(command)"
      let key = copy(._key)
      // Binary values and paths are not copied as text.
      let value = command == 1 ? copy(._value) : Array((self[._value] == 0 ? "NULL" : "?").utf8)
      parts = [number(.fd), Array(name.utf8), key, value, number(.aux)]
    case .fsmount:
      parts = [
        number(.fs_fd), Self.fsmountFlags.bytes(self[.flags]),
        Self.attributes.bytes(self[.attr_flags]),
      ]
    case .fspick: parts = [number(.dfd), path(0), Self.pickFlags.bytes(self[.flags])]
    case .open_tree, .mount_setattr:
      let emptyPath = self[.flags] & 0x1000 != 0
      parts = [
        number(.dfd), lookups.isEmpty && emptyPath ? Self.quoted([]) : path(0),
        Self.treeFlags.bytes(self[.flags]),
      ]
    case .move_mount:
      // A descriptor's own mount is not looked up from Linux 6.15 on.
      let isOne = lookups.count == 1 && self[.flags] & 4 != 0
      parts = [
        number(.from_dfd), isOne ? Self.quoted([]) : path(0), number(.to_dfd),
        path(isOne ? 0 : 1), Self.moveFlags.bytes(self[.flags]),
      ]
    }
    return Array(parts.joined(separator: Array(", ".utf8)))
  }

  private subscript(_ argument: Argument) -> Int { values[argument.rawValue] }

  /// A descriptor, or a small number: an int in a register.
  private func number(_ argument: Argument) -> [UInt8] {
    let number = Int32(truncatingIfNeeded: self[argument])
    return Array((number == -100 ? "AT_FDCWD" : "\(number)").utf8)
  }

  private func path(_ index: Int) -> [UInt8] {
    Self.quoted(lookups.indices.contains(index) ? lookups[index] : nil)
  }

  private static func quoted(_ text: [UInt8]?) -> [UInt8] {
    guard let text else { return [UInt8(ascii: "?")] }
    var quoted = [UInt8(ascii: "\"")]
    for byte in text {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        quoted.append(UInt8(ascii: "\\"))
      }
      quoted.append(byte)
    }
    return quoted + [UInt8(ascii: "\"")]
  }
}

extension KernelFlags {
  fileprivate func bytes(_ number: Int) -> [UInt8] { Array(text(number).utf8) }

  /// - Parameter words: from bit 0 on; `-` for none.
  fileprivate init(_ prefix: String, _ words: String) {
    self.init(
      words.split(separator: " ").enumerated().map { bit, word in
        word == "-" ? (0, "") : (1 << bit, prefix + word)
      })
  }
}

/// Source: include/uapi/linux/mount.h, fcntl.h and include/linux/fs.h.
extension MountCall {
  private static let mountFlags = KernelFlags(
    "MS_",
    "RDONLY NOSUID NODEV NOEXEC SYNCHRONOUS REMOUNT MANDLOCK DIRSYNC NOSYMFOLLOW - NOATIME NODIRATIME "
      + "BIND MOVE REC SILENT POSIXACL UNBINDABLE PRIVATE SLAVE SHARED RELATIME KERNMOUNT I_VERSION "
      + "STRICTATIME LAZYTIME")
  private static let unmountFlags = KernelFlags(
    "", "MNT_FORCE MNT_DETACH MNT_EXPIRE UMOUNT_NOFOLLOW")
  private static let openFlags = KernelFlags("FSOPEN_", "CLOEXEC")
  private static let fsmountFlags = KernelFlags("FSMOUNT_", "CLOEXEC")
  private static let pickFlags = KernelFlags(
    "FSPICK_", "CLOEXEC SYMLINK_NOFOLLOW NO_AUTOMOUNT EMPTY_PATH")
  private static let attributes = KernelFlags(
    "MOUNT_ATTR_",
    "RDONLY NOSUID NODEV NOEXEC NOATIME STRICTATIME - NODIRATIME - - - - - - - - - - - - IDMAP "
      + "NOSYMFOLLOW")
  private static let moveFlags = KernelFlags(
    "MOVE_MOUNT_",
    "F_SYMLINKS F_AUTOMOUNTS F_EMPTY_PATH - T_SYMLINKS T_AUTOMOUNTS T_EMPTY_PATH - SET_GROUP BENEATH"
  )
  private static let treeFlags = KernelFlags([
    (1, "OPEN_TREE_CLONE"), (0x100, "AT_SYMLINK_NOFOLLOW"), (0x800, "AT_NO_AUTOMOUNT"),
    (0x1000, "AT_EMPTY_PATH"), (0x8000, "AT_RECURSIVE"), (0x80000, "OPEN_TREE_CLOEXEC"),
  ])
  private static let commands = [
    "FSCONFIG_SET_FLAG", "FSCONFIG_SET_STRING", "FSCONFIG_SET_BINARY", "FSCONFIG_SET_PATH",
    "FSCONFIG_SET_PATH_EMPTY", "FSCONFIG_SET_FD", "FSCONFIG_CMD_CREATE", "FSCONFIG_CMD_RECONFIGURE",
    "FSCONFIG_CMD_CREATE_EXCL",
  ]
}
