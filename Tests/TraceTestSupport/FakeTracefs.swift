package import ByteIO
import Glibc

/// A directory that looks like the tracing directory of Linux 6.12, with a few of its events.
///
/// It is made of plain files: it does not act on what is written. A file holds what was written to
/// it last, after what it held before where it was opened for adding.
package final class FakeTracefs {
  /// The tracing directory.
  package let path: String
  /// An empty directory for journals.
  package let statePath: String
  private let root: String

  /// The events, `system:name`.
  package static let events = [
    "syscalls:sys_enter_openat", "syscalls:sys_exit_openat", "irq:irq_handler_exit",
    "irq:irq_handler_entry", "timer:timer_start", "sched:sched_wakeup_new", "sched:sched_wakeup",
    "sched:sched_waking", "sched:sched_switch",
  ]

  package init() throws(SystemError) {
    var template = Array("/tmp/kscope-fake-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
    root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = root + "/tracing"
    statePath = root + "/state"
    try Self.makeDirectory(path)
    try Self.makeDirectory(statePath)
    try populate()
  }

  deinit { Self.removeTree(root) }

  // MARK: Files

  package func write(_ file: String, _ text: String) throws(SystemError) {
    let full = "\(path)/\(file)"
    var part = path
    for name in file.split(separator: "/").dropLast() {
      part += "/\(name)"
      try Self.makeDirectory(part)
    }
    try Self.write(full, text)
  }

  package func read(_ file: String) throws(SystemError) -> String {
    let mapped = try MappedFile(path: "\(path)/\(file)")
    return String(decoding: mapped.bytes, as: UTF8.self)
  }

  package func remove(_ file: String) { Self.removeTree("\(path)/\(file)") }

  package func exists(_ file: String) -> Bool { access("\(path)/\(file)", F_OK) == 0 }

  /// The paths of the journals that were written.
  package var journals: [String] {
    Self.names(in: statePath).map { "\(statePath)/\($0)" }
  }

  // MARK: Layout

  private func populate() throws(SystemError) {
    for (file, text) in Self.topFiles { try write(file, text) }
    for (name, isOn) in Self.options { try write("options/\(name)", isOn ? "1\n" : "0\n") }
    for cpu in 0...1 {
      try write("per_cpu/cpu\(cpu)/buffer_size_kb", "1408\n")
      try write("per_cpu/cpu\(cpu)/stats", "entries: 0\noverrun: 0\n")
      try write("per_cpu/cpu\(cpu)/trace_pipe_raw", "")
    }
    try Self.makeDirectory("\(path)/instances")
    try write("events/enable", "0\n")
    try write("events/ftrace/function/format", "name: function\nID: 1\n")
    for (index, event) in Self.events.enumerated() {
      let directory = "events/" + event.split(separator: ":").joined(separator: "/")
      let system = event.split(separator: ":")[0]
      try write("events/\(system)/enable", "0\n")
      try write("\(directory)/enable", "0\n")
      try write("\(directory)/filter", "none\n")
      try write("\(directory)/trigger", "# Available triggers:\n# traceon traceoff\n")
      try write("\(directory)/id", "\(300 + index)\n")
      try write("\(directory)/format", Self.format(event, id: 300 + index))
    }
  }

  private static let topFiles = [
    ("README", readme),
    ("available_events", events.joined(separator: "\n") + "\n"),
    ("available_filter_functions", functions),
    ("available_tracers", "blk mmiotrace function_graph function nop\n"),
    ("buffer_percent", "50\n"),
    ("buffer_size_kb", "7 (expanded: 1408)\n"),
    ("buffer_subbuf_size_kb", "4\n"),
    ("current_tracer", "nop\n"),
    ("dynamic_events", ""),
    ("error_log", ""),
    ("kprobe_events", ""),
    ("max_graph_depth", "0\n"),
    ("saved_cmdlines_size", "128\n"),
    ("set_event", ""),
    ("set_event_pid", ""),
    ("set_event_notrace_pid", ""),
    ("snapshot", "# tracer: nop\n#\n#\n# * Snapshot is freed *\n#\n"),
    ("stack_trace", "        Depth    Size   Location    (0 entries)\n"),
    ("synthetic_events", ""),
    ("trace_marker", ""),
    ("trace_marker_raw", ""),
    ("uprobe_events", ""),
    ("set_ftrace_filter", "#### all functions enabled ####\n"),
    ("set_ftrace_notrace", "#### no functions disabled ####\n"),
    ("set_ftrace_pid", "no pid\n"),
    ("set_ftrace_notrace_pid", "no pid\n"),
    ("set_graph_function", "#### all functions enabled ####\n"),
    ("set_graph_notrace", "#### no functions disabled ####\n"),
    ("trace", "# tracer: nop\n"),
    (
      "trace_clock",
      "[local] global counter uptime perf mono mono_raw boot tai x86-tsc\n"
    ),
    ("trace_options", "print-parent\nnosym-offset\noverwrite\n"),
    ("tracing_cpumask", "3\n"),
    ("tracing_max_latency", "0\n"),
    ("tracing_on", "1\n"),
    ("tracing_thresh", "0\n"),
  ]

  private static let options = [
    ("event-fork", false), ("func_stack_trace", false), ("function-fork", false),
    ("irq-info", true), ("overwrite", true), ("print-parent", true), ("stacktrace", false),
    ("sym-offset", false),
  ]

  /// A few of the functions of Linux 6.12, as its file lists them.
  private static let functions = """
    do_user_addr_fault
    exc_page_fault
    do_one_initcall
    do_wp_page
    do_sys_openat2
    vfs_readv
    vfs_read
    vfs_readlink
    vfs_write
    tcp_sendmsg
    tcp_v4_rcv
    ext4_file_open [ext4]

    """

  /// What tells features apart in the text of Linux 6.12.
  private static let readme = """
    tracing mini-HOWTO:

    \t           r[maxactive][:[<group>/][<event>]] <place> [<args>]
    \t           f[:[<group>/][<event>]] <func-name>[%return] [<args>]
    \t           t[:[<group>/][<event>]] <tracepoint> [<args>]
    \t           e[:[<group>/][<event>]] <attached-group>.<attached-event> [<args>] [if <filter>]
    \t           <argname>[->field[->field|.field...]],
    \t     kernel return probes support: $retval, $arg<N>, $comm
    \t     type: s8/16/32/64, u8/16/32/64, x8/16/32/64, char, string, symbol,
    \t           symstr, %pd/%pD, <type>\\[<array-size>\\]
          hist trigger\t- If set, event hits are aggregated into a hash table
    \t            [:nohitcount]
    \t    can be any field, or the special string 'common_stacktrace'.
    \t            .buckets=size  display values in groups of size rather than raw number
    \t            .percent    display a number of percentage value
    \t     example: echo 'myevent u64 lat; char name[]; long[] stack' >> synthetic_events

    """

  /// The fields of an event, `type name` and size; the others have a `pid` alone.
  private static let fields = [
    "sched_switch": [
      ("char prev_comm[16]", 16), ("pid_t prev_pid", 4), ("int prev_prio", 4),
      ("long prev_state", 8), ("char next_comm[16]", 16), ("pid_t next_pid", 4),
      ("int next_prio", 4),
    ]
  ]

  private static func format(_ event: String, id: Int) -> String {
    let name = String(event.split(separator: ":")[1])
    var offset = 8
    var lines: [String] = []
    for (declaration, size) in fields[name] ?? [("pid_t pid", 4)] {
      lines.append("\tfield:\(declaration);\toffset:\(offset);\tsize:\(size);\tsigned:1;")
      offset += size
    }
    return """
      name: \(name)
      ID: \(id)
      format:
      \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
      \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
      \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
      \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

      \(lines.joined(separator: "\n"))

      print fmt: "pid=%d", REC->pid

      """
  }

  // MARK: Calls

  private static func makeDirectory(_ path: String) throws(SystemError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw SystemError("mkdir", path: path)
    }
  }

  private static func write(_ path: String, _ text: String) throws(SystemError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("open", path: path) }
    defer { close(descriptor) }
    var sink = ByteSink(capacity: text.utf8.count)
    sink.append(text)
    try sink.write(to: descriptor)
  }

  private static func names(in path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    for name in names(in: path) { removeTree("\(path)/\(name)") }
    rmdir(path)
  }
}
