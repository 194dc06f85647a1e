package import Tracefs

/// What a query comes to: a synthetic event, where it has a JOIN, and triggers.
package struct HistogramPlan: Equatable, Sendable {
  package struct Placed: Equatable, Sendable {
    package let event: EventName
    package let trigger: HistogramTrigger
  }

  package let synthetic: SyntheticEvent?
  /// In the order in which the kernel takes them: one whose variables another uses comes before it.
  package let triggers: [Placed]

  /// The commands that a shell would do it with, a line each.
  ///
  /// - Parameters:
  ///   - directory: the tracing directory's path.
  ///   - instance: the path of the instance that the triggers are for.
  ///   - features: of the kernel; nil where they are not known.
  package func shellCommands(
    directory: String, instance: String, features: KernelFeatures?
  ) -> [String] {
    var lines: [String] = []
    if let synthetic {
      lines.append(Self.command(adding: "\(synthetic)", to: "\(directory)/synthetic_events"))
    }
    for placed in triggers {
      let text = features.map(placed.trigger.text) ?? placed.trigger.description
      lines.append(
        Self.command(
          adding: text,
          to: "\(instance)/events/\(placed.event.system)/\(placed.event.name)/trigger"))
    }
    return lines
  }

  private static func command(adding text: String, to path: String) -> String {
    // Some shells' echo reads backslashes.
    let program = text.contains("\\") ? "printf '%s\\n'" : "echo"
    return "\(program) \(quoted(text)) >> \(isPlain(path) ? path : quoted(path))"
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
      + "'"
  }

  private static func isPlain(_ path: String) -> Bool {
    path.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || "/._-".utf8.contains($0)
    }
  }
}
