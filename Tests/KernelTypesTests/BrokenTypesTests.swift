import ByteIO
import Testing
import TraceTestSupport

@testable import KernelTypes

/// Bytes that are no BTF, or nearly: every look at them ends, in an answer or a typed error.
@Suite struct BrokenTypesTests {
  /// Asks everything of everything; returns how many answers there were.
  static func walk(_ bytes: [UInt8], on base: TypeStore? = nil) -> Int {
    guard let store = try? store(bytes, on: base) else { return 0 }
    var answers = 0
    for number in 0..<min(store.endID, 400) {
      let id = TypeID(number)
      answers += (try? store.spelling(id, "x")) == nil ? 0 : 1
      answers += (try? store.size(of: id)) == nil ? 0 : 1
      answers += (try? store.stripped(id)) == nil ? 0 : 1
      answers += (try? TypeLayout.lines(of: id, in: store)) == nil ? 0 : 1
      answers += (try? store.prototype(id)?.argumentNumbers()) == nil ? 0 : 1
      answers += (try? MemberPath("f_path.dentry->d_name.len", from: id, in: store)) == nil ? 0 : 1
      if let record = try? store.record(id) {
        answers += (try? store.memberNames(of: record)) == nil ? 0 : 1
        answers += (try? store.member(named: "len", of: record)) == nil ? 0 : 1
        answers += (try? store.enumerators(of: record)) == nil ? 0 : 1
      }
    }
    answers += (try? store.prototype(ofFunction: "vfs_read")) == nil ? 0 : 1
    answers += (try? store.nearest(to: "vfs_raed", [.function])) == nil ? 0 : 1
    answers += (try? FunctionIndex(store)) == nil ? 0 : 1
    return answers
  }

  @Test func cutOffAnywhere() throws {
    let sample = SampleTypes()
    let bytes = sample.kernel.bytes
    let whole = Self.walk(bytes)
    #expect(whole > 400)
    for count in bytes.indices {
      // The header says how much there should be.
      #expect(Self.walk(Array(bytes[..<count])) == 0)
    }
    let kernel = try store(bytes)
    let module = sample.module.bytes
    #expect(Self.walk(module, on: kernel) > 400)
    for count in module.indices { #expect(Self.walk(Array(module[..<count]), on: kernel) == 0) }
  }

  @Test func typesCutOffButTheHeaderAgrees() throws {
    let builder = SampleTypes().kernel
    let bytes = builder.bytes
    let types = Int(bytes[12]) | Int(bytes[13]) << 8
    let whole = Self.walk(bytes)
    for count in stride(from: 0, to: types, by: 13) {
      var cut = bytes
      cut[12] = UInt8(count & 0xff)
      cut[13] = UInt8(count >> 8)
      #expect(Self.walk(cut) < whole)
    }
  }

  @Test(arguments: [ByteOrder.little, .big])
  func flippedBytes(order: ByteOrder) throws {
    let sample = SampleTypes(order: order)
    let bytes = sample.kernel.bytes
    let kernel = try store(bytes)
    var state: UInt64 = 1
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    let whole = Self.walk(bytes)
    var answers = 0
    for _ in 0..<100 {
      var broken = bytes
      for _ in 0...random(4) { broken[random(broken.count)] = UInt8(random(256)) }
      answers += Self.walk(broken)
      var module = sample.module.bytes
      module[random(module.count)] ^= UInt8(1 << random(8))
      answers += Self.walk(module, on: kernel)
    }
    // Most are still readable for the greater part.
    #expect(answers > 25 * whole)
  }

  @Test func aHeaderIsChecked() {
    let bytes = SampleTypes().kernel.bytes
    func problem(_ change: (inout [UInt8]) -> Void) -> KernelTypeError? {
      var broken = bytes
      change(&broken)
      do throws(KernelTypeError) {
        _ = try store(broken)
        return nil
      } catch { return error }
    }
    func malformed(_ offset: Int, _ problem: String) -> KernelTypeError {
      .malformed(file: "types", offset: offset, problem: problem)
    }
    #expect(problem { _ in } == nil)
    #expect(
      problem { $0 = [1, 2, 3] } == malformed(0, "too short for a header of BTF"))
    #expect(
      problem { $0[0] = 0 } == malformed(0, "this is no BTF (it begins with 0xeB9F)"))
    #expect(
      problem { $0[2] = 2 } == malformed(2, "BTF of version 2; only version 1 is known"))
    #expect(problem { $0[4] = 23 } == malformed(4, "a header of 23 bytes"))
    #expect(
      problem { $0[24 + 7] = 31 } == malformed(24, "a type of the unknown kind 31"))
    #expect(
      problem { $0[$0.count - 1] = 65 }
        == malformed(bytes.count, "the strings do not end with a NUL"))
    #expect(throws: KernelTypeError.self) {
      try store(SampleTypes(order: .big).module.bytes, on: store(bytes))
    }
  }

  @Test func typesThatContainThemselvesEnd() throws {
    var types = TypeBuilder()
    types.typedef("a", 2)
    types.typedef("b", 1)
    types.structure("", 8, [("", 3, 0), ("", 3, 0), ("x", 3, 0)])
    types.array(4, 1_000_000)
    types.array(4, 1_000_000)
    types.add(kind: 2, 6)
    types.prototype(7, [("f", 7), ("g", 7)])
    types.add(kind: 12, named: "loop", 99)
    let store = try store(types.bytes)
    #expect(throws: KernelTypeError.tooDeep(file: "types", id: 1)) { try store.stripped(TypeID(1)) }
    #expect(throws: KernelTypeError.tooDeep(file: "types", id: 3)) {
      try store.member(named: "y", of: store.record(TypeID(3)))
    }
    #expect(throws: KernelTypeError.tooDeep(file: "types", id: 3)) {
      try TypeLayout.lines(of: TypeID(3), in: store)
    }
    for id: UInt32 in [4, 5] {
      #expect(throws: KernelTypeError.tooDeep(file: "types", id: 4)) {
        try store.size(of: TypeID(id))
      }
    }
    for id: UInt32 in [4, 6, 7] {
      #expect(throws: KernelTypeError.self) { try store.spelling(TypeID(id)) }
    }
    #expect(throws: KernelTypeError.noSuchID(file: "types", id: 99)) {
      try store.prototype(ofFunction: "loop")
    }
    #expect(Self.walk(types.bytes) > 0)
  }

  @Test func lengthsThatAreTooGreatAreNone() throws {
    var types = TypeBuilder()
    let int = types.int("int", UInt32.max)
    var array = types.array(int, UInt32.max)
    array = types.array(array, UInt32.max)
    let store = try store(types.bytes)
    #expect(throws: KernelTypeError.self) { try store.size(of: TypeID(array)) }
    #expect(try store.size(of: TypeID(int)) == Int(UInt32.max))
    #expect(throws: KernelTypeError.self) { try store.size(of: TypeID(1 + int)) }
  }
}
