package import ByteIO

/// A little kernel's types, with every kind that BTF has, and a module's on top of them.
///
/// Names and members are Linux's, cut down; sizes are those of a 64-bit machine.
package struct SampleTypes {
  package let kernel: TypeBuilder
  package let module: TypeBuilder

  package init(order: ByteOrder = .little) {
    var types = TypeBuilder(order: order)
    let char = types.int("char", 1, signed: true)
    let uchar = types.int("unsigned char", 1)
    let int = types.int("int", 4, signed: true)
    let uint = types.int("unsigned int", 4)
    let ulong = types.int("long unsigned int", 8)
    let long = types.int("long int", 8, signed: true)
    let wide = types.int("__int128", 16, signed: true)
    let bool = types.int("_Bool", 1, isBoolean: true)
    let double = types.add(kind: 16, named: "double", 8)
    let sizeT = types.typedef("size_t", ulong)
    let u8 = types.typedef("u8", uchar)
    let text = types.pointer(types.const(char))
    let name = types.pointer(types.const(uchar))
    let bytes = types.pointer(u8)
    let anything = types.pointer(0)
    let userText = types.pointer(types.tag("user", types.const(char)))

    let kuid = types.typedef("kuid_t", types.structure("", 4, [("val", uint, 0)]))
    let hashes = types.structure("", 8, [("hash", uint, 0), ("len", uint, 32)])
    let either = types.structure(
      "", 8, isUnion: true, [("", hashes, 0), ("hash_len", ulong, 0)])
    let qstr = types.structure("qstr", 16, [("", either, 0), ("name", name, 64)])
    let dentry = types.structure(
      "dentry", 64,
      [("d_flags", uint, 0), ("d_name", qstr, 256), ("d_iname", types.array(u8, 8), 384)])
    let dentryPointer = types.pointer(dentry)
    let path = types.structure("path", 16, [("mnt", anything, 0), ("dentry", dentryPointer, 64)])
    let forward = types.add(kind: 7, named: "inode", 0)
    let file = types.structure(
      "file", 96,
      [
        ("f_path", path, 128), ("f_mode", uint, 256), ("f_inode", types.pointer(forward), 320),
        ("f_op", anything, 384), ("f_ids", types.array(uint, 4), 448),
        ("f_paths", types.array(path, 2), 512),
      ])
    let filePointer = types.pointer(file)
    let release = types.pointer(types.prototype(int, [("", filePointer)]))
    types.structure(
      "inode", 24, [("i_ino", ulong, 0), ("i_uid", kuid, 64), ("release", release, 128)])
    let filename = types.structure(
      "filename", 32, [("name", text, 0), ("uptr", userText, 64), ("refcnt", int, 128)])
    let flags = types.structure("open_flags", 20, [("open_flag", int, 0), ("lookup", int, 128)])
    let task = types.bitFields(
      "task_struct", 80,
      [
        ("pid", int, 0, 0), ("in_execve", uint, 32, 1), ("in_iowait", uint, 33, 1),
        ("policy", uint, 43, 6), ("comm", types.array(char, 16), 64, 0),
        ("many", types.array(uint, 100), 192, 0), ("wide", wide, 256, 0),
        ("matrix", types.array(types.array(u8, 3), 2), 384, 0), ("rate", double, 448, 0),
        ("is_idle", bool, 512, 0), ("table", types.array(text, 2), 576, 0),
      ])
    let taskPointer = types.pointer(task)
    let pair = types.structure("pair", 16, [("a", ulong, 0), ("b", ulong, 64)])
    let large = types.structure("large", 24, [("a", ulong, 0), ("b", pair, 64)])
    let volatileInt = types.add(kind: 9, int)
    let restricted = types.add(kind: 11, text)
    let kind = types.add(
      kind: 6, named: "pid_type", count: 2, 4,
      [types.string("PIDTYPE_PID"), 0, types.string("PIDTYPE_TGID"), 1])
    let signedKind = types.add(
      kind: 6, named: "sign", count: 1, flag: true, 4, [types.string("BELOW"), UInt32.max])
    let bigKind = types.add(kind: 19, named: "big", count: 1, 8, [types.string("BIG"), 1, 1])

    types.function(
      "do_filp_open", filePointer,
      [
        ("dfd", int), ("pathname", types.pointer(filename)),
        ("op", types.pointer(types.const(flags))),
      ])
    types.function(
      "vfs_read", long,
      [
        ("file", filePointer), ("buf", userText), ("count", sizeT),
        ("pos", types.pointer(long)),
      ])
    types.function("_printk", int, [("fmt", text), ("", 0)])
    types.function("schedule", 0, [])
    types.function("wake_up_new_task", 0, [("p", taskPointer)])
    types.function(
      "mixed", bool,
      [("a", kuid), ("b", pair), ("c", int), ("d", double), ("e", large), ("f", int)])
    types.function("get_pair", pair, [("kind", kind), ("sign", signedKind), ("big", bigKind)])
    types.function("nameless", restricted, [("", volatileInt), ("data", bytes)])
    types.function("numbered", 0, [("common_pid", int), ("ip", ulong)])
    let variable = types.add(kind: 14, named: "jiffies", ulong, [1])
    types.add(kind: 15, named: ".data", count: 1, 8, [variable, 0, 8])
    types.add(kind: 17, named: "a_tag", filename, [UInt32.max])

    var module = TypeBuilder(order: order, base: types)
    let device = module.structure("net_device", 16, [("mtu", uint, 0), ("file", filePointer, 64)])
    module.function("dummy_xmit", int, [("dev", module.pointer(device)), ("len", uint)])
    kernel = types
    self.module = module
  }

  /// Writes them as the kernel shows them: `vmlinux` and `dummy` in a directory.
  package func write(to folder: TemporaryFolder) {
    folder.write(kernel.bytes, to: "vmlinux")
    folder.write(module.bytes, to: "dummy")
  }
}
