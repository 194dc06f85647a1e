import ByteIO
package import KernelTypes

/// What is wrong with a probe, and where in the user's own text.
package enum ProbeError: Error, Equatable, Sendable {
  /// - Parameters:
  ///   - text: the probe as it was written.
  ///   - offset: the place, in bytes of `text`.
  case wrong(text: String, offset: Int, problem: String, hint: String?)
  /// The function of a probe, or its module, is not there.
  case notThere(text: String, offset: Int, problem: String, hint: String?)
  /// The kernel's types cannot be read.
  case types(KernelTypeError)
}

extension ProbeError: ExplainedError {
  package var message: String {
    switch self {
    case .wrong(let text, let offset, let problem, _),
      .notThere(let text, let offset, let problem, _):
      let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self).count
      return "\(problem)\n  \(text)\n  \(String(repeating: " ", count: before))^"
    case .types(let error): return error.message
    }
  }

  package var hint: String? {
    switch self {
    case .wrong(_, _, _, let hint), .notThere(_, _, _, let hint): hint
    case .types(let error): error.hint
    }
  }
}
