import ByteIO
import Glibc

/// The second set of buffers that a moment's events are put aside in
/// (Documentation/trace/ftrace.rst, "Snapshot").
extension Instance {
  private static func snapshotFile(_ cpu: Int?) -> ControlFile {
    cpu.map { ControlFile("per_cpu/cpu\($0)/snapshot") } ?? .snapshot
  }

  /// Whether the kernel has memory set aside for a snapshot.
  public func isSnapshotAllocated() throws(TracefsError) -> Bool {
    let file = path(of: .snapshot)
    let head: [UInt8]
    // The rest of the file may be a snapshot of many megabytes.
    do { head = try TextFile.readHead(file, 4096) } catch {
      throw Self.meaning(of: error, file: file)
    }
    return !String(decoding: head, as: UTF8.self).contains(part: "* Snapshot is freed *")
  }

  /// Puts aside what is in the buffers, of all CPUs or of one, and goes on with empty ones.
  ///
  /// The memory that the first one takes is freed when `state` is restored, unless it was there
  /// before. One CPU alone needs CONFIG_RING_BUFFER_ALLOW_SWAP. Events cannot be put back, and are not
  /// noted.
  public func takeSnapshot(cpu: Int? = nil, saving state: SavedState) throws(TracefsError) {
    let file = Self.snapshotFile(cpu)
    guard try isSnapshotAllocated() else {
      return try add("1", to: file, undo: "0", undoingIn: .snapshot, saving: state)
    }
    try write("1", to: file)
  }

  /// Empties the snapshot, of all CPUs or of one, and keeps its memory.
  public func clearSnapshot(cpu: Int? = nil) throws(TracefsError) {
    try write("2", to: Self.snapshotFile(cpu))
  }

  /// Empties the snapshot and gives back its memory; `.busy` while a trigger or tracer needs it.
  public func freeSnapshot(cpu: Int? = nil) throws(TracefsError) {
    try write("0", to: Self.snapshotFile(cpu))
  }

  /// The snapshot as text, of all CPUs or of one.
  public func snapshot(cpu: Int? = nil) throws(TracefsError) -> [UInt8] {
    try readBytes(Self.snapshotFile(cpu))
  }
}
