package import ByteIO

/// The events of recordings as JSON Lines: an object a line, in the order of time.
///
///     {"time":57146721013,"cpu":1,"pid":310,"comm":"bash","system":"sched",
///      "event":"sched_switch","fields":{"prev_comm":"bash","prev_pid":310, …}}
///
/// `time` is whole nanoseconds (a counter's own units where the clock does not count time). `buffer`
/// names an instance, `file` the recording where there are several. What the kernel lost is an
/// object too: `{"cpu":1,"event":"lost_events","count":12}`, `null` where the number is not known.
package struct JSONReport {
  private let input: ReportInput
  private let options: ReportOptions

  package init(_ input: ReportInput, options: ReportOptions) {
    self.input = input
    self.options = options
  }

  /// Writes all lines.
  ///
  /// - Returns: what could not be shown.
  package func write(to descriptor: Int32) throws(SystemError) -> [any ExplainedError] {
    guard !input.streams.isEmpty else { return input.lateProblems }
    let input = self.input
    let options = self.options
    let dealer = SliceDealer(
      input, options: options, window: input.window(options), followsCalls: false)
    let run = SlicedRun(
      input: input, dealer: dealer, workers: options.workers,
      onProgress: options.onProgress)
    return try run.write(to: descriptor) { JSONWriter(input, options: options) }
  }
}
