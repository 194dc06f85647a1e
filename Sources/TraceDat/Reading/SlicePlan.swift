import RingBuffer

/// Times at which a recording can be cut into slices of about equal work.
///
/// Every slice holds, of every stream, the events from one time up to the next. Slices can be worked
/// on by themselves, and their results put one behind the other are those of the whole.
package struct SlicePlan: Sendable {
  /// The times between slices, rising; there is one slice more than there are times.
  package let times: [UInt64]

  /// Looks at the times at the head of some of the pages; no event is decoded.
  ///
  /// - Parameters:
  ///   - bytes: how many bytes of pages a slice should hold.
  ///   - range: what is to be cut; everything without it.
  package init(
    _ streams: [EventStream], bytesPerSlice bytes: Int, in range: EventRange? = nil
  ) {
    // Eight looks per slice make slices that differ by an eighth.
    let spacing = max(bytes / 8, 1)
    var marks: [UInt64] = []
    for (index, stream) in streams.enumerated() {
      let step = max(spacing / stream.pages.layout.pageSize, 1)
      let reader = PageReader(stream.pages)
      let first = range?.from[index].page ?? 0
      let end = range?.to[index].page ?? stream.pages.count
      for page in Swift.stride(from: first, to: end, by: step) {
        if let time = reader.time(ofPage: page) { marks.append(stream.clock.corrected(time)) }
      }
    }
    marks.sort()
    var times: [UInt64] = []
    for place in Swift.stride(from: 8, to: marks.count - 4, by: 8) {
      if marks[place] > times.last ?? marks[0] { times.append(marks[place]) }
    }
    self.times = times
  }
}
