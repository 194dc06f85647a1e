/// A part of several streams: from one place of each to another.
package struct EventRange: Equatable, Sendable {
  package var from: [EventStream.Position]
  package var to: [EventStream.Position]

  package init(from: [EventStream.Position], to: [EventStream.Position]) {
    self.from = from
    self.to = to
  }

  /// The events whose (corrected) times lie in a range; found by the times at the pages' heads.
  package init(_ streams: [EventStream], times: ClosedRange<UInt64>) {
    from = streams.map { $0.position(ofTime: times.lowerBound, notBefore: .start) }
    to = zip(streams, from).map { stream, floor in
      times.upperBound == .max
        ? stream.end : stream.position(ofTime: times.upperBound + 1, notBefore: floor)
    }
  }

  /// The last pages of every stream, as far back as the busiest has `pages` of them, in front of a
  /// place of each.
  ///
  /// - Returns: nil where that would be no less than everything.
  package init?(_ streams: [EventStream], last pages: Int, before end: [EventStream.Position]) {
    var start: UInt64?
    for (stream, end) in zip(streams, end) {
      let page = end.page - pages
      guard page > 0, let time = PageReader(stream.pages).time(ofPage: page) else { continue }
      start = max(start ?? 0, stream.clock.corrected(time))
    }
    guard let start else { return nil }
    from = zip(streams, end).map { min($0.position(ofTime: start, notBefore: .start), $1) }
    to = end
  }
}

extension [EventStream] {
  /// Where a slice ends: the place of a time in each stream, or the end of all where it is the last.
  ///
  /// - Parameter from: where the slice begins.
  package func positions(
    ofTime time: UInt64?, from: [EventStream.Position], upTo end: [EventStream.Position]
  ) -> [EventStream.Position] {
    guard let time else { return end }
    return indices.map { Swift.min(self[$0].position(ofTime: time, notBefore: from[$0]), end[$0]) }
  }
}
