import ByteIO
import Glibc
import Tracefs

/// A process that reads a buffer of the kernel at this moment.
struct BufferReader: Equatable {
  var pid: Int32
  var name: String
  /// `trace_pipe` or `trace_pipe_raw`.
  var file: String

  var words: String { "\(file) read by process \(pid) (\(name))" }

  /// The other processes that have an instance's `trace_pipe` or one of its `trace_pipe_raw` open,
  /// by `/proc/PID/fd` (proc(5)); those of other users are seen by root only.
  static func all(of instance: Instance, proc: String = "/proc") -> [BufferReader] {
    var found: [BufferReader] = []
    for name in (try? TextFile.names(in: proc)) ?? [] {
      guard let pid = Int32(name), pid != getpid(),
        let descriptors = try? TextFile.names(in: "\(proc)/\(name)/fd")
      else { continue }
      let files = descriptors.compactMap { target(of: "\(proc)/\(name)/fd/\($0)") }
      guard let file = files.lazy.compactMap({ self.file($0, in: instance) }).first else {
        continue
      }
      let command = (try? TextFile.read("\(proc)/\(name)/comm")) ?? ""
      found.append(BufferReader(pid: pid, name: String(command.prefix { $0 != "\n" }), file: file))
    }
    return found.sorted { $0.pid < $1.pid }
  }

  /// The file's name where a path is one that takes events out of the instance's buffer.
  static func file(_ path: String, in instance: Instance) -> String? {
    // One tracefs shows in two places.
    let mounts = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]
    let root = instance.directory.path
    let below = instance.path.dropFirst(root.count)
    let homes = (mounts.contains(root) ? mounts : [root]).map { $0 + below + "/" }
    guard let home = homes.first(where: path.hasPrefix) else { return nil }
    let parts = path.dropFirst(home.count).split(separator: "/")
    guard let name = parts.last, name == "trace_pipe" || name == "trace_pipe_raw" else {
      return nil
    }
    let isOwn = parts.count == 1 || parts.count == 3 && parts[0] == "per_cpu"
    return isOwn ? String(name) : nil
  }

  private static func target(of link: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = readlink(link, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
