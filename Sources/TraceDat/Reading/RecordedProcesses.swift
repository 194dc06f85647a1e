/// Which process a thread belongs to, as kscope's own recordings tell.
package struct RecordedProcesses: Sendable {
  private var processes: [Int32: Int32] = [:]

  package init(_ file: TraceFile) {
    for option in file.options where option.id == .threads {
      // A line a thread: `PID TGID`.
      for line in option.data.split(separator: UInt8(ascii: "\n")) {
        let words = line.split(separator: UInt8(ascii: " ")).map {
          Int32(String(decoding: $0, as: UTF8.self))
        }
        if words.count == 2, let thread = words[0], let process = words[1] {
          processes[thread] = process
        }
      }
    }
  }

  package var isEmpty: Bool { processes.isEmpty }

  package func process(of thread: Int32) -> Int32? { processes[thread] }
}
