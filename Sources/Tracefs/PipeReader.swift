import Glibc

/// A process that has one of the files open whose reading takes events out of a buffer.
public struct PipeReader: Equatable, Sendable {
  public var pid: Int32
  /// The process's name, at most 15 bytes; empty where it is not known.
  public var comm: String
  /// The file, below the tracing directory: `per_cpu/cpu0/trace_pipe_raw`.
  public var file: String

  /// The instance whose buffer is read; nil is the top level.
  public var instance: String? {
    let parts = file.split(separator: "/")
    return parts.count > 2 && parts[0] == "instances" ? String(parts[1]) : nil
  }

  /// Whether events of the buffer itself are taken away, not those of its snapshot.
  public var takesEvents: Bool { !file.hasSuffix("snapshot_raw") }

  public var words: String {
    let name = file.split(separator: "/").last ?? ""
    return "\(name) read by process \(pid) (\(comm))"
  }
}

extension TracingDirectory {
  /// The processes that read this directory's buffers, by `/proc/PID/fd` (proc(5)).
  ///
  /// Those of other users are seen by root alone. One tracefs shows at its own place and in debugfs;
  /// at other mount points it is not recognised.
  public func pipeReaders(proc: String = "/proc") -> [PipeReader] {
    var readers: [PipeReader] = []
    let pids = ((try? TextFile.names(in: proc)) ?? []).compactMap { Int32($0) }.sorted()
    for pid in pids where pid != getpid() {
      var files: Set<String> = []
      for number in (try? TextFile.names(in: "\(proc)/\(pid)/fd")) ?? [] {
        guard let target = TextFile.link("\(proc)/\(pid)/fd/\(number)"),
          let file = fileOfBuffer(target)
        else { continue }
        files.insert(file)
      }
      if files.isEmpty { continue }
      let comm = ((try? TextFile.read("\(proc)/\(pid)/comm")) ?? "").trimmed
      readers += files.sorted().map { PipeReader(pid: pid, comm: comm, file: $0) }
    }
    return readers
  }

  /// The path below the tracing directory, where it is of a file that consumes.
  private func fileOfBuffer(_ target: String) -> String? {
    guard let name = target.split(separator: "/").last,
      ["trace_pipe", "trace_pipe_raw", "snapshot_raw"].contains(name)
    else { return nil }
    let mounts = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]
    for root in mounts.contains(path) ? mounts : [path] where target.hasPrefix(root + "/") {
      return String(target.dropFirst(root.utf8.count + 1))
    }
    return nil
  }
}
