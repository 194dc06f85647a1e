"""A made-up trace for the page's tests: the same for the same seed, and its truth is at hand.

A small scheduler runs tasks on a few CPUs: bursts, sleeps, wake-ups by tasks and by interrupts,
time slices. What it did is kept as bands (what a row did from when to when) and as events.
"""

import bisect
import heapq
import random

NONE = 0xFFFFFFFF
RUNNING, WOKEN, PREEMPTED, BLOCKED, SLEEPS, HARD, SOFT, SYSCALL, FUNCTION, LOST, PAIR = range(11)

TYPES = [
    ("sched", "sched_switch", ["prev_comm", "prev_pid", "prev_state", "next_comm", "next_pid"]),
    ("sched", "sched_waking", ["comm", "pid", "prio", "target_cpu"]),
    ("irq", "irq_handler_entry", ["irq", "name"]),
    ("irq", "irq_handler_exit", ["irq", "ret"]),
    ("irq", "softirq_entry", ["vec"]),
    ("irq", "softirq_exit", ["vec"]),
    ("syscalls", "sys_enter", ["id", "args"]),
    ("syscalls", "sys_exit", ["id", "ret"]),
    ("sched", "sched_stat_runtime", ["comm", "pid", "runtime"]),
    ("ftrace", "funcgraph_entry", ["func", "depth"]),
]
TEXT_FIELDS = {"prev_comm", "next_comm", "comm", "name", "args", "prev_state"}
TYPE = {name: number for number, (_, name, _) in enumerate(TYPES)}

PROCESSES = [
    ("firefox", ["firefox", "Compositor", "StreamTrans #3", "Socket Thread", "IPC I/O Child"]),
    ("postgres", ["postgres", "pg_checkpoint", "pg_walwriter"]),
    ("qemu-system-x86", ["qemu-system-x86", "CPU 0/KVM", "CPU 1/KVM", "IO iothread1"]),
    ("Xorg", ["Xorg", "InputThread"]),
    ("make", ["make"]),
    ("cc1", ["cc1"]),
    ("bash", ["bash"]),
    ("<script>x</script>", ["<script>x</script>"]),
    ("sshd", ["sshd"]),
]
KERNEL = ["rcu_preempt", "ksoftirqd/0", "kworker/0:1", "kworker/u8:2", "kswapd0", "migration/1",
          "jbd2/vda1-8", "irq/29-eth0"]
CALLS = ["nanosleep", "epoll_wait", "read", "futex", "write", "poll", "ioctl", "recvmsg"]
FUNCTIONS = ["do_writepages", "ext4_writepages", "submit_bio"]


class Task:
    def __init__(self, row, pid, tgid, comm, rng, parent):
        self.row, self.pid, self.tgid, self.comm, self.parent = row, pid, tgid, comm, parent
        self.burst = rng.choice([60_000, 150_000, 400_000, 900_000])
        self.sleep = rng.choice([1_000_000, 4_000_000, 9_000_000])
        self.call = CALLS[pid % len(CALLS)]
        self.left = 0
        self.cpu = NONE
        self.since = 0
        self.state = SLEEPS
        self.why = NONE
        self.born = None
        self.gone = None


