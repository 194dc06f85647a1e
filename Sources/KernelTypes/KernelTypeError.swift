package import ByteIO

/// What keeps the kernel's types from being known.
package enum KernelTypeError: Error, Equatable, Sendable {
  /// The kernel does not tell its types.
  case notThere(path: String)
  case system(SystemError)
  /// Bytes that are no BTF, or broken; `offset` counts from the file's start.
  case malformed(file: String, offset: Int, problem: String)
  /// A type refers to one that is not there.
  case noSuchID(file: String, id: UInt32)
  /// Types that contain each other, or chains that are longer than any kernel's.
  case tooDeep(file: String, id: UInt32)
  case unknownType(name: String, nearest: [String])
  /// A path of members that does not lead anywhere; `offset` is the place in its text, in bytes.
  case badPath(text: String, offset: Int, problem: String, nearest: [String])
}

extension KernelTypeError: ExplainedError {
  package var message: String {
    switch self {
    case .notThere(let path):
      "this kernel does not tell its types: there is no \(path) (kernel option CONFIG_DEBUG_INFO_BTF)"
    case .system(let error): error.message
    case .malformed(let file, let offset, let problem): "\(file): at byte \(offset): \(problem)"
    case .noSuchID(let file, let id): "\(file): there is no type number \(id), but another needs it"
    case .tooDeep(let file, let id): "\(file): the types around number \(id) have no end"
    case .unknownType(let name, _): "this kernel has no type '\(name)'"
    case .badPath(let text, let offset, let problem, _):
      "\(problem)\n\(text)\n\(String(repeating: " ", count: offset))^"
    }
  }

  package var hint: String? {
    switch self {
    case .unknownType(_, let nearest), .badPath(_, _, _, let nearest):
      nearest.isEmpty ? nil : "nearest: " + nearest.joined(separator: ", ")
    default: nil
    }
  }
}
