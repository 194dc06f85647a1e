import ByteIO
import Glibc
package import TraceDat
package import Tracefs

extension StoredMetadata {
  /// What this kernel tells of itself: all formats, symbols and names of tasks.
  ///
  /// - Parameter symbols: what is read in place of `/proc/kallsyms`.
  package init(
    ofKernelAt directory: TracingDirectory, symbols: String? = nil
  ) throws(TracefsError) {
    var metadata = try KernelMetadata(directory: directory).read(events: nil)
    if let symbols {
      do { metadata.kallsyms = try TextFile.readBytes(symbols) } catch { throw .system(error) }
    }
    metadata.options = [TraceOption(.uname, text: KernelMetadata.uname)]
    if let clock = try? directory.top.read(.traceClock) {
      metadata.options.insert(TraceOption(.traceClock, text: clock), at: 0)
    }
    let names = (try? directory.top.readBytes(.savedCmdlines)) ?? []
    self.init(metadata, late: LateMetadata(commandLines: names))
  }
}

/// Gathers what a file says about the kernel beside the pages.
struct KernelMetadata {
  let directory: TracingDirectory

  /// Everything that is known before the first page.
  ///
  /// - Parameters:
  ///   - events: those whose formats are saved; nil for all.
  ///   - withSymbols: whether the kernel's symbols are read.
  func read(events: Set<EventName>?, withSymbols: Bool = true) throws(TracefsError) -> TraceMetadata
  {
    let top = directory.top
    let headerPage = try top.readBytes(.headerPage)
    var metadata = TraceMetadata(
      pageSize: Self.pageSize(headerPage), cpuCount: try cpuCount(), headerPage: headerPage,
      headerEvent: try top.readBytes(.headerEvent))
    metadata.ftraceFormats = try formats(of: "ftrace", among: nil)
    for system in try directory.eventSystems() where system != "ftrace" {
      if let events, !events.contains(where: { $0.system == system }) { continue }
      let texts = try formats(of: system, among: events)
      if !texts.isEmpty {
        metadata.eventSystems.append(.init(name: system, formats: texts))
      }
    }
    if withSymbols { metadata.kallsyms = (try? TextFile.readBytes("/proc/kallsyms")) ?? [] }
    metadata.printkFormats = (try? top.readBytes(.printkFormats)) ?? []
    return metadata
  }

  private func formats(
    of system: String, among events: Set<EventName>?
  ) throws(TracefsError) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    for event in try directory.top.events(of: system) where events?.contains(event) ?? true {
      // A module can take its events away at any time, and some directories hold no event.
      if let text = try? directory.top.format(of: event) { texts.append(text) }
    }
    return texts
  }

  func cpuCount() throws(TracefsError) -> Int {
    // A copy may be of the formats only; the pages then say which CPUs there are.
    if directory.isCopy { return ((try? directory.top.cpus())?.max() ?? 0) + 1 }
    return (try directory.top.cpus().max() ?? 0) + 1
  }

  /// A sub-buffer's size in bytes, from `events/header_page`: where its data begin plus their size.
  static func pageSize(_ headerPage: [UInt8]) -> Int {
    for line in String(decoding: headerPage, as: UTF8.self).split(separator: "\n")
    where line.contains(" data;") {
      var sum = 0
      for part in line.split(separator: ";") {
        let words = part.split(whereSeparator: { $0 == ":" || $0 == "\t" || $0 == " " })
        guard words.count == 2, words[0] == "offset" || words[0] == "size",
          let number = Int(words[1])
        else { continue }
        sum += number
      }
      if sum > 0, sum <= 1 << 24 { return sum }
    }
    return 4096
  }

  /// The sub-buffer size of one buffer; instances can have their own (Linux 6.8).
  static func pageSize(of instance: Instance) throws(TracefsError) -> Int {
    if instance.name != nil, let own = try? instance.readBytes(.headerPage) {
      return pageSize(own)
    }
    if instance.has(.bufferSubbufSizeKB) { return try instance.subbufferSize() * 1024 }
    return pageSize(try instance.directory.top.readBytes(.headerPage))
  }

  /// `Linux host 6.12.0 x86_64`, as trace-cmd writes it.
  static var uname: String {
    var name = utsname()
    guard Glibc.uname(&name) == 0 else { return "" }
    func text<T>(_ field: T) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return [name.sysname, name.nodename, name.release, name.machine].map { text($0) }
      .joined(separator: " ")
  }
}
