import Recording

/// The text of `kscope record --help`.
package enum RecordHelp {
  private static let indent = 26

  package static var text: String {
    var text = """
      Records what the kernel does into a file, while a command runs or until Ctrl-C.

      USAGE: kscope record [OPTION …] [COMMAND [ARGUMENT …]]

      Everything after the command's name is the command's. The order of options matters:
      -f and -R belong to the -e before them, and all that follows -B goes to that instance.

      EXAMPLES
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


      """
    for group in RecordOption.Group.allCases {
      text += group.rawValue.uppercased() + "\n"
      for option in RecordOption.all where option.group == group { text += lines(of: option) }
      text += "\n"
    }
    text += """
      SEE ALSO
        kscope list shows the events, tracers, functions and options of this kernel.
        kscope report -i trace.dat prints the recording.

      The command's exit status is not kscope's: it is 0 when the recording is whole, 1 when it
      is not. The settings that were there before are put back in any case, after a crash by
      kscope's next run; the names and command lines of processes are saved with the recording.
      """
    return text + "\n"
  }

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
