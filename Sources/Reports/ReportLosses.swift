import ByteIO
import RingBuffer
package import TraceDat

/// What a report could not show, counted.
package struct ReportLosses: Sendable {
  /// Pages that break off before their end.
  package internal(set) var damagedPages = 0
  /// The first of them.
  package internal(set) var damages: [EventCursor.Damage] = []
  /// Records too short to hold their own header.
  package internal(set) var shortRecords = 0
  /// What the kernel lost, by stream, where nothing that is printed says so.
  private var lost: [Int: LostEventsNote.Losses] = [:]
  /// Packed pages that could not be unpacked, each once.
  package internal(set) var problems: [TraceFileError] = []

  private static let limit = 100

  mutating func add(_ more: [EventCursor.Damage], count: Int, problems new: [TraceFileError]) {
    damagedPages += count
    damages += more.prefix(max(0, Self.limit - damages.count))
    for problem in new where problems.count < Self.limit && !problems.contains(problem) {
      problems.append(problem)
    }
  }

  mutating func add(_ lost: LostEvents, of stream: Int) {
    self.lost[stream, default: .init()].add(lost)
  }

  mutating func add(_ other: ReportLosses) {
    add(other.damages, count: other.damagedPages, problems: other.problems)
    shortRecords += other.shortRecords
    for (stream, losses) in other.lost { lost[stream, default: .init()].add(losses) }
  }
}

/// A page of events that breaks off before its end.
package struct DamagedPage: ExplainedError, Equatable {
  package var path: String
  package var cpu: Int
  /// Where the page begins in the file; of packed pages, where their chunk does.
  package var fileOffset: Int
  /// Where in the page it stops making sense.
  package var offset: Int
  /// The time of the last event before, in ns.
  package var time: UInt64

  package var message: String {
    """
    \(path): the page of CPU \(cpu) at offset \(fileOffset) is damaged from byte \(offset) on \
    (after time \(time / 1_000_000_000).\(Self.nineDigits(time % 1_000_000_000))); the rest of it is \
    left out
    """
  }

  private static func nineDigits(_ value: UInt64) -> String {
    let digits = String(value)
    return String(repeating: "0", count: 9 - digits.count) + digits
  }
}

/// Losses too many to name, or that have no place.
package struct UncountedLoss: ExplainedError, Equatable {
  package var message: String
}

extension ReportLosses {
  /// A sentence for each loss, the first few by name.
  func explanations(_ input: ReportInput) -> [any ExplainedError] {
    var all: [any ExplainedError] = problems
    let named = 10
    for damage in damages.prefix(named) {
      let pages = input.streams[damage.stream].pages
      all.append(
        DamagedPage(
          path: pages.path, cpu: pages.cpu, fileOffset: pages.fileOffset(ofPage: damage.page),
          offset: damage.offset, time: damage.time))
    }
    if damagedPages > named {
      all.append(UncountedLoss(message: "\(damagedPages - named) more pages are damaged"))
    }
    if shortRecords > 0 {
      all.append(
        UncountedLoss(message: "\(shortRecords) events are too short to be printed; left out"))
    }
    for (stream, losses) in lost.sorted(by: { $0.key < $1.key }) {
      let source = input.sources[input.streams[stream].buffer]
      all.append(
        LostEventsNote(
          path: source.file.path, buffer: source.buffer.name, cpu: input.streams[stream].cpu,
          losses: losses))
    }
    return all
  }
}
