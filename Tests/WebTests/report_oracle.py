"""What `kscope report` prints of a recording, and what can be counted from that text alone.

The page's numbers come from the viewer's own walk over the file; these come from the report's lines,
and share nothing with it but the file.
"""

import re
import subprocess

# The name may hold anything, so the number behind the last dash before the CPU ends it.
LINE = re.compile(r"^\s*(?P<comm>.*)-(?P<pid>\d+)\s+\[(?P<cpu>\d+)\]\s+(?P<s>\d+)\.(?P<ns>\d{9}): "
                  r"(?P<name>\w+|\[UNKNOWN EVENT\]):\s*(?P<info>.*)$")
SWITCH = re.compile(r"^(.*):(\d+) \[\d+\] (\S+) ==> (.*):(\d+) \[\d+\]")
WOKEN = re.compile(r"^.*:(\d+) \[\d+\]")
WAKING = re.compile(r"\bpid=(\d+) ")


class Event:
    """A line of the report; its time is from the first event on."""

    def __init__(self, match, start):
        self.comm, self.pid = match["comm"], int(match["pid"])
        self.cpu, self.name, self.info = int(match["cpu"]), match["name"], match["info"]
        self.absolute = int(match["s"]) * 1_000_000_000 + int(match["ns"])
        self.time = self.absolute - start
        self.lines = [match.string]


class Report:
    """All lines of a recording, in their order."""

    def __init__(self, kscope, path, options=()):
        text = subprocess.run([kscope, "report", "-t", *options, "-i", path], check=True,
                              capture_output=True, text=True).stdout
        self.kscope, self.path = kscope, path
        self.events = []
        start = None
        for line in text.splitlines():
            match = LINE.match(line)
            if match:
                event = Event(match, start or 0)
                if start is None:
                    start, event.time = event.absolute, 0
                self.events.append(event)
            elif self.events:
                # A stack goes on below its event.
                self.events[-1].lines.append(line)
        self.start = start
        self.duration = self.events[-1].time

    def filtered(self, *options):
        """The times of what `report` lets through."""
        return [e.absolute - self.start for e in Report(self.kscope, self.path, options).events]

    def within(self, start, end):
        return [e for e in self.events if start <= e.time < end]

    def by_name(self, events):
        counts = {}
        for event in events:
            counts[event.name] = counts.get(event.name, 0) + 1
        return counts

    def running(self):
        """Who ran where and when: (pid, cpu, from, to), idle left out.

        A CPU's first event says who runs there from then on, switches say the rest, and what runs at
        the end of the recording runs to there.
        """
        spans, now = [], {}
        for e in self.events:
            now.setdefault(e.cpu, (e.pid, e.time))
            if e.name == "sched_switch":
                pid, since = now[e.cpu]
                spans.append((pid, e.cpu, since, e.time))
                now[e.cpu] = (int(SWITCH.match(e.info)[5]), e.time)
        # The last event's own nanosecond is within the recording.
        spans += [(pid, cpu, since, self.duration + 1) for cpu, (pid, since) in now.items()]
        return [span for span in spans if span[0] != 0]

    def cpu_time(self, start, end):
        """Nanoseconds that each task ran within a range."""
        times = {}
        for pid, _, a, b in self.running():
            if min(b, end) > max(a, start):
                times[pid] = times.get(pid, 0) + min(b, end) - max(a, start)
        return times

    def waits(self):
        """How long tasks could run before they did: (pid, from, to), to in the order of time."""
        state, waits, running = {}, [], {}
        for e in self.events:
            running.setdefault(e.cpu, e.pid)
            state.setdefault(e.pid, ("runs", e.time))
            if e.name in ("sched_waking", "sched_wakeup", "sched_wakeup_new"):
                pattern = WAKING if "pid=" in e.info else WOKEN
                pid = int(pattern.search(e.info)[1])
                if state.get(pid, ("sleeps", 0))[0] == "sleeps":
                    state[pid] = ("waits", e.time)
            elif e.name == "sched_switch":
                _, before, how, _, after = SWITCH.match(e.info).groups()
                before, after = int(before), int(after)
                if after in state and state[after][0] == "waits":
                    waits.append((after, state[after][1], e.time))
                state[before] = ("waits" if how.startswith("R") else "sleeps", e.time)
                state[after] = ("runs", e.time)
        return [wait for wait in waits if wait[0] != 0]

    def pairs(self, begin, end, key):
        """Spans of two events on one CPU: (what, from, to)."""
        open_, spans = {}, []
        for e in self.events:
            if e.name == begin:
                open_[e.cpu, key(e.info)] = e.time
            elif e.name == end and (e.cpu, key(e.info)) in open_:
                spans.append((key(e.info), open_.pop((e.cpu, key(e.info))), e.time))
        return spans
