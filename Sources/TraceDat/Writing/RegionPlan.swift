import ByteIO
import Glibc

/// A region with what the writer alone needs to know of it.
struct RegionSlot {
  /// The buffer's place in the list of buffers.
  var buffer: Int
  var cpu: Int
  var pageSize: Int64
  var file: OutputFile
  var offset: Int64
  var capacity: Int64
}

/// Where each CPU's pages go while recording.
///
/// ```
/// one file:   metadata │ CPU 0 …        │ CPU 1 …        │ CPU 2 …       │ reserve
///             0         firstOffset       stride           2 × stride      3 × stride
/// ```
///
/// Nothing is written between what a CPU has so far and the next CPU's place: the file system keeps
/// no blocks for it, so the distance costs nothing.
struct RegionPlan {
  /// In order of buffers and CPUs.
  var slots: [RegionSlot] = []
  /// Where blocks are claimed for what is written at the end; nil where the end is the file's own.
  var reserveOffset: Int64?
  /// Every region starts at a multiple of this.
  let alignment: Int64
  private let isFirstInPlace: Bool

  /// Lays out regions in one file.
  ///
  /// - Parameters:
  ///   - start: the end of what is in the file already.
  ///   - isFirstInPlace: whether the first region may follow it closely, since it needs not move.
  init(
    buffers: [BufferLayout], file: OutputFile, start: Int64, isFirstInPlace: Bool,
    alignment: Int64, largestSize: Int64
  ) throws(WritingError) {
    self.alignment = alignment
    self.isFirstInPlace = isFirstInPlace
    let count = buffers.reduce(0) { $0 + $1.cpus.count }
    let stride = (largestSize / Int64(count + 2)).rounded(downTo: alignment)
    let first = start.rounded(upTo: alignment)
    guard stride > first + max(16 << 20, 64 * alignment) else {
      throw .unsupported(
        path: file.path,
        reason: "its file system or a limit allows files of only \(largestSize) bytes")
    }
    for (index, buffer) in buffers.enumerated() {
      for cpu in buffer.cpus {
        let number = Int64(slots.count + (isFirstInPlace ? 0 : 1))
        let offset = number == 0 ? first : number * stride
        // The block before a region may hold the header of its section.
        slots.append(
          RegionSlot(
            buffer: index, cpu: cpu, pageSize: Int64(buffer.pageSize), file: file, offset: offset,
            capacity: (number + 1) * stride - offset - alignment))
      }
    }
    reserveOffset = Int64(count + 1) * stride
  }

  /// Lays out regions in files of their own, the first in the output where it may be.
  init(
    buffers: [BufferLayout], file: OutputFile, start: Int64, isFirstInPlace: Bool,
    alignment: Int64, partDirectory: String?
  ) throws(WritingError) {
    self.alignment = alignment
    self.isFirstInPlace = isFirstInPlace
    do throws(WritingError) {
      for (index, buffer) in buffers.enumerated() {
        for cpu in buffer.cpus {
          let isInPlace = slots.isEmpty && isFirstInPlace
          let home =
            isInPlace
            ? file
            : try OutputFile(
              path: Self.partPath(of: file.path, in: partDirectory, buffer: buffer.name, cpu: cpu),
              isExclusive: true)
          let offset = isInPlace ? start.rounded(upTo: alignment) : 0
          slots.append(
            RegionSlot(
              buffer: index, cpu: cpu, pageSize: Int64(buffer.pageSize), file: home,
              offset: offset, capacity: .max - offset))
        }
      }
    } catch {
      for slot in slots where slot.file !== file { slot.file.unlink() }
      throw error
    }
  }

  /// Leaves `count` more bytes before a first region that follows what is in the file closely.
  mutating func leaveRoom(_ count: Int64) {
    guard isFirstInPlace, !slots.isEmpty else { return }
    let room = count.rounded(upTo: alignment)
    slots[0].offset += room
    slots[0].capacity -= room
  }

  /// `trace.dat.cpu3`, or `trace.dat.NAME.cpu3` for an instance: the names that trace-cmd gives.
  static func partPath(of path: String, in directory: String?, buffer: String, cpu: Int) -> String {
    var stem = path
    if let directory {
      let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
      stem = directory + "/" + name
    }
    return buffer.isEmpty ? "\(stem).cpu\(cpu)" : "\(stem).\(buffer).cpu\(cpu)"
  }

  /// A part's path as the recording tells it: its name, where both are in one folder and may be
  /// moved together, else the whole path.
  private static func told(_ part: String, in output: OutputFile) -> String {
    let folder = OutputFile.directory(of: part)
    if folder == OutputFile.directory(of: output.path) {
      return part.split(separator: "/").last.map(String.init) ?? part
    }
    guard !part.hasPrefix("/"), let current = getcwd(nil, 0) else { return part }
    defer { free(current) }
    return String(cString: current) + "/" + part
  }

  /// What a file holds about its layout while it is being recorded, for mending it after a crash;
  /// `Documentation/trace.dat-options.md` describes it.
  func layoutOption(
    buffers: [BufferLayout], output: OutputFile, contents: [RegionContent]?, order: ByteOrder
  ) -> TraceOption {
    var sink = ByteSink()
    sink.append(number: UInt32(1), order)
    sink.append(number: UInt32(slots.count), order)
    for (index, slot) in slots.enumerated() {
      let content = contents?[index]
      sink.append(number: Int32(truncatingIfNeeded: slot.cpu), order)
      sink.append(number: Int32(truncatingIfNeeded: slot.pageSize), order)
      sink.append(number: slot.offset, order)
      sink.append(number: slot.capacity, order)
      sink.append(number: content?.bytes ?? -1, order)
      sink.append(number: content?.ringCapacity ?? 0, order)
      sink.append(terminated: buffers[slot.buffer].name)
      sink.append(terminated: buffers[slot.buffer].clock)
      sink.append(terminated: slot.file === output ? "" : Self.told(slot.file.path, in: output))
    }
    return TraceOption(.recordingLayout, Array(sink.bytes))
  }
}

extension Int64 {
  /// The next multiple of `unit`, or itself.
  func rounded(upTo unit: Int64) -> Int64 { (self + unit - 1) / unit * unit }
  func rounded(downTo unit: Int64) -> Int64 { self / unit * unit }
}
