"""Statistics of a range of the made-up trace, counted from its bands and events."""

import math

from mock_trace import (BLOCKED, FUNCTION, HARD, LOST, NONE, PREEMPTED, RUNNING, SOFT, SYSCALL,
                        TYPE, WOKEN)


def percentile(values, part):
    """Of rising values."""
    return values[min(len(values) - 1, math.ceil(part * len(values)) - 1)] if values else 0


def time_in(trace, row, start, end, kinds):
    return sum(min(b[1], end) - max(b[0], start)
               for b in trace.bands_in(row, start, end) if b[2] in kinds)


def histogram(values):
    out = []
    for power in range(5, 36):
        count = sum(1 for v in values if 1 << power <= v < 2 << power)
        if count:
            out.append({"from": 1 << power, "to": 2 << power, "count": count})
    return out


def stats(trace, start, end, rows):
    wanted = set(rows if rows is not None else range(len(trace.bands)))
    cpus, tasks = [], []
    for row in sorted(wanted):
        if row >= len(trace.bands):
            continue
        common = {"row": row, "switches": trace.switches_in(row, start, end),
                  "events": len(trace.events_in(row, start, end))}
        if row < trace.cpus:
            cpus.append(common | {
                "busy": time_in(trace, row, start, end, {RUNNING}),
                "hard": time_in(trace, row, start, end, {HARD}),
                "soft": time_in(trace, row, start, end, {SOFT}),
                "unknown": time_in(trace, row, start, end, {LOST})})
        elif trace.bands_in(row, start, end):
            tasks.append(common | {
                "running": time_in(trace, row, start, end, {RUNNING}),
                "runnable": time_in(trace, row, start, end, {WOKEN, PREEMPTED}),
                "blocked": time_in(trace, row, start, end, {BLOCKED}),
                "wakeups": sum(1 for t, r, _ in trace.wakeups if r == row and start <= t < end)})
    if all(row < trace.cpus for row in wanted):
        tasks = of_cpus(trace, start, end, wanted)
    waits = sorted((wait, at, row) for at, row, wait in trace.latencies
                   if start <= at < end and row in wanted)
    values = [w[0] for w in waits]
    latency = {"count": len(values), "total": sum(values), "p50": percentile(values, .5),
               "p90": percentile(values, .9), "p99": percentile(values, .99),
               "max": values[-1] if values else 0, "worst": None, "histogram": histogram(values)}
    if waits:
        wait, at, row = waits[-1]
        latency["worst"] = {"row": row, "from": at - wait, "to": at}
    return {"from": start, "to": end, "cpus": cpus, "tasks": tasks, "latency": latency,
            "spans": spans(trace, start, end, wanted), "events": events(trace, start, end, wanted)}


def of_cpus(trace, start, end, wanted):
    """Where only CPUs are chosen: what ran on them."""
    running = {}
    for cpu in wanted:
        for b in trace.bands_in(cpu, start, end):
            if b[2] == RUNNING:
                running[b[4]] = running.get(b[4], 0) + min(b[1], end) - max(b[0], start)
    return [{"row": row, "running": time, "runnable": 0, "blocked": 0, "switches": 0, "wakeups": 0,
             "events": 0} for row, time in sorted(running.items())]


def spans(trace, start, end, wanted):
    groups = {}
    for row in wanted:
        for b in trace.bands_in(row, start, end) if row < len(trace.bands) else []:
            if b[2] in (HARD, SOFT, SYSCALL, FUNCTION):
                groups.setdefault((b[2], b[4]), []).append((b[1] - b[0], b[0], b[1], row))
    out = []
    for (kind, name), found in sorted(groups.items()):
        found.sort()
        values = [f[0] for f in found]
        _, at, to, row = found[-1]
        out.append({"name": trace.names[name], "kind": kind, "count": len(found),
                    "total": sum(values), "self": sum(values), "p50": percentile(values, .5),
                    "p99": percentile(values, .99), "max": values[-1],
                    "worst": {"row": row, "from": at, "to": to}})
    return out


def events(trace, start, end, wanted):
    counts = {}
    for time, cpu, row, kind, _ in trace.events:
        if start <= time < end and (cpu in wanted or row in wanted):
            counts[kind] = counts.get(kind, 0) + 1
    return [{"type": kind, "count": count} for kind, count in sorted(counts.items())]


__all__ = ["stats", "time_in", "percentile", "NONE", "TYPE"]
