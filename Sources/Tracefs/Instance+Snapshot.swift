/// The kernel's snapshot: a second buffer that changes places with the first (ftrace.rst,
/// "Snapshot").
extension Instance {
  /// What is written to the file `snapshot`.
  package enum SnapshotAction: String, Sendable {
    /// Gives the memory back.
    case free = "0"
    /// Allocates where need be, then swaps.
    case take = "1"
    /// Empties the snapshot, and keeps its memory.
    case reset = "2"
  }

  package func snapshotFile(cpu: Int?) -> ControlFile { perCPU("snapshot", cpu: cpu) }

  /// A file of the whole buffer, or the one of the same name of a single CPU.
  package func perCPU(_ name: String, cpu: Int?) -> ControlFile {
    ControlFile(cpu.map { "per_cpu/cpu\($0)/\(name)" } ?? name)
  }

  /// Changes the snapshot for good. What was in it is gone, so nothing is noted.
  package func perform(_ action: SnapshotAction, cpu: Int? = nil) throws(TracefsError) {
    let file = snapshotFile(cpu: cpu)
    guard has(file) else {
      throw .missingFile(file: path(of: file), requirement: .forFile("snapshot"))
    }
    try SavedState.put([action.rawValue], to: relative(file), in: directory, .replace)
  }

  /// Where one CPU's part of the snapshot is read as bytes.
  package func rawSnapshotPath(cpu: Int) -> String {
    "\(path)/per_cpu/cpu\(cpu)/snapshot_raw"
  }

  /// An event's histograms with their counts, as the kernel prints them; empty where there are none.
  package func histograms(of event: EventName) throws(TracefsError) -> String {
    try read(ControlFile("events/\(event.system)/\(event.name)/hist"))
  }
}
