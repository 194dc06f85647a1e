/// A command that takes the options of `record`, or some of them.
package enum TracingCommand: String, CaseIterable, Sendable {
  case record, start, set, stream, profile, extract
}

extension TracingCommand {
  /// Why an option makes no sense for the command; nil where it does.
  package func refusal(of option: RecordOption) -> String? {
    switch option.name {
    case .help, .quiet, .instance: nil
    case .fork:
      self == .start ? nil : "\(rawValue) waits for the command it runs"
    case .output, .compression, .fileVersion, .date, .timeOffset, .temporary:
      writesFile ? nil : "\(rawValue) writes no file: that is what record does"
    case .allFormats:
      writesFile ? nil : "\(rawValue) saves no formats of events: that is what record does"
    case .maximum, .maximumSize, .noSplice, .maximumOverhead, .whenOver, .flightRecorder, .saveWhen,
      .saveLatency:
      self == .record ? nil : "only record writes while the kernel traces"
    case .priority, .sleep, .noFilter:
      readsAtOnce ? nil : "\(rawValue) does not read what is traced"
    case .duration:
      readsAtOnce ? nil : "\(rawValue) does not wait for an end"
    case .keep:
      switch self {
      case .set: "it always leaves the settings as it makes them"
      case .extract: "extract changes no setting"
      case .stream, .profile: "what \(rawValue) sets goes with the instance that it makes"
      default: nil
      }
    case .privateInstance:
      switch self {
      case .set: "an instance that nothing is traced in yet: name it with -B"
      case .extract: "extract reads what was traced: name the instance with -B"
      default: nil
      }
    default:
      self == .extract ? "extract changes no setting" : nil
    }
  }

  /// The options that it takes.
  package var options: [RecordOption] { RecordOption.all.filter { refusal(of: $0) == nil } }

  /// It writes a recording.
  private var writesFile: Bool { self == .record || self == .extract }

  /// It reads the buffers while the kernel fills them.
  private var readsAtOnce: Bool { self == .record || self == .stream || self == .profile }

  /// It makes no sense without something that produces events.
  var needsEvents: Bool { self == .record || self == .start || self == .stream }
}
