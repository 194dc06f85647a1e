import ByteIO
import Glibc
package import Recording

/// The text of `--help` of `record` and the commands that share its options.
package struct RecordHelp {
  private static let indent = 26

  private let command: TracingCommand
  private let purpose: String
  private let examples: String
  private let notes: String

  /// - Parameters:
  ///   - examples: indented by two blanks.
  ///   - notes: what stands at the end, indented by two blanks.
  package init(_ command: TracingCommand, purpose: String, examples: String, notes: String) {
    self.command = command
    self.purpose = purpose
    self.examples = examples
    self.notes = notes
  }

  package var text: String {
    let name = command.rawValue
    var text = """
      \(purpose)

      USAGE: kscope \(name) [OPTION …] [COMMAND [ARGUMENT …]]

      Everything after the command's name is the command's. The order of options matters:
      -f and -R belong to the -e before them, and all that follows -B goes to that instance.

      EXAMPLES
      \(examples)


      """
    for group in RecordOption.Group.allCases {
      let options = command.options.filter { $0.group == group }
      if options.isEmpty { continue }
      text += group.rawValue.uppercased() + "\n"
      for option in options { text += Self.lines(of: option) }
      text += "\n"
    }
    if command == .record { text += Self.probes }
    text += """
      SEE ALSO
        kscope list shows the events, tracers, functions and options of this kernel.
      \(notes)
      """
    return ProgramName.calling(text) + "\n"
  }

  func write() throws {
    var sink = ByteSink()
    sink.append(text)
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }

  private static let probes = """
    PROBES
      -e 'probe:FUNCTION(NAME=EXPRESSION:TYPE, …)' records values whenever FUNCTION is called,
      -e 'probe:FUNCTION%return(…)' when it returns. They are found in the kernel's own types, and
      the event is taken away at the end. NAME and TYPE may be left out; without brackets it
      is all arguments, or the result. MODULE:FUNCTION is a function of that module.
      An EXPRESSION begins with an argument's name, $arg1 …, $retval, $comm, $stack or a register
      (%di), and goes on as in C: file->f_path.dentry->d_name.name, a[2], *p,
      ((struct file *)$arg1)->f_mode.
      A TYPE is u8 … u64, s8 … s64, x8 … x64, x (hexadecimal), string, ustring (in a
      program's memory), symbol, u8[16], %pd and %pD (the names of a dentry and of a file).
      kscope list --proto '^do_filp' shows arguments, kscope list --type 'struct file' members.


    """

  package static let record = RecordHelp(
    .record,
    purpose: "Records what the kernel does into a file, while a command runs or until Ctrl-C.",
    examples: """
        Who runs when, while make runs:
          kscope record -e sched make
        Every kernel function that process 1234 calls, until Ctrl-C:
          kscope record -p function -P 1234
        How long each call below vfs_read takes, for one command and its children:
          kscope record -p function_graph -g vfs_read -F -c cat /etc/passwd
        Only slow block requests, with the stack that made them:
          kscope record -e block:block_rq_issue -f 'bytes > 65536' -R stacktrace sleep 5
        Two buffers, so that rare events are not pushed out by frequent ones:
          kscope record -e irq -B rare -e 'oom:*' sleep 60
        The second before a task waits more than 10 ms for a CPU:
          kscope record --flight-recorder -e sched \\
            --save-latency 'sched_waking.pid = sched_switch.next_pid > 10ms'
        The last 20 MB of each CPU, whenever it is stopped:
          kscope record -m 20000 -e all
        Which files are opened, and what comes of it:
          kscope record -e 'probe:do_filp_open(pathname->name)' -e probe:do_filp_open%return
        Ten seconds, or 100 MB if that is less, beside whatever else is traced:
          kscope record --private --duration 10s --max-size 100M -e sched
      """,
    notes: """
        kscope report -i trace.dat prints the recording.

      The command's exit status is not kscope's: it is 0 when the recording is whole, 1 when it
      is not. The settings that were there before are put back in any case, after a crash by
      kscope's next run, and with -k by `kscope reset`; the names and command lines of processes
      are saved with the recording.
      """)

  private static func lines(of option: RecordOption) -> String {
    let head = "  " + option.synopsis
    var parts = option.help.split(separator: "\n").map(String.init)
    var text = head
    if head.count + 2 > indent {
      text += "\n" + String(repeating: " ", count: indent)
    } else {
      text += String(repeating: " ", count: indent - head.count)
    }
    text += parts.removeFirst() + "\n"
    for part in parts { text += String(repeating: " ", count: indent) + part + "\n" }
    return text
  }
}
