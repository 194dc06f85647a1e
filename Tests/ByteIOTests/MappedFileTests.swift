import ByteIO
import Glibc
import Testing
import TraceTestSupport

@Suite struct MappedFileTests {
  private let folder = TemporaryFolder()

  @Test func aPipeIsRefusedAndNotWaitedFor() throws {
    try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
    let error = try #require(throws: SystemError.self) {
      _ = try MappedFile(path: folder.path("pipe"))
    }
    #expect(error.code == EINVAL)
  }

  @Test func aFolderIsRefused() throws {
    let error = try #require(throws: SystemError.self) { _ = try MappedFile(path: folder.path) }
    #expect(error.code == EISDIR)
  }

  @Test func anEmptyFileHasNoBytes() throws {
    let descriptor = open(folder.path("empty"), O_CREAT | O_WRONLY, 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    #expect(try MappedFile(path: folder.path("empty")).count == 0)
  }
}
