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
    try file.rename(to: ReplacedFile(path))
    #expect(access(part, F_OK) != 0)
    var text = [UInt8](repeating: 0, count: 5)
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    #expect(read(descriptor, &text, 5) == 5)
    #expect(text == Array("whole".utf8))
  }

  private func write(_ text: String, to path: String) throws {
    let place = try ReplacedFile(path)
    let file = try OutputFile(path: place.path + ".part", isNameless: true)
    try Array(text.utf8).withUnsafeBytes { try file.write($0, at: 0) }
    try file.rename(to: place)
  }

  private func status(_ path: String) -> stat {
    var status = stat()
    #expect(lstat(path, &status) == 0)
    return status
  }

  @Test func aFileThatIsReplacedKeepsItsMode() throws {
    let path = folder.write(Array("old".utf8), to: "private")
    chmod(path, 0o600)
    try write("new", to: path)
    #expect(status(path).st_mode & 0o7777 == 0o600)
    #expect(status(path).st_size == 3)
  }

  @Test func linksAreFollowed() throws {
    let target = folder.write(Array("old".utf8), to: "target")
    symlink("target", folder.path + "/link")
    symlink(folder.path + "/link", folder.path + "/other")
    symlink("missing", folder.path + "/dangling")
    try write("longer", to: folder.path + "/other")
    try write("new", to: folder.path + "/dangling")
    #expect(status(target).st_size == 6)
    #expect(status(folder.path + "/missing").st_size == 3)
    for name in ["link", "other", "dangling"] {
      #expect(status(folder.path + "/" + name).st_mode & S_IFMT == S_IFLNK, "\(name)")
    }
    symlink("loop", folder.path + "/loop")
    #expect(throws: WritingError.self) { try write("new", to: folder.path + "/loop") }
  }

  @Test func whatIsNoRegularFileStays() throws {
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: WritingError.notRegular(path: pipe)) { try write("new", to: pipe) }
    #expect(status(pipe).st_mode & S_IFMT == S_IFIFO)
    #expect(throws: WritingError.notRegular(path: folder.path)) {
      try write("new", to: folder.path)
    }
  }
}