class Trace:
    """`bands[row]`: (start, end, kind, depth, detail) by beginning; `events`: by time."""

    def __init__(self, seconds=2.0, cpus=4, tasks=30, seed=7, losses=True):
        self.rng = random.Random(seed)
        self.duration = int(seconds * 1e9)
        self.start = 55_311_214_000
        self.cpus = cpus
        self.names, self.name_numbers = [], {}
        self.tasks = []
        self.make_tasks(tasks)
        rows = cpus + len(self.tasks)
        self.bands = [[] for _ in range(rows)]
        self.wakeups = []  # (time, row, from)
        self.latencies = []  # (end, row, wait)
        self.events = []
        self.gaps = []
        if losses and cpus > 1:
            at = self.duration // 5
            self.gaps = [(1, at, at + self.duration // 40), (1, 3 * at, 3 * at + 900_000)]
        if seconds > 0 and self.tasks:
            self.run()
        self.finish()

    def make_tasks(self, count):
        row, pid = self.cpus, 300
        wanted = []
        for name, threads in PROCESSES:
            tgid = pid
            for comm in threads:
                wanted.append((pid, tgid, comm, 1))
                pid += 1
        number = 0
        for comm in KERNEL:
            wanted.append((10 + number, 10 + number, comm, 2))
            number += 1
        while len(wanted) < count:
            wanted.append((pid, pid - pid % 4, f"worker-{pid % 97}", 1))
            pid += 1
        for pid, tgid, comm, parent in wanted[:count]:
            self.tasks.append(Task(row, pid, tgid, comm, self.rng, parent))
            row += 1

    def name(self, text):
        if text not in self.name_numbers:
            self.name_numbers[text] = len(self.names)
            self.names.append(text)
        return self.name_numbers[text]

    def emit(self, time, cpu, task, name, info):
        if any(c == cpu and a <= time < b for c, a, b in self.gaps):
            return
        self.events.append((time, cpu, task.row if task else NONE, TYPE[name], info))

    def band(self, row, start, end, kind, detail, depth=0):
        if end > start:
            self.bands[row].append((start, end, kind, depth, detail))

    # The scheduler

    def run(self):
        self.current = [None] * self.cpus
        self.queue = [[] for _ in range(self.cpus)]
        self.token = [0] * self.cpus
        self.heap, self.number = [], 0
        for task in self.tasks:
            self.push(self.rng.randrange(20_000, 8_000_000), "wake", task)
        while self.heap:
            time, _, what, data = heapq.heappop(self.heap)
            if time >= self.duration:
                break
            if what == "wake":
                self.wake(time, data)
            elif data[1] == self.token[data[0]]:
                self.end_of_run(time, data[0])
        for task in self.tasks:
            self.leave_state(task, self.duration)

    def push(self, time, what, data):
        self.number += 1
        heapq.heappush(self.heap, (int(time), self.number, what, data))

    def leave_state(self, task, time):
        """Closes the band of what the task did until now."""
        row, since = task.row, task.since
        if task.state == RUNNING:
            self.band(row, since, time, RUNNING, task.cpu)
            self.band(task.cpu, since, time, RUNNING, row)
            self.inside(task, since, time)
        elif task.state in (BLOCKED, SLEEPS):
            self.band(row, since, time, task.state, task.why)
        else:
            self.band(row, since, time, task.state, task.why)
            if time < self.duration:
                self.latencies.append((time, row, time - since))

    def inside(self, task, since, time):
        """Short calls, and functions of one task, within a run."""
        length = time - since
        if length > 120_000 and task.parent != 2:
            start = since + length // 3
            end = start + min(30_000 + task.pid % 7 * 3000, length // 4)
            call = CALLS[(task.pid + length) % len(CALLS)]
            self.band(task.row, start, end, SYSCALL, self.name(call))
            self.emit(start, task.cpu, task, "sys_enter", {"id": call, "args": "3, 0x7ffe, 4096"})
            self.emit(end, task.cpu, task, "sys_exit", {"id": call, "ret": length % 4096})
        if length > 50_000 and task.comm.startswith("jbd2"):
            for depth, function in enumerate(FUNCTIONS):
                margin = length // 20 * (depth + 1)
                self.band(task.row, since + margin, time - margin, FUNCTION,
                          self.name(function), depth)
                self.emit(since + margin, task.cpu, task, "funcgraph_entry",
                          {"func": function, "depth": depth})

    def wake(self, time, task):
        rng = self.rng
        busy = [c for c in range(self.cpus) if self.current[c]]
        waker, cpu = None, task.pid % self.cpus
        if busy and rng.random() < 0.6:
            cpu = rng.choice(busy)
            waker = self.current[cpu]
        else:
            length = rng.randrange(2000, 9000)
            name = rng.choice(["virtio0-input.0", "eth0-rx-1", "timer"])
            self.band(cpu, time - length, time + 800, HARD, self.name(name))
            self.emit(time - length, cpu, self.current[cpu], "irq_handler_entry",
                      {"irq": 29, "name": name})
            self.emit(time + 800, cpu, self.current[cpu], "irq_handler_exit",
                      {"irq": 29, "ret": "handled"})
            if rng.random() < 0.4:
                end = time + 900 + rng.randrange(3000, 40_000)
                self.band(cpu, time + 900, end, SOFT, self.name("NET_RX"))
                self.emit(time + 900, cpu, self.current[cpu], "softirq_entry", {"vec": "NET_RX"})
                self.emit(end, cpu, self.current[cpu], "softirq_exit", {"vec": "NET_RX"})
            waker = self.current[cpu]
        idle = [c for c in range(self.cpus) if not self.current[c]]
        target = rng.choice(idle) if idle else rng.randrange(self.cpus)
        self.leave_state(task, time)
        task.state, task.since, task.why = WOKEN, time, waker.row if waker else NONE
        task.left = max(9000, int(rng.expovariate(1 / task.burst)))
        self.wakeups.append((time, task.row, task.why))
        self.emit(time, cpu, waker, "sched_waking",
                  {"comm": task.comm, "pid": task.pid, "prio": 120, "target_cpu": target})
        if not self.current[target]:
            self.switch(time + rng.randrange(2000, 12_000), target, task)
        else:
            self.queue[target].append(task)
            if task.comm.startswith(("migration", "irq/", "rcu")):
                self.queue[target].insert(0, self.queue[target].pop())
                self.preempt(time + 3000, target)
                return

    def switch(self, time, cpu, task):
        """Puts a task (or none: idle) on a CPU. A later time is fine: nobody else takes it."""
        previous = self.current[cpu]
        if task:
            self.leave_state(task, time)
            task.state, task.since, task.cpu = RUNNING, time, cpu
        state = "R"
        if previous:
            state = {SLEEPS: "S", BLOCKED: "D"}.get(previous.state, "R+")
        self.current[cpu] = task
        self.emit(time, cpu, previous, "sched_switch", {
            "prev_comm": previous.comm if previous else f"swapper/{cpu}",
            "prev_pid": previous.pid if previous else 0, "prev_state": state,
            "next_comm": task.comm if task else f"swapper/{cpu}",
            "next_pid": task.pid if task else 0})
        self.token[cpu] += 1
        if task:
            run = min(task.left, 3_000_000)
            self.push(time + run, "end", (cpu, self.token[cpu]))

    def preempt(self, time, cpu):
        task = self.current[cpu]
        following = self.queue[cpu].pop(0)
        time = max(time, task.since + 1000)
        task.left = max(5000, task.left - (time - task.since))
        self.leave_state(task, time)
        task.state, task.since, task.why = PREEMPTED, time, following.row
        self.switch(time, cpu, following)
        self.queue[cpu].append(task)

    def end_of_run(self, time, cpu):
        task = self.current[cpu]
        ran = time - task.since
        self.emit(time - 1, cpu, task, "sched_stat_runtime",
                  {"comm": task.comm, "pid": task.pid, "runtime": ran})
        if task.left - ran > 1000 and self.queue[cpu]:
            self.preempt(time, cpu)
            return
        if task.left - ran > 1000:
            task.left -= ran
            self.token[cpu] += 1
            self.push(time + min(task.left, 3_000_000) + 1, "end", (cpu, self.token[cpu]))
            return
        self.leave_state(task, time)
        task.state = BLOCKED if self.rng.random() < 0.15 else SLEEPS
        task.since = time
        task.why = NONE if task.parent == 2 else self.name(task.call)
        sleep = int(self.rng.expovariate(1 / task.sleep)) + 30_000
        self.push(time + sleep, "wake", task)
        following = self.queue[cpu].pop(0) if self.queue[cpu] else None
        self.switch(time, cpu, following)

    # What is asked of it

    def finish(self):
        for cpu, start, end in self.gaps:
            kept = []
            for band in self.bands[cpu]:
                # What was lost is unknown: nothing of it may be shown.
                for a, b in ((band[0], min(band[1], start)), (max(band[0], end), band[1])):
                    if a < b:
                        kept.append((a, b, *band[2:]))
            self.bands[cpu] = kept + [(start, end, LOST, 0, 40 + cpu)]
        for bands in self.bands:
            bands.sort()
        # No band reaches over the end of the trace.
        for row, bands in enumerate(self.bands):
            self.bands[row] = [(max(a, 0), min(b, self.duration), *rest)
                               for a, b, *rest in bands if a < self.duration]
        self.starts = [[b[0] for b in bands] for bands in self.bands]
        self.longest = [max((b[1] - b[0] for b in bands), default=0) for bands in self.bands]
        self.events = [e for e in self.events if 0 <= e[0] < self.duration]
        self.events.sort(key=lambda e: e[0])
        self.times = [e[0] for e in self.events]
        self.of_row = [[] for _ in self.bands]
        for index, (_, cpu, row, _, _) in enumerate(self.events):
            self.of_row[cpu].append(index)
            if row != NONE:
                self.of_row[row].append(index)
        self.row_times = [[self.times[i] for i in indices] for indices in self.of_row]
        self.counts = [0] * len(TYPES)
        for event in self.events:
            self.counts[event[3]] += 1
        self.wakeups.sort()
        self.comm_of_row = {task.row: task for task in self.tasks}

    def bands_in(self, row, start, end):
        """The bands of a row that touch a range."""
        bands, starts = self.bands[row], self.starts[row]
        first = bisect.bisect_left(starts, start - self.longest[row])
        last = bisect.bisect_left(starts, end)
        return [b for b in bands[first:last] if b[1] > start]

    def events_in(self, row, start, end):
        times = self.row_times[row]
        return self.of_row[row][bisect.bisect_left(times, start):bisect.bisect_left(times, end)]

    def switches_in(self, row, start, end):
        switch = TYPE["sched_switch"]
        return sum(1 for i in self.events_in(row, start, end) if self.events[i][3] == switch)
