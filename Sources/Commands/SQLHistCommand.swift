package import ArgumentParser
import ByteIO
import Glibc
import HistogramQueries
import Recording
import Tracefs

/// `kscope sqlhist`: histograms and synthetic events in SQL's words.
package struct SQLHistCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "sqlhist",
    abstract: "Make histograms and synthetic events of a SELECT.",
    discussion: """
      Think of every event as a table. A SELECT from one event counts it in the kernel, by what is \
      selected. A SELECT from one event that is JOINed with a second makes a synthetic event of the \
      two: it holds what is selected, times between them too, and is recorded like any other.

      Without -e the shell commands that would set it are printed. With -e it is set and stays; \
      kscope reset takes it back. Where the kernel refuses a part, nothing is set.

      EXAMPLES
      Which programs open files, and how often; then look, and take it back:
        kscope sqlhist -e 'SELECT CAST(common_pid AS EXECNAME)
          FROM sys_enter_openat'
        cat /sys/kernel/tracing/events/syscalls/sys_enter_openat/hist
        kscope reset
      Bytes by the place that allocates them:
        kscope sqlhist -e 'SELECT CAST(call_site AS SYM),
          CAST(bytes_alloc AS _COUNTER_) FROM kmalloc'
      How long tasks wait for a CPU once they are woken, as an event:
        kscope sqlhist -e -n wakeup_lat 'SELECT end.next_pid AS pid,
          (end.TIMESTAMP_USECS - start.TIMESTAMP_USECS) AS lat
          FROM sched_waking AS start JOIN sched_switch AS end
          ON start.pid = end.next_pid WHERE end.next_prio < 100'
        kscope record -e synthetic:wakeup_lat sleep 10
      The same event only when the time is a task's longest, and who ran before:
        kscope sqlhist -e -n worst -m lat -T -S prev_comm,prev_pid 'SELECT …'

      THE LANGUAGE
        SELECT field [AS name], … FROM event [AS name]
          [JOIN event [AS name] ON start.field = end.field [AND …]]
          [WHERE condition]
        Events    sched_waking or sched.sched_waking
        Fields    pid, start.pid, sched_waking.pid; + and - between numbers
        Times     TIMESTAMP, TIMESTAMP_USECS; from start to end also
                  TIMESTAMP_DELTA, TIMESTAMP_DELTA_USECS
        CAST(field AS …), of one event: HEX, SYM, SYM-OFFSET, SYSCALL,
                  EXECNAME, LOG; _COUNTER_ sums it up for each row
        WHERE     = != < > <= >= ~ & with numbers and 'texts', AND, OR, NOT,
                  brackets; of two events joined by AND only
      """)

  @Option(
    name: .customShort("n"),
    help: ArgumentHelp("Call the synthetic event so, in place of Anonymous.", valueName: "name"))
  var name: String?

  @Flag(name: .customShort("e"), help: "Set it, in place of printing the commands.")
  var executes = false

  @Option(
    name: .customShort("m"),
    help: ArgumentHelp(
      "Act only when this selected value is larger than before.", valueName: "var"))
  var maximum: String?

  @Option(
    name: .customShort("c"),
    help: ArgumentHelp("Act only when this selected value has changed.", valueName: "var"))
  var change: String?

  @Flag(name: .customShort("s"), help: "With -m or -c: take a snapshot of the buffer.")
  var snapshots = false

  @Flag(
    name: .customShort("T"),
    help: "With -m or -c: make the synthetic event, which is also what is done without -s and -S.")
  var traces = false

  @Option(
    name: .customShort("S"),
    help: ArgumentHelp(
      "With -m or -c: keep these fields of the end event in its histogram.",
      valueName: "field,…"))
  var saved: [String] = []

  @Option(
    name: .customShort("t"),
    help: ArgumentHelp("The tracing directory, or a copy of one.", valueName: "directory"))
  var directory: String?

  @Option(
    name: .customShort("f"),
    help: ArgumentHelp("Read the SELECT from a file; - is standard input.", valueName: "file"))
  var file: String?

  @Option(
    name: .customShort("B"),
    help: ArgumentHelp("Count in this instance.", valueName: "instance"))
  var instance: String?

  @Argument(help: ArgumentHelp("The SELECT, in one word or several.", valueName: "sql"))
  var words: [String] = []

  package init() {}

  package mutating func validate() throws {
    if maximum != nil, change != nil { throw ValidationError("-m and -c cannot go together") }
    if file != nil, !words.isEmpty {
      throw ValidationError("the SELECT comes from -f or from the command line, not from both")
    }
    if file == nil, words.isEmpty {
      throw ValidationError("a SELECT is missing: kscope sqlhist 'SELECT pid FROM sched_waking'")
    }
  }

  package mutating func run() throws {
    let query = try query()
    let directory =
      if let path = self.directory { try TracingDirectory(path: path) } else {
        try TracingDirectory.find()
      }
    let place = if let instance { try directory.instance(named: instance) } else { directory.top }
    let plan = try query.plan(in: EventSource(place))
    guard executes else { return try print(plan, place) }
    var setup = HistogramSetup(plan, in: place, commandLine: ProgramCall.line("sqlhist"))
    setup.onWarning = { Failure.say($0) }
    try setup.run().forEach { Failure.say($0) }
  }

  private func query() throws -> HistogramQuery {
    var text = words.joined(separator: " ")
    if let file { text = try TextFile.read(file == "-" ? "/dev/stdin" : file) }
    var query = HistogramQuery(text)
    if let name { query.name = name }
    // As the kernel writes it, `$lat`, or without the sign.
    if let maximum { query.handler = .max(Self.bare(maximum)) }
    if let change { query.handler = .change(Self.bare(change)) }
    query.traces = traces
    query.takesSnapshot = snapshots
    query.saved = saved.flatMap { $0.split(separator: ",").map(String.init) }
    return query
  }

  private static func bare(_ variable: String) -> String {
    variable.hasPrefix("$") ? String(variable.dropFirst()) : variable
  }

  private func print(_ plan: HistogramPlan, _ place: Instance) throws {
    let lines = plan.shellCommands(
      directory: place.directory.path, instance: place.path,
      features: try? place.directory.features())
    var sink = ByteSink()
    for line in lines { sink.append(line + "\n") }
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }
}
