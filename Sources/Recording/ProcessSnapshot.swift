import ByteIO
import Tracefs

/// Which threads belong to which process, and the processes' command lines: what the trace itself
/// does not say.
///
/// Taken from `/proc` (proc(5)) at the beginning and the end of a recording: what lived only in
/// between is known if `saved_tgids` has it.
struct ProcessSnapshot {
  /// The process of each thread.
  private var processes: [Int32: Int32] = [:]
  private var arguments: [Int32: [UInt8]] = [:]
  /// A longer command line is cut, in bytes.
  private static let longestArguments = 4096

  /// Adds what `/proc` shows now.
  mutating func add() {
    for name in (try? TextFile.names(in: "/proc")) ?? [] {
      guard let pid = Int32(name) else { continue }
      for thread in ProcessTree.threads(of: pid) { processes[thread] = pid }
      if let bytes = try? TextFile.readBytes("/proc/\(pid)/cmdline"), !bytes.isEmpty {
        arguments[pid] = Array(bytes.prefix(Self.longestArguments))
      }
    }
  }

  /// Adds the lines of `saved_tgids`: `PID TGID`. What `/proc` showed is newer.
  mutating func add(savedTGIDs text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let thread = Int32(words[0]), let process = Int32(words[1]) else {
        continue
      }
      if processes[thread] == nil { processes[thread] = process }
    }
  }

  /// A line for each thread, ascending: `PID TGID`.
  var threadsText: [UInt8] {
    var sink = ByteSink()
    for (thread, process) in processes.sorted(by: { $0.key < $1.key }) {
      sink.append(decimal: Int64(thread))
      sink.append(" ")
      sink.append(decimal: Int64(process))
      sink.append("\n")
    }
    return Array(sink.bytes)
  }

  /// A line for each process, ascending: `PID ARGUMENTS`, the arguments parted by tabs; control
  /// characters in them, and backslashes, are written `\xHH`.
  var argumentsText: [UInt8] {
    var sink = ByteSink()
    for (process, bytes) in arguments.sorted(by: { $0.key < $1.key }) {
      sink.append(decimal: Int64(process))
      sink.append(" ")
      var bytes = bytes[...]
      while bytes.last == 0 { bytes.removeLast() }
      for byte in bytes {
        if byte == 0 {
          sink.append("\t")
        } else if byte < 0x20 || byte == 0x7f || byte == UInt8(ascii: "\\") {
          sink.append("\\x")
          sink.append(hex: UInt64(byte), width: 2)
        } else {
          sink.append(byte)
        }
      }
      sink.append("\n")
    }
    return Array(sink.bytes)
  }
}
