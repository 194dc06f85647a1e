package import ByteIO
package import EventFormats
package import TraceDat

/// Prints the events of a stream as they come, as text or as JSON Lines: what a report prints of a
/// recording of them.
package final class LiveReport {
  package enum Format: Sendable { case text, json }

  private let input: ReportInput
  private let names: NameGatherer?
  private let bytesPerSlice: Int
  private let calls: SliceDepths?
  private let printer: any LivePrinter
  private var sink = ByteSink(capacity: 1 << 20)
  private var number = 0

  /// - Parameters:
  ///   - file: describes the events; its buffers have the pages, while they are shown.
  ///   - names: in place of those that the file knows.
  /// - Throws: what is wrong with a filter of the options.
  package init(
    _ file: TraceFile, options: ReportOptions, format: Format, names: LiveTaskNames?
  ) throws(FilterError) {
    var options = options
    options.liveNames = names
    options.namesLoneInstance = false
    let input = try ReportInput([ReportInput.Recording(file)], options: options)
    self.input = input
    self.names = NameGatherer(names, file, input)
    bytesPerSlice = options.bytesPerSlice
    switch format {
    case .text:
      printer = Printer(SliceWriter(input, options: options))
      calls = SliceDepths(input, options: options)
    case .json:
      printer = Printer(JSONWriter(input, options: options))
      calls = nil
    }
  }

  /// What is wrong with the description of the events.
  package var problems: [any ExplainedError] { input.problems }

  /// What turned out while events were printed.
  package var lateProblems: [any ExplainedError] {
    input.lateProblems + printer.losses.explanations(input)
  }

  /// Prints a part of the streams, in pieces.
  ///
  /// - Parameters:
  ///   - range: behind all that were printed before.
  ///   - isLast: nothing will come after it.
  ///   - emit: gets the text of each piece, good until it returns.
  package func show(
    _ range: EventRange, isLast: Bool = false, _ emit: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    if let names {
      names.take(range)
      if names.haveChanged() { printer.forgetNames() }
    }
    var plan = SlicePlan(input.streams, bytesPerSlice: bytesPerSlice, in: range)
    var from = range.from
    var isAtEnd = false
    while !isAtEnd {
      let time = plan.next()
      isAtEnd = time == nil
      let to = input.streams.positions(ofTime: time, from: from, upTo: range.to)
      var slice = SliceDealer.Slice(
        number: number, from: from, to: to, isLast: isAtEnd && isLast)
      slice.calls = calls
      calls?.add(slice)
      slice.ahead = range.to
      slice.skipsFirst = printer.tookNext
      number += 1
      printer.write(slice, to: &sink)
      from = to
      defer { sink.removeAll() }
      if sink.count > 0 { try emit(sink.bytes) }
    }
  }

  /// Prints all of a recording, in order.
  package func showAll(_ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    let streams = input.streams
    try show(
      EventRange(from: streams.map { _ in .start }, to: streams.map(\.end)), isLast: true, emit)
  }
}

/// Turns slices into bytes, in one form or another.
private protocol LivePrinter: AnyObject {
  var losses: ReportLosses { get }
  var tookNext: Bool { get }
  func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink)
  func forgetNames()
}

private final class Printer<Formatter: SliceFormatter & ~Copyable>: LivePrinter {
  private var formatter: Formatter

  init(_ formatter: consuming Formatter) { self.formatter = formatter }

  var losses: ReportLosses { formatter.losses }
  var tookNext: Bool { formatter.tookNext }

  func write(_ slice: SliceDealer.Slice, to sink: inout ByteSink) {
    formatter.write(slice, to: &sink)
    if slice.isLast { formatter.finish(&sink) }
  }

  func forgetNames() { formatter.forgetNames() }
}
