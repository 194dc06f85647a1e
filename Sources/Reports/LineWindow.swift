import ByteIO
import TraceDat

/// Prints some lines before or behind a place without printing what is far from it.
struct LineWindow {
  let input: ReportInput
  let options: ReportOptions

  /// Lines, and what of them could not be shown.
  struct Lines: ~Copyable {
    var text: ByteSink
    var losses: ReportLosses
  }

  /// How many pages of the busiest stream are looked at first.
  private static let firstPages = 4

  /// The last lines in front of a place.
  ///
  /// Goes back by pages until they hold enough lines: how many an event has, and whether it is shown
  /// at all, is known when it is printed.
  func lines(_ count: Int, before end: [EventStream.Position]) -> Lines {
    var pages = Self.firstPages
    while true {
      let range = EventRange(input.streams, last: pages, before: end)
      let whole = EventRange(from: input.streams.map { _ in .start }, to: end)
      var lines = print(range ?? whole)
      if let start = lines.text.startOfLast(count) {
        lines.text.removeFirst(start)
        return lines
      }
      if range == nil { return lines }
      pages *= 8
    }
  }

  /// The first lines from a place on.
  func lines(_ count: Int, from start: [EventStream.Position]) -> Lines {
    print(EventRange(from: start, to: input.streams.map(\.end)), atMost: count)
  }

  private func print(_ range: EventRange, atMost limit: Int = .max) -> Lines {
    let dealer = SliceDealer(input, options: options, range: range)
    var writer = SliceWriter(input, options: options)
    var text = ByteSink()
    while let slice = dealer.deal() {
      writer.write(slice, to: &text)
      if let end = text.endOfFirst(limit) {
        text.truncate(to: end)
        break
      }
    }
    return Lines(text: text, losses: writer.losses)
  }
}

extension ByteSink {
  /// Where the last `count` lines begin; nil where there are not as many.
  fileprivate func startOfLast(_ count: Int) -> Int? {
    guard count > 0 else { return self.count }
    var left = count
    var place = self.count - 1
    while place > 0 {
      place -= 1
      if bytes[place] == UInt8(ascii: "\n") {
        left -= 1
        if left == 0 { return place + 1 }
      }
    }
    return left == 1 && self.count > 0 ? 0 : nil
  }

  /// Where the first `count` lines end; nil where there are not as many.
  fileprivate func endOfFirst(_ count: Int) -> Int? {
    guard count != .max else { return nil }
    guard count > 0 else { return 0 }
    var left = count
    for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      left -= 1
      if left == 0 { return place + 1 }
    }
    return nil
  }

  fileprivate mutating func removeFirst(_ count: Int) {
    var rest = ByteSink(capacity: self.count - count + 64)
    rest.append(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(count)))
    self = rest
  }
}
