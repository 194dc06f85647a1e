import ByteIO
import Glibc

extension ResetCommand {
  static func writeHelp() throws {
    var sink = ByteSink()
    sink.append(ProgramName.calling(help))
    try StandardStreams.writing { try sink.write(to: STDOUT_FILENO) }
  }

  static let help = """
    Puts back what kscope changed; with --all, turns all tracing off.

    USAGE: kscope reset [--list [--json]]
    USAGE: kscope reset [--all] [OPTION …]

    The first puts back what `start`, `set`, `stop` and `record -k` left on purpose, and what a
    killed run left behind. The last change is undone first; what somebody else has changed since
    is named and stays. The second is trace-cmd's reset: whoever set it up, no tracer, event,
    filter, trigger or probe stays in the buffers that are named, the top level without a name.

    Called as trace-cmd, the second is always meant. The order of options matters: -b and -d belong
    to the -B, -a or -t before them.

    EXAMPLES
      Put back what kscope set, and nothing else:
        kscope reset
      What would be put back, and who set it:
        kscope reset --list
      Everything off at the top level, and its buffer made small:
        kscope reset --all -b 1
      One instance reset with a buffer of 4 MB, another removed; nothing else is touched:
        kscope reset -B one -b 4096 -B two -d
      Everything off everywhere, the instances removed, the kprobes left:
        kscope reset -a -d -k kprobe -k kretprobe

    OPTIONS
      --all           Turn off and clear all tracing at the top level.
      -B INSTANCE     Reset this instance. Repeat for more.
      -a              Reset all instances and, without -B, the top level.
      -t              With -B: reset the top level too.
      -b KB           Set the buffer of each CPU to so many KB.
      -d              Remove the instances instead of resetting them.
      -k KIND         Do not remove dynamic events of a kind: kprobe, kretprobe, uprobe, uretprobe,
                      eprobe, synth or all. Repeat for more.
      --list          Show what is not put back yet: who set it, when, which files. Changes nothing.
      --json          With --list: an object a line.
      -h, --help      This text.

    """
}
