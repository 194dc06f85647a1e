import KernelTypes

/// A type that an expression has: one that BTF describes, with stars that a cast has added.
struct ProbeType {
  var id: TypeID
  var stars = 0
}

/// What an expression stands for, on the way to the kernel's text.
struct ProbeOperand {
  /// Where the value is when the probe is hit.
  enum Location {
    /// The value itself, by the kernel's name for it: `$arg1`.
    case value(String)
    /// In memory, so many bytes after the address that `base` fetches.
    case memory(base: String, offset: Int, isUser: Bool)
  }

  var location: Location
  /// nil where it is not known.
  var type: ProbeType?
  /// Of a bit-field: its first bit from the location, and how many bits it has.
  var bits: (offset: Int, count: Int)?
  /// What a field that shows it is called.
  var label: String

  /// The kernel's text that fetches what lies there (Documentation/trace/kprobetrace.rst,
  /// "FETCHARG").
  var fetch: String {
    switch location {
    case .value(let text): text
    case .memory(let base, let offset, let isUser): Self.fetch(base, offset, isUser)
    }
  }

  static func fetch(_ base: String, _ offset: Int, _ isUser: Bool) -> String {
    let sign = offset < 0 ? "-" : "+"
    return "\(sign)\(isUser ? "u" : "")\(offset.magnitude)(\(base))"
  }

  /// The same a few bytes further on; the caller knows that it is in memory.
  func moved(by bytes: Int) -> ProbeOperand {
    var moved = self
    if case .memory(let base, let offset, let isUser) = location {
      moved.location = .memory(base: base, offset: offset &+ bytes, isUser: isUser)
    }
    return moved
  }

  var isInMemory: Bool {
    if case .memory = location { return true }
    return false
  }

  var isUserMemory: Bool {
    if case .memory(_, _, true) = location { return true }
    return false
  }
}
