import CKernel
import Glibc
import Testing
import TraceTestSupport

@testable import TraceDat

/// Files that are nowhere to be seen until they are whole.
@Suite struct OutputFileTests {
  let folder = TemporaryFolder()

  static let hasNamelessFiles: Bool = {
    let descriptor = ck_open_nameless("/var/tmp", 0o600)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }()

  @Test(.enabled(if: hasNamelessFiles)) func aFileHasNoNameUntilItIsWhole() throws {
    let part = folder.path + "/new.part"
    let path = folder.write(Array("old".utf8), to: "new")
    do {
      let file = try OutputFile(path: part, isNameless: true)
      try Array("dropped".utf8).withUnsafeBytes { try file.write($0, at: 0) }
      #expect(access(part, F_OK) != 0)
    }
    #expect(access(part, F_OK) != 0)
    let file = try OutputFile(path: part, isNameless: true)
    try Array("whole".utf8).withUnsafeBytes { try file.write($0, at: 0) }
    try file.rename(to: path)
    #expect(access(part, F_OK) != 0)
    var text = [UInt8](repeating: 0, count: 5)
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    #expect(read(descriptor, &text, 5) == 5)
    #expect(text == Array("whole".utf8))
  }
}
