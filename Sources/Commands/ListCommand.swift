package import ArgumentParser
import ByteIO
import EventFormats
import Glibc
import TraceDat
import Tracefs

/// `kscope list`: what this kernel can trace, in trace-cmd's words.
package struct ListCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List what this kernel can trace: events, functions, tracers, options, clocks.",
    discussion: """
      Without an option: event systems, events, tracers, trace options and compressions. A REGEX is a \
      POSIX regular expression that any part of a name may match; upper and lower case are one.

      EXAMPLES
        sudo kscope list -e '^sched'                     the scheduler's events
        sudo kscope list -e sched_switch --describe      what is in it, field by field
        sudo kscope list --field prev_state              events that have such a field
        sudo kscope list -f '^tcp_.*recv' --json
      """)

  @Option(
    name: .customShort("e"), defaultAsFlag: "",
    help: ArgumentHelp("Events.", valueName: "regex"))
  var events: String?

  @Flag(name: .customShort("F"), help: "With -e: the fields of each event.")
  var showsFormat = false

  @Flag(name: .customLong("full"), help: "With -F: the print format too.")
  var showsPrintFormat = false

  @Flag(name: .customShort("l"), help: "With -e: the filter of each event.")
  var showsFilter = false

  @Flag(name: .customShort("R"), help: "With -e: the triggers of each event.")
  var showsTriggers = false

  @Flag(help: "With -e: what each event means, its fields and the names of their values.")
  var describe = false

  @Option(
    help: ArgumentHelp(
      "Events that have such a field, with its type; -e picks among the events.",
      valueName: "regex"))
  var field: String?

  @Flag(name: .customShort("s"), help: "Event systems.")
  var systems = false

  @Flag(name: [.customShort("t"), .customShort("p")], help: "Tracers.")
  var tracers = false

  @Option(
    name: .customShort("o"), defaultAsFlag: "",
    help: ArgumentHelp(
      "Trace options, those that are off with 'no' before them.", valueName: "regex"))
  var options: String?

  @Option(
    name: .customShort("f"), defaultAsFlag: "",
    help: ArgumentHelp("Functions that can be traced or filtered on.", valueName: "regex"))
  var functions: String?

  @Flag(name: .customShort("B"), help: "Instances.")
  var instances = false

  @Flag(name: .customShort("C"), help: "Clocks; the one in use stands in brackets.")
  var clocks = false

  @Flag(name: .customShort("O"), help: "Options of report.")
  var reportOptions = false

  @Flag(
    name: .customShort("P"), help: "The handlers that print events in report; all are built in.")
  var plugins = false

  @Flag(name: .customShort("c"), help: "Compressions that a recording can have.")
  var compressions = false

  @Option(
    name: .customLong("proto"), defaultAsFlag: "",
    help: ArgumentHelp(
      "Functions that can be traced, with their arguments, as C declares them.", valueName: "regex")
  )
  var prototypes: String?

  @Option(
    help: ArgumentHelp(
      "How a type lies in memory: 'struct file', 'enum pid_type', pid_t.", valueName: "name"))
  var type: String?

  @Option(
    help: ArgumentHelp(
      "What the kernel is given for a probe of record: 'probe:vfs_read(file->f_mode)'.",
      valueName: "probe"))
  var probe: String?

  @Option(
    help: ArgumentHelp(
      "With --proto, --type and --probe: read the types (BTF) of a kernel from DIR/vmlinux.",
      valueName: "dir"))
  var btf: String?

  @Flag(help: "An object a line.")
  var json = false

  package init() {}

  /// Parts `-eREGEX` into `-e REGEX`, which the parser cannot do where the REGEX may be missing.
  ///
  /// - Parameter arguments: the whole command line; that of another command is returned as it is.
  static func parted(_ arguments: [String]) -> [String] {
    guard arguments.first == configuration.commandName else { return arguments }
    return arguments.flatMap { argument -> [String] in
      let letter = argument.prefix(2)
      guard ["-e", "-f", "-o"].contains(letter), argument.count > 2 else { return [argument] }
      return [String(letter), String(argument.dropFirst(2))]
    }
  }

  package mutating func run() throws {
    var sink = ByteSink()
    try write(to: &sink)
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }

  package mutating func validate() throws {
    if describe, events == nil { throw ValidationError("--describe needs -e and an event") }
    let isOfTypes = prototypes != nil || type != nil
    if btf != nil, !isOfTypes, probe == nil {
      throw ValidationError("--btf belongs to --proto, --type and --probe")
    }
    if json, !needsKernel, !reportOptions, !compressions, !plugins, !isOfTypes {
      throw ValidationError("--json needs the name of a list, such as -e")
    }
  }

  private var needsKernel: Bool {
    events != nil || field != nil || options != nil || functions != nil || systems || tracers
      || instances || clocks
  }

  /// The sections in trace-cmd's order, which is not that of the command line.
  func write(to sink: inout ByteSink) throws {
    if prototypes != nil || type != nil || probe != nil { return try writeTypes(to: &sink) }
    if plugins { writePlugins(to: &sink) }
    if reportOptions {
      if json {
        KernelList.writeReportOptionsJSON(to: &sink)
      } else {
        ReportOptionList.write(to: &sink)
      }
    }
    if compressions {
      if json {
        KernelList.writeCompressionsJSON(to: &sink)
      } else {
        Self.writeCompressions(to: &sink)
      }
    }
    if !needsKernel && (plugins || reportOptions || compressions) { return }
    let list = KernelList(directory: try TracingDirectory.find())
    guard needsKernel else {
      try list.writeAll(to: &sink)
      return Self.writeCompressions(to: &sink)
    }
    if let field {
      try list.writeFields(matching: field, ofEvents: events ?? "", isJSON: json, to: &sink)
    } else if let events {
      if json {
        try list.writeEventsJSON(matching: events, detail, to: &sink)
      } else {
        try list.writeEvents(matching: events, detail, to: &sink)
      }
    }
    try json ? writeRows(list, to: &sink) : writeLines(list, to: &sink)
  }

  private func writeLines(_ list: KernelList, to sink: inout ByteSink) throws {
    if tracers { try list.writeTracers(to: &sink) }
    if let options { try list.writeOptions(matching: options, to: &sink) }
    if systems { try list.writeSystems(to: &sink) }
    if let functions { try list.writeFunctions(matching: functions, to: &sink) }
    if instances { try list.writeInstances(to: &sink) }
    if clocks { try list.writeClocks(to: &sink) }
  }

  private func writeTypes(to sink: inout ByteSink) throws {
    if let probe { try KernelTypeList.writeProbe(probe, path: btf, to: &sink) }
    guard prototypes != nil || type != nil else { return }
    let list = try KernelTypeList(path: btf, isJSON: json)
    if let type { try list.writeType(type, to: &sink) }
    guard let prototypes else { return }
    // Of another kernel it is not known what can be traced.
    let functions = btf == nil ? try TracingDirectory.find().functions() : nil
    try list.writePrototypes(matching: prototypes, of: functions, to: &sink)
  }

  private func writeRows(_ list: KernelList, to sink: inout ByteSink) throws {
    if tracers { try list.writeTracersJSON(to: &sink) }
    if let options { try list.writeOptionsJSON(matching: options, to: &sink) }
    if systems { try list.writeSystemsJSON(to: &sink) }
    if let functions { try list.writeFunctionsJSON(matching: functions, to: &sink) }
    if instances { try list.writeInstancesJSON(to: &sink) }
    if clocks { try list.writeClocksJSON(to: &sink) }
  }

  /// In the place of trace-cmd's plugin files: the handlers that have options, all built in.
  private func writePlugins(to sink: inout ByteSink) {
    var names: [String] = []
    for option in HandlerOptions.all where !names.contains(option.plugin) {
      names.append(option.plugin)
    }
    for name in Self.handlers + names.filter({ !Self.handlers.contains($0) }) {
      if json {
        var object = JSONObject()
        object.add("plugin", name)
        object.write(to: &sink)
      } else {
        sink.append("  \(name) (built in)\n")
      }
    }
  }

  /// trace-cmd's plugins that kscope has in itself (Sources/EventFormats/Handlers).
  private static let handlers = [
    "blk", "cfg80211", "function", "futex", "hrtimer", "jbd2", "kmem", "kvm", "mac80211",
    "sched_switch", "scsi", "tlb", "xen",
  ]

  private var detail: KernelList.EventDetail {
    if describe { return .description }
    if showsFormat { return .format(isFull: showsPrintFormat) }
    if showsFilter { return .filter }
    return showsTriggers ? .triggers : .name
  }

  static func writeCompressions(to sink: inout ByteSink) {
    sink.append("Supported compression algorithms:\n")
    for compression in Compression.allCases where compression != .none {
      sink.append("\t\(compression.rawValue), \(compression.libraryVersion)\n")
    }
  }
}
