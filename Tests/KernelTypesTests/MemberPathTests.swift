import Testing
import TraceTestSupport

@testable import KernelTypes

@Suite struct MemberPathTests {
  let kernel: TypeStore

  init() throws { kernel = try store(SampleTypes().kernel.bytes) }

  func path(_ text: String, from type: String) throws(KernelTypeError) -> MemberPath {
    try MemberPath(text, from: kernel.type(written: type), in: kernel)
  }

  @Test func followsMembersPointersAndElements() throws {
    let name = try path("f_path.dentry->d_name.name", from: "struct file")
    #expect(name.offsets == [24, 40])
    #expect(try kernel.spelling(name.type) == "const unsigned char *")
    #expect(try path("f_path", from: "file").offsets == [16])
    #expect(try path("f_ids[3]", from: "file").offsets == [68])
    #expect(try path("f_paths[1].dentry->d_name.len", from: "file").offsets == [88, 36])
    #expect(try path("f_path.dentry[2].d_flags", from: "file").offsets == [24, 128])
    #expect(try path("name[5]", from: "filename").offsets == [0, 5])
    #expect(try path("matrix[1][2]", from: "task_struct").offsets == [53])
  }

  @Test func membersOfAnonymousOnesCountAsOwn() throws {
    #expect(try path("len", from: "qstr").offsets == [4])
    #expect(try path("hash_len", from: "qstr").offsets == [0])
    #expect(try path("d_name.len", from: "dentry").offsets == [36])
    let qstr = try kernel.record(kernel.type(written: "struct qstr"))
    #expect(try kernel.memberNames(of: qstr) == ["name", "hash_len", "hash", "len"])
  }

  @Test func bitFieldsKeepTheirBits() throws {
    let policy = try path("policy", from: "task_struct")
    #expect(policy.offsets == [5])
    #expect(policy.bits?.offset == 3)
    #expect(policy.bits?.count == 6)
    #expect(try path("pid", from: "task_struct").bits == nil)
  }

  @Test func bitFieldsOfOldEncodersAreUnderstood() throws {
    var types = TypeBuilder()
    let narrow = types.add(kind: 1, named: "unsigned int", 4, [2 << 16 | 3])
    let outer = types.structure("old", 4, [("flags", narrow, 8)])
    let store = try store(types.bytes)
    let flags = try MemberPath("flags", from: TypeID(outer), in: store)
    #expect(flags.offsets == [1])
    #expect(flags.bits?.offset == 2)
    #expect(flags.bits?.count == 3)
  }

  @Test(arguments: [
    ("f_paht", 0, "struct file has no member 'f_paht'", ["f_path", "f_paths"]),
    ("f_path->dentry", 8, "struct path is no pointer: write .dentry", []),
    ("f_path.dentry.d_name", 14, "struct dentry * is a pointer: write ->d_name", []),
    ("f_mode.x", 7, "unsigned int has no members", []),
    ("f_ids[4]", 5, "there are only 4 elements", []),
    ("f_ids[-1]", 5, "expected a number in brackets", []),
    ("f_mode[0]", 6, "unsigned int is no array", []),
    ("f_inode[99999999]", 7, "the size of struct inode is not known", []),
    ("f_op[1]", 4, "the size of void is not known", []),
    ("f_path.", 7, "the name of a member is missing", []),
    ("f_path dentry", 6, "expected . or -> or [", []),
    ("f_path.dentry[99999999999]", 13, "too far away", []),
    ("f_path.dentry[9223372036854775807]", 13, "too far away", []),
  ])
  func mistakesHaveAPlace(
    text: String, offset: Int, problem: String, nearest: [String]
  ) throws {
    #expect(
      throws: KernelTypeError.badPath(
        text: text, offset: offset, problem: problem, nearest: nearest)
    ) { try path(text, from: "struct file") }
  }
}
