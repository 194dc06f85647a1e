import ByteIO
import Glibc
import TraceDat
import Tracefs

/// Keeps what a stream reads in a file, too: every page is written to its place in a recording before
/// anybody looks at it.
final class LiveRecording {
  let path: String
  private let writer: TraceFileWriter
  private let directory: TracingDirectory
  private let commandLine: [String]
  private var processes = ProcessSnapshot()
  /// Of each buffer, of each of its CPUs.
  private var sources: [[SavedPages]] = []
  private var isOpen = true

  /// Creates the file.
  ///
  /// - Parameters:
  ///   - metadata: of the stream; the symbols are added.
  ///   - commandLine: how it was asked for; the file tells it.
  init(
    path: String, _ feeds: inout [LiveStream.Buffer], metadata: TraceMetadata,
    directory: TracingDirectory, commandLine: [String]
  ) throws(RecordingError) {
    self.path = path
    self.directory = directory
    self.commandLine = commandLine
    var metadata = metadata
    metadata.kallsyms = (try? TextFile.readBytes("/proc/kallsyms")) ?? []
    metadata.options.append(
      TraceOption(.traceID, withUnsafeBytes(of: UInt64.random(in: 1 ... .max)) { Array($0) }))
    let layouts = feeds.map {
      BufferLayout(name: $0.name, clock: $0.clock, cpus: $0.cpus.map(\.cpu), pageSize: $0.pageSize)
    }
    do throws(WritingError) {
      writer = try TraceFileWriter(path: path, metadata: metadata, buffers: layouts)
      for number in feeds.indices {
        var saved: [SavedPages] = []
        for index in feeds[number].cpus.indices {
          let (cpu, source) = feeds[number].cpus[index]
          let pages = SavedPages(
            source, to: try writer.region(buffer: number, cpu: cpu), path: path)
          feeds[number].cpus[index].source = pages
          saved.append(pages)
        }
        sources.append(saved)
      }
    } catch { throw .writing(error) }
    processes.add()
  }

  /// Writes the rest; what was read until now is in the file, whatever ended the stream.
  func finish() throws(RecordingError) {
    guard isOpen else { return }
    isOpen = false
    processes.add()
    processes.add(savedTGIDs: (try? directory.top.read(.savedTGIDs)) ?? "")
    let late = LateMetadata(
      commandLines: (try? directory.top.readBytes(.savedCmdlines)) ?? [],
      options: [
        TraceOption(.threads, processes.threadsText),
        TraceOption(.processArguments, processes.argumentsText),
        TraceOption(.request, text: commandLine.joined(separator: "\t")),
      ])
    do throws(WritingError) {
      try writer.finish(
        written: sources.map { $0.map { RegionContent(bytes: $0.bytes) } }, late: late)
    } catch { throw .writing(error) }
  }

  /// Removes the file; nothing was traced.
  func abandon() {
    guard isOpen else { return }
    isOpen = false
    writer.abandon()
  }
}

/// The pages of another source, written to a file on their way.
private final class SavedPages: PageSource {
  private let source: any PageSource
  private let region: Region
  private let path: String
  /// Written so far.
  private(set) var bytes: Int64 = 0

  init(_ source: any PageSource, to region: Region, path: String) {
    self.source = source
    self.region = region
    self.path = path
  }

  var descriptor: Int32 { source.descriptor }
  func close() { source.close() }

  func read(into room: UnsafeMutableRawBufferPointer) throws(SystemError) -> PageArrival {
    let arrival = try source.read(into: room)
    guard arrival == .page else { return arrival }
    guard bytes + Int64(room.count) <= region.capacity else {
      throw SystemError("write", path: path, code: EFBIG)
    }
    var done = 0
    while done < room.count {
      let count = pwrite(
        region.descriptor, room.baseAddress.map { $0 + done }, room.count - done,
        off_t(region.offset + bytes) + off_t(done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write", path: path) }
      done += count
    }
    bytes += Int64(room.count)
    return .page
  }
}
