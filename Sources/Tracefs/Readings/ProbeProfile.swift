/// How often a probe was hit: a row of `kprobe_profile` or `uprobe_profile`
/// (Documentation/trace/kprobetrace.rst, uprobetracer.rst, "Event Profiling").
public struct ProbeProfile: Hashable, Sendable {
  /// The event's name, without its group, as the kernel prints it.
  public var name: String
  public var hits: UInt64
  /// Hits that were lost as the kernel was in a probe already, or a kretprobe had too few slots.
  /// Probes of programs lose none.
  public var misses: UInt64?
  /// Of the program, for a probe of one.
  public var path: String?

  /// `name hits misses`.
  static func kernel(_ text: String) -> [ProbeProfile] {
    text.lines.compactMap { line in
      let words = line.words
      guard words.count == 3, let hits = UInt64(words[1]), let misses = UInt64(words[2]) else {
        return nil
      }
      return ProbeProfile(name: words[0], hits: hits, misses: misses)
    }
  }

  /// `path name hits`.
  static func user(_ text: String) -> [ProbeProfile] {
    text.lines.compactMap { line in
      let words = line.words
      guard words.count == 3, let hits = UInt64(words[2]) else { return nil }
      return ProbeProfile(name: words[1], hits: hits, path: words[0])
    }
  }
}

extension TracingDirectory {
  public func kprobeProfile() throws(TracefsError) -> [ProbeProfile] {
    ProbeProfile.kernel(try read(.kprobeProfile))
  }

  public func uprobeProfile() throws(TracefsError) -> [ProbeProfile] {
    ProbeProfile.user(try read(.uprobeProfile))
  }
}
