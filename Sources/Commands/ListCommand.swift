package import ArgumentParser
import ByteIO
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

  @Flag(help: "With --proto and --type: an object a line.")
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

  /// The sections in trace-cmd's order, which is not that of the command line.
  func write(to sink: inout ByteSink) throws {
    if prototypes != nil || type != nil || probe != nil { return try writeTypes(to: &sink) }
    if reportOptions { ReportOptionList.write(to: &sink) }
    if compressions { Self.writeCompressions(to: &sink) }
    let needsKernel =
      events != nil || options != nil || functions != nil || systems || tracers || instances
      || clocks
    if !needsKernel && (reportOptions || compressions) { return }
    let list = KernelList(directory: try TracingDirectory.find())
    guard needsKernel else {
      try list.writeAll(to: &sink)
      return Self.writeCompressions(to: &sink)
    }
    if let events {
      try list.writeEvents(matching: events, detail, to: &sink)
    }
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

  package func validate() throws {
    if prototypes == nil && type == nil && (json || btf != nil && probe == nil) {
      throw ValidationError("--json belongs to --proto and --type, --btf to these and --probe")
    }
  }

  private var detail: KernelList.EventDetail {
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
