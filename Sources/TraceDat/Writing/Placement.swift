import Glibc

/// Where pages go while recording, and so how they come together at the end.
package enum Placement: Sendable, Equatable {
  /// The best that the file system can do.
  case automatic
  /// Far apart in the one file; the gaps between them are taken out of it at the end, so that no
  /// page is copied (fallocate(2), FALLOC_FL_COLLAPSE_RANGE: ext4 and xfs).
  case collapse
  /// Far apart in the one file, and moved together at the end; for file systems with holes.
  case move
  /// Each in a file of its own, `NAME.cpuN`, beside the output or in the given folder.
  case parts(directory: String?)
}

/// What the file system under a new, empty file can do.
struct FileSystemAbilities {
  /// Whether a range that was never written takes no room.
  var hasHoles: Bool
  /// The unit in which ranges can be taken out of a file, in bytes; nil where they cannot.
  var collapseUnit: Int64?
  /// How large a file can grow, in bytes.
  var largestSize: Int64

  /// Tries it out on the file, and leaves it empty.
  init(probing file: OutputFile) throws(WritingError) {
    hasHoles = Self.probeHoles(file)
    collapseUnit = hasHoles ? Self.probeCollapse(file) : nil
    largestSize = hasHoles ? Self.probeSize(file) : .max
    try file.setSize(0)
  }

  /// What `automatic` means here; throws where what is wanted cannot be.
  func choose(
    _ wanted: Placement, isPacked: Bool, path: String
  ) throws(WritingError) -> Placement {
    switch wanted {
    case .automatic:
      if !hasHoles { return .parts(directory: nil) }
      // Compressing moves the pages anyway.
      return collapseUnit == nil || isPacked ? .move : .collapse
    case .collapse where collapseUnit == nil:
      throw .unsupported(path: path, reason: "its file system cannot take ranges out of a file")
    case .move where !hasHoles:
      throw .unsupported(path: path, reason: "its file system has no holes in files")
    case .collapse, .move, .parts:
      return wanted
    }
  }

  private static func probeHoles(_ file: OutputFile) -> Bool {
    let hole: Int64 = 1 << 20
    var byte: UInt8 = 0
    guard pwrite(file.descriptor, &byte, 1, off_t(hole)) == 1 else { return false }
    var status = stat()
    guard fstat(file.descriptor, &status) == 0 else { return false }
    return Int64(status.st_blocks) * 512 < hole / 2
  }

  private static func probeCollapse(_ file: OutputFile) -> Int64? {
    for unit in [Int64(4096), 1 << 16, 1 << 20] {
      guard ftruncate(file.descriptor, off_t(4 * unit)) == 0 else { return nil }
      if file.collapse(unit, unit) { return unit }
    }
    return nil
  }

  /// ext4 ends at 16 TiB; others are far larger, and some limit it per process. No larger than what
  /// can be mapped whole, so that a recording can be read before it is finished: a process has 128
  /// TiB of addresses on x86-64.
  private static func probeSize(_ file: OutputFile) -> Int64 {
    var limit = rlimit()
    var allowed = Int64.max
    // Over this limit a signal would come, not an error (setrlimit(2), RLIMIT_FSIZE).
    if getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 {
      allowed = Int64(clamping: limit.rlim_cur)
    }
    var size: Int64 = 1 << 46
    while size > 1 << 20 {
      let candidate = size - (1 << 20)
      if candidate <= allowed, ftruncate(file.descriptor, off_t(candidate)) == 0 {
        return candidate
      }
      size >>= 1
    }
    return 0
  }
}
