import ByteIO
import Testing
import TraceTestSupport
import Tracefs

@testable import Commands

@Suite struct KernelTypeListTests {
  let folder = TemporaryFolder()

  init() { SampleTypes().write(to: folder) }

  func text(isJSON: Bool = false, _ body: (KernelTypeList, inout ByteSink) throws -> Void) throws
    -> String
  {
    var sink = ByteSink()
    try body(try KernelTypeList(path: folder.path, isJSON: isJSON), &sink)
    return sink.text
  }

  let functions = FunctionList(Array("vfs_read\nvfs_unknown\nschedule\ndummy_xmit [dummy]\n".utf8))

  @Test func prototypesOfWhatCanBeTraced() throws {
    #expect(
      try text { try $0.writePrototypes(matching: "", of: functions, to: &$1) } == """
        long vfs_read(struct file *file, const char __user *buf, size_t count, long *pos);
        vfs_unknown
        void schedule(void);
        int dummy_xmit(struct net_device *dev, unsigned int len); [dummy]

        """)
    #expect(
      try text { try $0.writePrototypes(matching: "^sched", of: functions, to: &$1) }
        == "void schedule(void);\n")
    #expect(
      try text { try $0.writePrototypes(matching: "open$", of: nil, to: &$1) }
        == "struct file *do_filp_open(int dfd, struct filename *pathname, "
        + "const struct open_flags *op);\n")
  }

  @Test func probesInTheKernelsWords() throws {
    var sink = ByteSink()
    try KernelTypeList.writeProbe(
      "probe:vfs_read(file->f_path.dentry->d_name.name)", path: folder.path, to: &sink)
    #expect(sink.text == "p:kscope/vfs_read vfs_read name=+0(+40(+24($arg1))):string\n")
  }

  @Test func objectsOfPrototypes() throws {
    #expect(
      try text(isJSON: true) {
        try $0.writePrototypes(matching: "dummy|unk", of: functions, to: &$1)
      }
        == """
        {"function":"vfs_unknown"}
        {"function":"dummy_xmit","module":"dummy","prototype":"int dummy_xmit(struct net_device *dev, \
        unsigned int len)","returns":"int","parameters":[{"name":"dev","type":"struct net_device *"},\
        {"name":"len","type":"unsigned int"}]}

        """)
  }

  @Test func layoutsOfTypes() throws {
    #expect(
      try text { try $0.writeType("struct path", to: &$1) } == """
        struct path {
        \tvoid *mnt;                                               /*      0      8 */
        \tstruct dentry *dentry;                                   /*      8      8 */
        \t/* size: 16, members: 2 */
        };

        """)
    #expect(
      try text { try $0.writeType("struct net_device", to: &$1) }.hasPrefix("struct net_device {"))
    #expect(
      try text(isJSON: true) { try $0.writeType("struct qstr", to: &$1) } == """
        {"type":"struct qstr","member":"hash","of":"unsigned int","offset":0,"size":4}
        {"type":"struct qstr","member":"len","of":"unsigned int","offset":4,"size":4}
        {"type":"struct qstr","member":"hash_len","of":"unsigned long","offset":0,"size":8}
        {"type":"struct qstr","member":"name","of":"const unsigned char *","offset":8,"size":8}

        """)
    #expect(
      try text(isJSON: true) { try $0.writeType("enum pid_type", to: &$1) } == """
        {"type":"enum pid_type","name":"PIDTYPE_PID","value":0}
        {"type":"enum pid_type","name":"PIDTYPE_TGID","value":1}

        """)
    #expect(throws: (any Error).self) {
      try text { try $0.writeType("struct nothing", to: &$1) }
    }
  }
}
