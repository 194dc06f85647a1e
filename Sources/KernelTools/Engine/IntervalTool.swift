/// A tool that shows what an interval counted as a whole; where there are no intervals, at the end.
package protocol IntervalTool: KernelTool {
  /// Shows what was counted since the last time.
  func show(_ context: ToolContext, _ rows: inout RowWriter)
}

extension IntervalTool {
  package func tick(_ context: ToolContext, _ rows: inout RowWriter) { show(context, &rows) }

  package func finish(_ context: ToolContext, _ rows: inout RowWriter) {
    if options.interval == nil { show(context, &rows) }
  }
}

/// One that shows who used most of something, each interval in the place of the one before.
///
/// What such tools are asked for together is in `ToolOptions.rowsOption` and `readTableInterval`. What
/// they count by, and in which order, is all that they have of their own.
package protocol TopTool: IntervalTool {}

extension TopTool {
  package var showsTables: Bool { true }
  package var banner: String { "Tracing... Output every interval. Hit Ctrl-C to end." }
}
