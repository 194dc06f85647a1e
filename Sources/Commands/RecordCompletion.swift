import Recording
import Tracefs

/// The words that may come next on the command line of `record` and its kin.
///
/// `record` reads its arguments itself, so the parser's own completions do not know them.
enum RecordCompletion {
  /// - Parameter previous: the word before, which may be an option that takes a value.
  static func words(
    after previous: String, beginning prefix: String, for command: TracingCommand = .record
  ) -> [String] {
    if let option = command.options.first(where: { $0.isCalled(previous) }), option.value != nil {
      return values(of: option.name).filter { $0.hasPrefix(prefix) }
    }
    return command.options.flatMap { option in
      [option.letter.map { "-\($0)" }, option.long.map { "--\($0)" }].compactMap { $0 }
    }
    .filter { $0.hasPrefix(prefix) }
  }

  /// What this kernel has; nothing where it cannot be looked at.
  private static func values(of option: RecordOption.Name) -> [String] {
    guard let directory = try? TracingDirectory.find() else { return [] }
    switch option {
    case .event:
      let events = (try? directory.availableEvents()) ?? []
      return events.map(\.description) + ((try? directory.eventSystems()) ?? [])
    case .tracer:
      let tracers = (try? directory.read(.availableTracers)) ?? ""
      return tracers.split(whereSeparator: \.isWhitespace).map { String($0) }
    case .option:
      return ((try? directory.top.optionStates()) ?? []).flatMap { [$0.name, "no" + $0.name] }
    case .instance: return (try? directory.instanceNames()) ?? []
    default: return []
    }
  }
}

extension RecordOption {
  fileprivate func isCalled(_ word: String) -> Bool {
    letter.map { word == "-\($0)" } ?? false || long.map { word == "--\($0)" } ?? false
  }
}
