import ByteIO
import Testing
import TraceTestSupport

@testable import KernelTypes

/// Opens the bytes as a kernel's types, or as a module's.
func store(
  _ bytes: [UInt8], on base: TypeStore? = nil
) throws(KernelTypeError) -> TypeStore {
  let file = bytes.withUnsafeBytes { MappedFile(copying: $0, named: "types") }
  return try TypeStore(file, name: "sample", base: base)
}

@Suite struct TypeStoreTests {
  @Test(arguments: [ByteOrder.little, .big])
  func functionsAreSpelledAsInC(order: ByteOrder) throws {
    let sample = SampleTypes(order: order)
    let kernel = try store(sample.kernel.bytes)
    let module = try store(sample.module.bytes, on: kernel)
    func spelling(_ name: String) throws -> String? {
      try module.prototype(ofFunction: name)?.spelling
    }
    #expect(
      try spelling("do_filp_open")
        == "struct file *do_filp_open(int dfd, struct filename *pathname, const struct open_flags *op)"
    )
    #expect(
      try spelling("vfs_read")
        == "long vfs_read(struct file *file, const char __user *buf, size_t count, long *pos)")
    #expect(try spelling("_printk") == "int _printk(const char *fmt, ...)")
    #expect(try spelling("schedule") == "void schedule(void)")
    #expect(
      try spelling("mixed")
        == "bool mixed(kuid_t a, struct pair b, int c, double d, struct large e, int f)")
    #expect(
      try spelling("get_pair")
        == "struct pair get_pair(enum pid_type kind, enum sign sign, enum big big)")
    #expect(
      try spelling("nameless") == "const char *restrict nameless(volatile int, u8 *data)")
    #expect(
      try spelling("dummy_xmit") == "int dummy_xmit(struct net_device *dev, unsigned int len)")
    #expect(try spelling("nothing") == nil)
    #expect(try kernel.prototype(ofFunction: "dummy_xmit") == nil)
    #expect(try kernel.prototype(ofFunction: "_printk")?.isVariadic == true)
    #expect(try kernel.prototype(ofFunction: "_printk")?.parameters.map(\.name) == ["fmt"])
    let index = try FunctionIndex(kernel)
    #expect(try index.prototype(of: "schedule")?.spelling == "void schedule(void)")
    #expect(try index.prototype(of: "schedul") == nil)
  }

  @Test func declarationsPutBracketsWhereCNeedsThem() throws {
    var types = TypeBuilder()
    let int = types.int("int", 4, signed: true)
    let array = types.array(int, 4)
    let pointerToArray = types.pointer(array)
    let arrayOfPointers = types.array(types.pointer(int), 4)
    let prototype = types.prototype(int, [("", int), ("", 0)])
    let pointerToFunction = types.pointer(prototype)
    let table = types.array(pointerToFunction, 2)
    let constPointer = types.const(types.pointer(types.const(int)))
    let returnsFunction = types.pointer(types.prototype(pointerToFunction, []))
    let store = try store(types.bytes)
    func text(_ id: UInt32, _ name: String = "x") throws -> String {
      try store.spelling(TypeID(id), name)
    }
    #expect(try text(array) == "int x[4]")
    #expect(try text(pointerToArray) == "int (*x)[4]")
    #expect(try text(arrayOfPointers) == "int *x[4]")
    #expect(try text(pointerToFunction) == "int (*x)(int, ...)")
    #expect(try text(table) == "int (*x[2])(int, ...)")
    #expect(try text(constPointer) == "const int *const x")
    #expect(try text(constPointer, "") == "const int *const")
    #expect(try text(returnsFunction) == "int (*(*x)(void))(int, ...)")
    #expect(try text(0, "*x") == "void *x")
  }

  @Test func sizesAndStrippedTypes() throws {
    let kernel = try store(SampleTypes().kernel.bytes)
    func size(_ name: String) throws -> Int? { try kernel.size(of: kernel.type(written: name)) }
    #expect(try size("struct file") == 96)
    #expect(try size("file") == 96)
    #expect(try size("size_t") == 8)
    #expect(try size("unsigned long") == 8)
    #expect(try size("long unsigned") == 8)
    #expect(try size("unsigned") == 4)
    #expect(try size("bool") == 1)
    #expect(try size("kuid_t") == 4)
    #expect(try size("enum big") == 8)
    #expect(try kernel.size(of: .void) == nil)
    #expect(kernel.pointerSize == 8)
    let stripped = try #require(try kernel.stripped(kernel.type(written: "size_t")))
    #expect(try stripped.name == "long unsigned int")
    let name = try #require(try kernel.find("schedule", [.function]))
    #expect(try kernel.size(of: name) == nil)
  }

  @Test func enumsHaveTheirValues() throws {
    let kernel = try store(SampleTypes().kernel.bytes)
    func values(_ name: String) throws -> [Int64] {
      try kernel.enumerators(of: kernel.record(kernel.type(written: name))).map(\.value)
    }
    #expect(try values("enum pid_type") == [0, 1])
    #expect(try values("enum sign") == [-1])
    #expect(try values("big") == [1 << 32 | 1])
  }

  @Test func unknownTypesHaveNearestNames() throws {
    let kernel = try store(SampleTypes().kernel.bytes)
    #expect(throws: KernelTypeError.unknownType(name: "struct flie", nearest: ["file"])) {
      try kernel.type(written: "struct flie")
    }
    #expect(throws: KernelTypeError.unknownType(name: "", nearest: [])) {
      try kernel.type(written: "")
    }
    #expect(try kernel.nearest(to: "vfs_raed", [.function]) == ["vfs_read"])
  }

  @Test func layoutsShowOffsetsAndHoles() throws {
    let kernel = try store(SampleTypes().kernel.bytes)
    let lines = try TypeLayout.lines(of: kernel.type(written: "struct qstr"), in: kernel)
    #expect(
      lines.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") } == [
        "struct qstr {", "union {", "struct {", "unsigned int hash; /* 0 4 */",
        "unsigned int len; /* 4 4 */", "}; /* 0 8 */", "unsigned long hash_len; /* 0 8 */",
        "}; /* 0 8 */", "const unsigned char *name; /* 8 8 */", "/* size: 16, members: 2 */", "};",
      ])
    let file = try TypeLayout.lines(of: kernel.type(written: "file"), in: kernel)
    #expect(file[1] == "\t/* 16 bytes hole */")
    #expect(file[file.count - 2] == "\t/* size: 96, members: 6, holes: 20 bytes */")
    let kind = try TypeLayout.lines(of: kernel.type(written: "enum sign"), in: kernel)
    #expect(kind == ["enum sign {", "\tBELOW = -1,", "\t/* size: 4 */", "};"])
    let name = try TypeLayout.lines(of: kernel.type(written: "size_t"), in: kernel)
    #expect(name == ["typedef unsigned long size_t;", "/* size: 8 */"])
    let task = try TypeLayout.lines(of: kernel.type(written: "task_struct"), in: kernel)
    #expect(task.contains { $0.contains("policy:6;") && $0.hasSuffix("/*    5:3 6 bits */") })
  }

  @Test func parametersHaveTheNumbersOfTheirRegisters() throws {
    let kernel = try store(SampleTypes().kernel.bytes)
    func numbers(_ name: String) throws -> [Int?]? {
      try kernel.prototype(ofFunction: name)?.argumentNumbers()
    }
    #expect(try numbers("do_filp_open") == [1, 2, 3])
    #expect(try numbers("mixed") == [1, nil, 4, nil, nil, nil])
  }

  /// Numbers of two registers, and what probes of other machines than x86 do not reach.
  @Test func numbersOfArgumentsAreRightOnAllMachines() throws {
    var types = TypeBuilder()
    let int = types.int("int", 4, signed: true)
    let wide = types.int("__int128", 16, signed: true)
    types.function("odd", 0, [("a", wide), ("b", int)])
    types.function("even", 0, [("a", int), ("b", wide), ("c", int)])
    types.function("many", 0, (1...10).map { ("a\($0)", int) })
    let kernel = try store(types.bytes)
    func numbers(_ name: String, upTo last: Int) throws -> [Int?]? {
      try kernel.prototype(ofFunction: name)?.argumentNumbers(upTo: last)
    }
    #expect(try numbers("odd", upTo: 8) == [nil, 3])
    #expect(try numbers("even", upTo: 8) == [1, nil, nil])
    #expect(try numbers("many", upTo: 8) == Array(1...8) + [nil, nil])
    #expect(try numbers("many", upTo: .max) == Array(1...10))
  }
}
