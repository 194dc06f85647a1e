import ByteIO
import Glibc
import RingBuffer
import TraceDat
import Tracefs

/// Takes one CPU's events out of a buffer that may be written to all the while, and no more than
/// were in it at the start.
///
/// Reading makes work for the kernel, and a tracer of functions records that work: whoever reads
/// until nothing is left reads for ever. The kernel counts, for each CPU, the events that left the
/// buffer because they were read or overwritten; together with those that are in it that is the
/// number of the newest event. It is noted once, and reading ends when as many have left.
///
/// Nor is any event taken that came later, for it would be missing to whoever reads next. The
/// kernel hands out no more than was asked for, in whole events, and no event is shorter than 8
/// bytes (`RB_EVNT_MIN_SIZE`, kernel/trace/ring_buffer.c): asked for 8 bytes for each event that is
/// wanted still, it cannot give one too many. What is wanted gets less with each answer; where the
/// next event is longer than that, 4 bytes more are asked for until it fits.
///
/// Where the tracer overwrites what is to be read, in the very moment between a look at the counts
/// and a read, a page at most of later events is taken too.
struct BoundedReader: ~Copyable {
  struct Job {
    var layout: PageLayout
    var region: Region
    var bound: Bound
  }

  enum Bound {
    /// The number of the newest event to read, as `BufferStats.written` counts.
    case events(UInt64)
    /// Nothing is written there (a snapshot, or tracing is off): all, but for safety no more than so
    /// many pages.
    case pages(Int)
  }

  /// What was read.
  struct Outcome: Equatable {
    var events: UInt64 = 0
    var bytes: Int64 = 0
  }

  /// Reads from `trace_pipe_raw` or `snapshot_raw`, without waiting, as `RawPipe.read`.
  typealias Source = (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int?

  private let job: Job
  private let source: Source
  private let page: UnsafeMutableRawBufferPointer
  private(set) var outcome = Outcome()
  /// The last page told that events before it were overwritten.
  private var sawLoss = false

  init(_ job: Job, source: @escaping Source) {
    self.job = job
    self.source = source
    page = .allocate(byteCount: job.layout.pageSize, alignment: 4096)
  }

  deinit { page.deallocate() }

  private static let shortestEvent = 8
  private static let alignment = 4

  private var capacity: Int { job.layout.pageSize - job.layout.dataOffset }

  /// Reads until the bound; `isStopped` is asked between two pages.
  ///
  /// - Parameter stats: the CPU's counters as they are now.
  mutating func run(
    stats: () throws(TracefsError) -> BufferStats, isStopped: () -> Bool
  ) throws(RecordingError) {
    switch job.bound {
    case .pages(let most):
      for _ in 0..<most where !isStopped() {
        guard try readPage(room: capacity) == .events else { return }
      }
    case .events(let newest):
      while !isStopped() {
        let now = try Recorder.traced(stats)
        guard now.gone < newest, now.entries > 0 else { return }
        guard try read(upTo: newest - now.gone, isStopped) else { return }
      }
    }
  }

  /// Reads some of the events that are wanted, at least one; false where there is none.
  private mutating func read(
    upTo wanted: UInt64, _ isStopped: () -> Bool
  ) throws(RecordingError) -> Bool {
    let mostInPage = UInt64(capacity / Self.shortestEvent)
    if wanted >= mostInPage {
      // Whole pages while even pages full of the shortest events hold none too many. One that tells
      // of a loss may come from far behind the one before.
      var left = wanted
      while left >= mostInPage, !isStopped() {
        guard try readPage(room: capacity) == .events else { return false }
        left -= mostInPage
        if sawLoss { break }
      }
      return true
    }
    var room = Int(wanted) * Self.shortestEvent
    while room <= capacity {
      switch try readPage(room: room) {
      case .events: return true
      case .nothing: return false
      case .tooLong: room += Self.alignment
      }
    }
    return false
  }

  private enum Answer {
    case events, nothing
    /// The next event is longer than what was asked for.
    case tooLong
  }

  /// Asks for events of at most `room` bytes together, and writes them to the file as a page.
  private mutating func readPage(room: Int) throws(RecordingError) -> Answer {
    do throws(SystemError) {
      let asked = job.layout.dataOffset + room
      guard var count = try source(part(0..<asked)) else { return .nothing }
      guard count > 0 else { return room < capacity ? .tooLong : .nothing }
      // The rest of the page, which tells how much was lost, comes without another event.
      while count < page.count, let more = try source(part(count..<page.count)), more > 0 {
        count += more
      }
      part(count..<page.count).initializeMemory(as: UInt8.self, repeating: 0)
      countEvents()
      try writePage()
      return .events
    } catch { throw .system(error) }
  }

  private func part(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: page[range])
  }

  private mutating func countEvents() {
    guard let base = page.baseAddress else { return }
    var cursor = RecordCursor(page: base, layout: job.layout, available: page.count)
    sawLoss = cursor.lost != .none
    while cursor.next() != nil { outcome.events += 1 }
  }

  private mutating func writePage() throws(SystemError) {
    guard outcome.bytes + Int64(page.count) <= job.region.capacity else {
      throw SystemError("write", code: EFBIG)
    }
    var done = 0
    while done < page.count, let base = page.baseAddress {
      let offset = job.region.offset + outcome.bytes + Int64(done)
      let got = pwrite(job.region.descriptor, base + done, page.count - done, off_t(offset))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw SystemError("write", code: got < 0 ? errno : EIO) }
      done += got
    }
    outcome.bytes += Int64(page.count)
  }
}

extension BufferStats {
  /// How many events have left the buffer: read, or overwritten.
  var gone: UInt64 { read &+ overrun }
  /// The number of the newest event, counted from when the buffer was last emptied.
  var written: UInt64 { entries &+ gone }
}

/// One of the kernel's files of raw pages, open for reading without waiting.
final class RawPipe {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// How many bytes came; 0 where events are there but the next one is longer than was asked for,
  /// nil where none is.
  ///
  /// The kernel makes a page of as many events as fit into what is asked for; the rest of that page
  /// is what the next calls give, and then the next page.
  func read(_ target: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
    while true {
      let got = Glibc.read(descriptor, target.baseAddress, target.count)
      if got >= 0 { return got }
      if errno == EAGAIN { return nil }
      if errno != EINTR { throw SystemError("read", path: path) }
    }
  }
}
