package import ByteIO
import CKernel
import Glibc
import Synchronization
package import TraceDat

/// Moves one CPU's sub-buffers from the kernel into a region of a file, in a thread of its own.
///
/// The thread sleeps in `poll` until the kernel says that a part of the buffer (`buffer_percent`)
/// is full. Full sub-buffers are spliced: the kernel hands over its pages and no byte passes
/// through this process. `splice` never gives the sub-buffer that is being filled, so at the end,
/// when tracing is off, the rest is read.
package final class PipePageReader: @unchecked Sendable {
  /// Where the pages come from and go to.
  package struct Job: Sendable {
    /// The path of `trace_pipe_raw`.
    package var path: String
    package var cpu: Int
    /// The size of a sub-buffer, in bytes.
    package var pageSize: Int
    package var region: Region
    /// Only so many bytes, a multiple of the page size, are kept: page `n` is written at
    /// `n * pageSize % ringCapacity` of the region.
    package var ringCapacity: Int64?
    package var usesSplice: Bool
    /// SCHED_FIFO, 1…99.
    package var priority: Int32?
    /// What the file may still get; without bound when nil. What is left in the kernel's buffer when
    /// it is used up is not read.
    var budget: PageBudget?

    package init(
      path: String, cpu: Int, pageSize: Int, region: Region, ringCapacity: Int64? = nil,
      usesSplice: Bool = true, priority: Int32? = nil
    ) {
      self.path = path
      self.cpu = cpu
      self.pageSize = pageSize
      self.region = region
      self.ringCapacity = ringCapacity
      self.usesSplice = usesSplice
      self.priority = priority
    }
  }

  package let job: Job
  private let source: Int32
  private var pipe: (output: Int32, input: Int32) = (-1, -1)
  private var pipeSize = 0
  private let stopEvent: Int32
  private let failureEvent: Int32
  private var thread: StartedThread?
  private var scratch: UnsafeMutableRawBufferPointer
  private var splices: Bool
  /// Only the thread writes these, until it is joined.
  private var failure: SystemError?
  private let written = Atomic<Int64>(0)

  /// Opens the kernel's file; the thread starts with `start()`.
  ///
  /// - Parameters:
  ///   - stopEvent: an eventfd that becomes readable when tracing is off and reading shall end.
  ///   - failureEvent: an eventfd that is written to when the reader must give up.
  package init(_ job: Job, stopEvent: Int32, failureEvent: Int32) throws(SystemError) {
    self.job = job
    self.stopEvent = stopEvent
    self.failureEvent = failureEvent
    splices = job.usesSplice
    source = open(job.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    scratch = .allocate(byteCount: job.pageSize, alignment: 4096)
    guard source >= 0 else { throw SystemError("open", path: job.path) }
    var ends: [Int32] = [-1, -1]
    let size = kernel_make_pipe(&ends, max(1 << 20, job.pageSize * 4))
    guard size > 0 else { throw SystemError("pipe") }
    pipe = (ends[0], ends[1])
    pipeSize = max(Int(size) / job.pageSize, 1) * job.pageSize
  }

  deinit {
    scratch.deallocate()
    for descriptor in [source, pipe.output, pipe.input] where descriptor >= 0 { close(descriptor) }
  }

  /// How many bytes were written to the region so far, a ring's overwritten ones included.
  package var bytesWritten: Int64 { written.load(ordering: .relaxed) }

  package func start() throws(SystemError) {
    thread = try StartedThread { self.run() }
  }

  /// Waits for the thread's end, after `stopEvent` was written to; throws what made it give up.
  ///
  /// Whole pages that were written before a failure are in the region.
  package func join() throws(SystemError) {
    guard let thread else { return }
    thread.join()
    self.thread = nil
    if let failure { throw failure }
  }

  /// What is in the region, once the reader is joined: whole pages.
  package var content: RegionContent {
    let page = Int64(job.pageSize)
    return RegionContent(bytes: bytesWritten / page * page, ringCapacity: job.ringCapacity)
  }

  // MARK: The thread

  private func run() {
    kernel_name_thread("kscope-cpu\(job.cpu)")
    if let priority = job.priority { _ = kernel_set_fifo_priority(priority) }
    do throws(SystemError) {
      var isStopping = false
      while !isStopping {
        let moved = try drain()
        isStopping = wait(afterMoving: moved)
      }
      _ = try drain()
      try readRest()
    } catch {
      failure = error
      EventFlag.raise(failureEvent)
    }
  }

  /// The longest sleep, in milliseconds. The kernel wakes a sleeper in time; this only bounds how
  /// much of a slow trace is missing from the file when the machine dies.
  private static let longestSleep: Int32 = 1000
  /// The pause when the kernel calls the buffer readable but has no full page to give
  /// (`buffer_percent` 0, or the trace option `block`).
  private static let shortPause: Int32 = 10

  private var wasReadable = false

  /// Sleeps until there is something to do; true when it is time to stop.
  private func wait(afterMoving moved: Int) -> Bool {
    let pauses = wasReadable && moved == 0
    var descriptors = [
      pollfd(fd: stopEvent, events: Int16(POLLIN), revents: 0),
      // A negative descriptor is passed over.
      pollfd(fd: pauses ? -1 : source, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&descriptors, 2, pauses ? Self.shortPause : Self.longestSleep)
    // A CPU that was never online has no buffer: its file is in error.
    wasReadable = count > 0 && !pauses && descriptors[1].revents != 0
    return count > 0 && descriptors[0].revents != 0
  }

  /// Moves the full pages that are there; returns how many bytes that were.
  private func drain() throws(SystemError) -> Int {
    var total = 0
    while true {
      let moved = splices ? try spliceOnce() : try readFullPage()
      if moved == 0 { return total }
      total += moved
    }
  }

  // MARK: Splicing

  private func spliceOnce() throws(SystemError) -> Int {
    let room = job.ringCapacity.map { Int(clamping: $0 - bytesWritten % $0) } ?? pipeSize
    let allowed = allowance(upTo: min(pipeSize, room))
    guard allowed > 0 else { return 0 }
    let moved = kernel_splice(source, nil, pipe.input, nil, allowed, 1)
    giveBack(allowed - max(moved, 0))
    if moved > 0 {
      try emptyPipe(moved)
      return moved
    }
    if moved == 0 || errno == EAGAIN || errno == EINTR { return 0 }
    guard Self.meansUnable(errno) else { throw SystemError("splice", path: job.path) }
    splices = false
    return try readFullPage()
  }

  private func emptyPipe(_ count: Int) throws(SystemError) {
    var left = count
    while left > 0 {
      var offset = try place(for: left)
      let moved = kernel_splice(pipe.output, nil, job.region.descriptor, &offset, left, 0)
      if moved > 0 {
        left -= moved
        written.add(Int64(moved), ordering: .relaxed)
        continue
      }
      if moved < 0, errno == EINTR { continue }
      guard moved < 0, Self.meansUnable(errno) else {
        throw SystemError("splice", code: moved < 0 ? errno : EIO)
      }
      splices = false
      return try copyPipe(left)
    }
  }

  /// For a file system that cannot be spliced to: what is in the pipe is copied.
  private func copyPipe(_ count: Int) throws(SystemError) {
    var left = count
    while left > 0 {
      let wanted = min(left, scratch.count)
      let got = read(pipe.output, scratch.baseAddress, wanted)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw SystemError("read", code: got < 0 ? errno : EIO) }
      try writeScratch(got)
      left -= got
    }
  }

  private static func meansUnable(_ code: Int32) -> Bool {
    code == EINVAL || code == EOPNOTSUPP || code == ENOSYS
  }

  // MARK: Reading

  /// Reads one page; 0 where there is none or where it was not full yet, as then the writer has
  /// been caught up with.
  private func readFullPage() throws(SystemError) -> Int {
    guard let committed = try readPage() else { return 0 }
    return committed > job.pageSize / 2 ? job.pageSize : 0
  }

  /// Reads what is left, the page that is not full included.
  private func readRest() throws(SystemError) {
    while try readPage() != nil {}
  }

  /// Reads one page and writes it; returns how many bytes of events it holds, nil where there is
  /// none.
  private func readPage() throws(SystemError) -> Int? {
    guard let base = scratch.baseAddress, allowance(upTo: job.pageSize) > 0 else { return nil }
    var count = read(source, base, job.pageSize)
    while count < 0, errno == EINTR { count = read(source, base, job.pageSize) }
    let code = errno
    if count <= 0 { giveBack(job.pageSize) }
    if count == 0 || (count < 0 && code == EAGAIN) { return nil }
    guard count > 0 else { throw SystemError("read", path: job.path, code: code) }
    (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: job.pageSize - count)
    try writeScratch(job.pageSize)
    // The low 27 bits of the commit word are the length of the events (include/linux/ring_buffer.h).
    return Int(base.loadUnaligned(fromByteOffset: 8, as: UInt.self) & 0x7ff_ffff)
  }

  private func writeScratch(_ count: Int) throws(SystemError) {
    var done = 0
    while done < count, let base = scratch.baseAddress {
      let offset = try place(for: count - done)
      let got = pwrite(job.region.descriptor, base + done, count - done, off_t(offset))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw SystemError("write", code: got < 0 ? errno : EIO) }
      done += got
      written.add(Int64(got), ordering: .relaxed)
    }
  }

  /// How many of so many bytes the file may still get, in whole pages. A ring that is full does not
  /// grow.
  private func allowance(upTo wanted: Int) -> Int {
    guard let budget = job.budget, !isRingFull else { return wanted }
    return budget.take(upTo: wanted, unit: job.pageSize)
  }

  private func giveBack(_ count: Int) {
    guard let budget = job.budget, !isRingFull else { return }
    budget.giveBack(count)
  }

  private var isRingFull: Bool { job.ringCapacity.map { bytesWritten >= $0 } ?? false }

  /// Where in the file the next byte goes.
  private func place(for count: Int) throws(SystemError) -> Int64 {
    let position = bytesWritten
    if let ring = job.ringCapacity { return job.region.offset + position % ring }
    guard position + Int64(count) <= job.region.capacity else {
      throw SystemError("write", code: EFBIG)
    }
    return job.region.offset + position
  }
}
