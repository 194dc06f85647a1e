/// What a writer was asked for.
struct WritingRequest {
  var path: String
  var version: Int
  var compression: Compression
  var metadata: TraceMetadata
  var buffers: [BufferLayout]

  /// Throws where the format has no place for it.
  func check() throws(WritingError) {
    if let reason = obstacle ?? buffers.lazy.compactMap(obstacle(in:)).first {
      throw .unsupported(path: path, reason: reason)
    }
  }

  func makePlan() -> any FilePlan {
    version == 6
      ? Version6Plan(metadata, buffers) : Version7Plan(metadata, buffers, compression)
  }

  func layOut(
    _ file: OutputFile, start: Int64, _ placement: Placement, _ abilities: FileSystemAbilities
  ) throws(WritingError) -> RegionPlan {
    let unit = placement == .collapse ? abilities.collapseUnit ?? 0 : 0
    let alignment = max(4096, unit, Int64(buffers.map(\.pageSize).max() ?? 0))
    // Version 6 has more to come before the pages, and compressing needs room to write.
    let isFirstInPlace = version == 7 && compression == .none
    if case .parts(let directory) = placement {
      return try RegionPlan(
        buffers: buffers, file: file, start: start, isFirstInPlace: isFirstInPlace,
        alignment: alignment, partDirectory: directory)
    }
    return try RegionPlan(
      buffers: buffers, file: file, start: start, isFirstInPlace: isFirstInPlace,
      alignment: alignment, largestSize: abilities.largestSize)
  }

  private var obstacle: String? {
    if version != 6, version != 7 { return "there is no version \(version) of the format" }
    if version == 6, compression != .none { return "a version 6 file cannot be compressed" }
    if metadata.longSize != 4, metadata.longSize != 8 {
      return "a long of \(metadata.longSize) bytes is neither 4 nor 8"
    }
    if !isPageSize(metadata.pageSize) { return "a page of \(metadata.pageSize) bytes" }
    if UInt32(exactly: metadata.cpuCount) == nil { return "\(metadata.cpuCount) CPUs" }
    let texts = [metadata.kallsyms, metadata.printkFormats] + metadata.options.map(\.data)
    if texts.contains(where: { UInt32(exactly: $0.count) == nil }) {
      return "a text of the kernel is larger than 4 GiB"
    }
    if buffers.isEmpty { return "a recording without a buffer" }
    if Set(buffers.map(\.name)).count != buffers.count { return "two buffers of one name" }
    return nil
  }

  private func obstacle(in buffer: BufferLayout) -> String? {
    let name = buffer.name.isEmpty ? "the top-level buffer" : "buffer '\(buffer.name)'"
    if buffer.name.utf8.contains(0) || buffer.clock.utf8.contains(0) { return "a NUL in a name" }
    if !isPageSize(buffer.pageSize) { return "\(name) has pages of \(buffer.pageSize) bytes" }
    if version == 6, buffer.pageSize != metadata.pageSize {
      return "\(name) has sub-buffers of another size, which needs version 7"
    }
    let isRising = zip(buffer.cpus, buffer.cpus.dropFirst()).allSatisfy { $0 < $1 }
    let isInside = buffer.cpus.allSatisfy { $0 >= 0 && $0 < metadata.cpuCount }
    return isRising && isInside ? nil : "\(name) has CPUs out of order or that are not there"
  }

  private func isPageSize(_ size: Int) -> Bool {
    size >= 1024 && size <= 1 << 26 && size.nonzeroBitCount == 1
  }
}
