import ByteIO
import Glibc

/// The kernel's long texts, as they come.
extension Instance {
  /// Copies a file that may be long (`trace`) to a descriptor, piece by piece.
  ///
  /// Throws a `SystemError` of `write` without a path where the descriptor cannot be written to.
  public func copy(_ file: ControlFile, to target: Int32) throws {
    let full = path(of: file)
    let source = open(full, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else {
      throw Self.meaning(of: SystemError("open", path: full), file: full)
    }
    defer { close(source) }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let got = Glibc.read(source, piece.baseAddress, piece.count)
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw Self.meaning(of: SystemError("read", path: full), file: full) }
      if got == 0 { return }
      try writeAll(UnsafeRawBufferPointer(rebasing: piece[..<got]), to: target)
    }
  }

  /// Why a file is not there: no such CPU, a file that only the top level has, or a kernel without it.
  public func missing(_ file: ControlFile, cpu: Int?) -> TracefsError {
    if let cpu, let all = try? cpus(), !all.contains(cpu) {
      return .badValue(
        what: "CPU", text: "\(cpu)",
        expected: "one of this machine's: 0 to \(all.max() ?? 0)")
    }
    if name != nil, directory.top.has(file) {
      return .badValue(
        what: "instance", text: name ?? "",
        expected: "one with \(file.path), which only the top level has")
    }
    return .missingFile(file: path(of: file), requirement: .forFile(file.name))
  }
}
