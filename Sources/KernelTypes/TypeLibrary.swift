import ByteIO
import Glibc

/// The types that the running kernel tells: `vmlinux` and one file for each module.
package struct TypeLibrary: Sendable {
  /// Where they are: `/sys/kernel/btf`.
  package let path: String

  package init(path: String = "/sys/kernel/btf") { self.path = path }

  /// The kernel's own types; throws `.notThere` where it was built without.
  package func kernel() throws(KernelTypeError) -> TypeStore {
    try load("vmlinux", on: nil)
  }

  /// A module's types on top of the kernel's; `.notThere` where it is not loaded or has none.
  package func module(_ name: String, on kernel: TypeStore) throws(KernelTypeError) -> TypeStore {
    // Names come from command lines.
    guard !name.isEmpty, !name.contains("/"), name != ".", name != "..", !name.contains("\0") else {
      throw .notThere(path: "\(path)/\(name)")
    }
    return try load(name, on: kernel)
  }

  /// The modules that have a file, sorted.
  package var modules: [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "vmlinux", !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// The function of that name and where it is described: in the kernel, else in a module.
  ///
  /// - Parameter module: the only module to look in.
  package func function(
    _ name: String, in module: String?, kernel: TypeStore
  ) throws(KernelTypeError) -> FunctionPrototype? {
    if let module { return try self.module(module, on: kernel).prototype(ofFunction: name) }
    if let found = try kernel.prototype(ofFunction: name) { return found }
    for module in modules {
      // One that went away meanwhile, or cannot be read, has nothing to say.
      guard let store = try? self.module(module, on: kernel),
        try store.find(name, [.function]).map({ $0.rawValue >= store.firstID }) ?? false
      else { continue }
      return try store.prototype(ofFunction: name)
    }
    return nil
  }

  private func load(_ name: String, on base: TypeStore?) throws(KernelTypeError) -> TypeStore {
    let path = "\(path)/\(name)"
    let file: MappedFile
    do throws(SystemError) {
      do throws(SystemError) {
        file = try MappedFile(path: path)
      } catch {
        // Kernels before 6.16 do not let these files be mapped.
        guard error.code == ENODEV || error.code == EINVAL else { throw error }
        file = try Self.read(path)
      }
    } catch {
      if error.code == ENOENT { throw .notThere(path: path) }
      throw .system(error)
    }
    return try TypeStore(file, name: name, base: base)
  }

  private static func read(_ path: String) throws(SystemError) -> MappedFile {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError("fstat", path: path) }
    let size = min(max(Int(status.st_size), 0), Int(UInt32.max))
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size + 1, alignment: 16)
    var count = 0
    while count < size, let start = bytes.baseAddress {
      let got = Glibc.read(descriptor, start + count, size - count)
      if got < 0, errno == EINTR { continue }
      if got < 0 {
        let error = SystemError("read", path: path)
        bytes.deallocate()
        throw error
      }
      if got == 0 { break }
      count += got
    }
    return MappedFile(adopting: bytes, count: count, named: path)
  }
}
