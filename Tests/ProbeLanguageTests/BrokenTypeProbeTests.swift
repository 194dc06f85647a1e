import KernelTypes
import Testing
import TraceTestSupport

@testable import ProbeLanguage

/// Probes over types that are broken: an answer or a typed error.
@Suite struct BrokenTypeProbeTests {
  @Test func flippedBytes() {
    let bytes = SampleTypes().kernel.bytes
    let folder = TemporaryFolder()
    var state: UInt64 = 3
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var compiled = 0
    var refused = 0
    for _ in 0..<150 {
      var broken = bytes
      for _ in 0...random(3) { broken[random(broken.count)] = UInt8(random(256)) }
      folder.write(broken, to: "vmlinux")
      var compiler = ProbeCompiler(
        TypeLibrary(path: folder.path), keepsArguments: true, taken: [], isFunction: { _ in false })
      for text in [
        "probe:mixed", "probe:get_pair%return",
        "probe:wake_up_new_task(p->comm, p->policy, p->matrix)",
        "probe:vfs_read(file:%pD, file->f_paths[1].dentry->d_name.len, file->f_inode->i_uid)",
      ] {
        do throws(ProbeError) {
          _ = try compiler.compile(text)
          compiled += 1
        } catch { refused += 1 }
      }
    }
    #expect(compiled > 150)
    #expect(refused > 30)
  }

  @Test func typesThatContainThemselvesEnd() throws {
    var types = TypeBuilder()
    types.structure("wrap", 8, [("inner", 1, 0)])
    types.array(2, 1)
    types.structure("holder", 8, [("list", 2, 0)])
    types.function("f", 0, [("w", types.pointer(1)), ("h", types.pointer(3))])
    let folder = TemporaryFolder()
    folder.write(types.bytes, to: "vmlinux")
    var compiler = ProbeCompiler(
      TypeLibrary(path: folder.path), keepsArguments: true, taken: [], isFunction: { _ in false })
    #expect(throws: ProbeError.self) { try compiler.compile("probe:f(*w)") }
    #expect(throws: ProbeError.self) { try compiler.compile("probe:f(h->list)") }
  }
}
