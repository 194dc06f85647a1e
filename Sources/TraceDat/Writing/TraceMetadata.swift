package import ByteIO

/// What a file says about a recording beside its pages, as far as it is known before the first.
///
/// All texts are the bytes of the kernel's files as they were read.
package struct TraceMetadata: Sendable {
  /// The order of the bytes of numbers in the file and in the pages.
  package var byteOrder: ByteOrder = .host
  /// The size of a `long` of the kernel's user space, in bytes: 4 or 8.
  package var longSize = MemoryLayout<Int>.size
  /// The size of a sub-buffer of the top-level buffer, in bytes.
  package var pageSize: Int
  /// How many CPUs the machine has; every CPU of a buffer is below.
  package var cpuCount: Int
  /// `events/header_page`.
  package var headerPage: [UInt8]
  /// `events/header_event`.
  package var headerEvent: [UInt8]
  /// The `format` files of the events that the tracers themselves write, `events/ftrace/*`.
  package var ftraceFormats: [[UInt8]] = []
  package var eventSystems: [EventSystem] = []
  /// `/proc/kallsyms`.
  package var kallsyms: [UInt8] = []
  /// `printk_formats`.
  package var printkFormats: [UInt8] = []
  /// Options that are known now, in the order in which they are to stand.
  package var options: [TraceOption] = []

  package init(pageSize: Int, cpuCount: Int, headerPage: [UInt8], headerEvent: [UInt8]) {
    self.pageSize = pageSize
    self.cpuCount = cpuCount
    self.headerPage = headerPage
    self.headerEvent = headerEvent
  }

  /// The `format` files of one folder of `events`.
  package struct EventSystem: Sendable {
    package var name: String
    package var formats: [[UInt8]]

    package init(name: String, formats: [[UInt8]]) {
      self.name = name
      self.formats = formats
    }
  }
}

/// What is known only when the last page is there.
package struct LateMetadata: Sendable {
  /// `saved_cmdlines`.
  package var commandLines: [UInt8]
  /// More options; they stand after the early ones.
  package var options: [TraceOption]

  package init(commandLines: [UInt8] = [], options: [TraceOption] = []) {
    self.commandLines = commandLines
    self.options = options
  }
}
