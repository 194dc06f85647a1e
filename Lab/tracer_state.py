"""What the kernel's tracer is set to: every control file that says so, at all levels.

Used by the lab's tests that set much and want it all back (Lab/endings.py, Lab/sequences.py).
"""

import os
import pathlib
import re

TRACING = pathlib.Path("/sys/kernel/tracing")

# What a file shows that is no setting: what was traced, what there is to choose from, counts.
NO_SETTING = re.compile(
    r"""(^|/)(
      trace|trace_pipe|trace_pipe_raw|snapshot|snapshot_raw|stats|free_buffer|trace_marker\w*
      |saved_cmdlines|saved_tgids|stack_max_size|stack_trace|error_log|README
      |available_\w+|printk_formats|dyn_ftrace_total_info|enabled_functions|touched_functions
      |kprobe_profile|uprobe_profile|trace_stat|eval_map|user_events_\w+|header_\w+
      |format|id|hist|hist_debug|inject|buffer_total_size_kb
    )$""", re.VERBOSE)

# Settings of the tracer outside of its directory.
OUTSIDE = [pathlib.Path("/proc/sys/kernel") / name
           for name in ("ftrace_enabled", "stack_tracer_enabled", "tracepoint_printk")]


# The systems whose events the tests set, and those that come and go. Of the others, a quick look
# reads the switch of the whole system only.
QUICK = re.compile(r"(^|/)events/(sched|irq|timer|task|kprobes|probe|kscope|synthetic)$")


def files(root, isWhole):
    """The files below a folder that say how something is set; instances and events as well."""
    found = []
    for folder, folders, names in os.walk(root):
        below = folder[len(str(root)):].lstrip("/")
        folders[:] = sorted(name for name in folders
                            if not NO_SETTING.search(f"{below}/{name}"))
        if not isWhole and re.search(r"(^|/)events/[^/]+$", below) and not QUICK.search(below):
            folders[:] = []
        for name in sorted(names):
            path = f"{below}/{name}".lstrip("/")
            # An event's own switches, filters and triggers are read for every event.
            if not NO_SETTING.search(path) and os.stat(f"{folder}/{name}").st_mode & 0o444:
                found.append(f"{folder}/{name}")
    return found


def text(path):
    """What a file says; where it cannot be read, the reason."""
    try:
        with open(path, "rb", buffering=0) as file:
            parts = []
            while part := file.read(1 << 16):
                parts.append(part)
    except OSError as error:
        return f"<{error.strerror}>"
    return b"".join(parts).decode("utf-8", "replace")


def dump(isWhole=True):
    """All of it, by path, or all but the settings of single events of systems that nobody sets."""
    state = {}
    for path in files(TRACING, isWhole) + [str(path) for path in OUTSIDE]:
        said = text(path)
        # A trigger file without triggers explains itself; counts of triggers go down by use.
        if path.endswith("/trigger"):
            said = re.sub(r"(?m)^#.*\n", "", said)
        state[path] = said
    return state


def differences(before, after):
    """A line a file that says something else."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        was, now = before.get(path, "<none>"), after.get(path, "<none>")
        if was != now:
            found.append(f"{path}: {was.strip()[:120]!r} became {now.strip()[:120]!r}")
    return found
