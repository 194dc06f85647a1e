/// Files that a buffer has as a whole and for each of its CPUs, for showing them.
extension Instance {
  /// A file of the whole buffer, or the one of the same name of a single CPU.
  public func perCPU(_ name: String, cpu: Int?) -> ControlFile {
    ControlFile(cpu.map { "per_cpu/cpu\($0)/\(name)" } ?? name)
  }

  /// Where one CPU's part of the snapshot is read as bytes.
  public func rawSnapshotPath(cpu: Int) -> String {
    "\(path)/per_cpu/cpu\(cpu)/snapshot_raw"
  }

  /// An event's histograms with their counts, as the kernel prints them; empty where there are none.
  public func histogramText(of event: EventName) throws(TracefsError) -> String {
    try read(ControlFile("events/\(event.system)/\(event.name)/hist"))
  }
}
