import Testing
import TraceTestSupport

@testable import KernelTypes

@Suite struct TypeLibraryTests {
  let folder = TemporaryFolder()
  let library: TypeLibrary

  init() {
    SampleTypes().write(to: folder)
    library = TypeLibrary(path: folder.path)
  }

  @Test func functionsAreLookedForInTheKernelAndItsModules() throws {
    let kernel = try library.kernel()
    #expect(library.modules == ["dummy"])
    #expect(try library.function("vfs_read", in: nil, kernel: kernel)?.store.name == "vmlinux")
    let found = try library.function("dummy_xmit", in: nil, kernel: kernel)
    #expect(found?.store.name == "dummy")
    #expect(try library.function("dummy_xmit", in: "dummy", kernel: kernel)?.name == "dummy_xmit")
    #expect(try library.function("nothing", in: nil, kernel: kernel) == nil)
    // A broken module's file does not keep the others from being found.
    folder.write([1, 2, 3], to: "a_broken_one")
    #expect(try library.function("dummy_xmit", in: nil, kernel: kernel)?.store.name == "dummy")
  }

  @Test func whatIsNotThereIsSaid() throws {
    let kernel = try library.kernel()
    for name in ["nothing", "../vmlinux", "", ".", ".."] {
      #expect(throws: KernelTypeError.notThere(path: "\(folder.path)/\(name)")) {
        try library.module(name, on: kernel)
      }
    }
    let none = TypeLibrary(path: folder.path + "/none")
    #expect(throws: KernelTypeError.notThere(path: "\(folder.path)/none/vmlinux")) {
      try none.kernel()
    }
    #expect(none.modules == [])
  }
}
