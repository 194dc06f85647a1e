import ByteIO
package import EventFormats
package import TraceDat

/// Measures how long things take while they happen: a `Profile` without a recording.
package final class LiveProfile {
  private let input: ReportInput
  private let rules: [ProfileRule]
  private let names: NameGatherer?
  private var state: State

  private struct State: ~Copyable {
    var walk: EventWalk
    var counter: ProfileCounter

    /// One access to the state for all events of a range.
    mutating func take(_ range: EventRange) {
      walk.forEach(in: range) { stream, record, lost in counter.take(record, stream, lost) }
    }
  }

  /// - Parameters:
  ///   - file: describes the events; its buffers have the pages, while they are looked at.
  ///   - names: in place of those that the file knows.
  /// - Throws: what is wrong with a filter of the options.
  package init(
    _ file: TraceFile, options: ReportOptions, _ profile: Profile.Options, names: LiveTaskNames?
  ) throws(FilterError) {
    var options = options
    options.liveNames = names
    let input = try ReportInput([ReportInput.Recording(file)], options: options)
    self.input = input
    self.names = NameGatherer(names, file, input)
    rules = Profile.rules(profile, of: [file])
    state = State(
      walk: EventWalk(input, options.selection),
      counter: ProfileCounter(input, rules, groupsByName: profile.groupsByName))
  }

  /// Takes in a part of the streams, behind all that were taken in before.
  package func take(_ range: EventRange) {
    names?.take(range)
    state.take(range)
  }

  /// What was measured so far.
  package var profile: Profile {
    Profile(input, rules, state.counter, problems: input.problems + state.walk.problems)
  }
}
