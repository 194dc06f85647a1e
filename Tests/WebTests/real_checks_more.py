"""Checks of areas, rows and wake-ups over `kscope view`, against what `kscope report` prints."""

import re

from browser_checks import digits, needs
from browser_checks_more import csv_of, select_area, table
from real_checks import in_range, real, row_of

PARTS = [(0, 1), (1 / 3, 1 / 2), (0.8, 0.95)]


@real
def test_real_area_tables(page, report):
    page.open()
    for part in PARTS:
        start, end = in_range(report, part)
        select_area(page, start, end)
        page.until("([a, b]) => kscope.area.stats.from === a && kscope.area.stats.to === b",
                   [start, end])
        page.page.click(".area-tabs button:has-text('Tasks')")
        shown = {int(line[1]): int(line[2]) for line in csv_of(page)[1:] if int(line[2])}
        assert shown == report.cpu_time(start, end), part
        page.page.click(".area-tabs button:has-text('CPUs')")
        busy = {line[0]: int(line[1]) for line in csv_of(page)[1:]}
        for cpu in (0, 1):
            truth = sum(min(b, end) - max(a, start) for _, on, a, b in report.running()
                        if on == cpu and b > start and a < end)
            assert busy[f"CPU {cpu}"] == truth, (part, cpu)
        page.page.click(".area-tabs button:has-text('Events')")
        counts = {line[0]: int(digits(line[2])) for line in table(page)}
        assert counts == report.by_name(report.within(start, end)), part
        page.page.click(".area-tabs button:has-text('Waits for a CPU')")
        waits = [b - a for _, a, b in report.waits() if start <= b < end]
        assert sum(int(line[2]) for line in csv_of(page)[1:]) == len(waits), part
        stats = page.js("() => kscope.area.stats.latency")
        assert (stats["count"], stats["total"], stats["max"]) \
            == (len(waits), sum(waits), max(waits)), part


@real
def test_real_area_of_rows(page, report):
    page.open()
    start, end = in_range(report, (0.2, 0.7))
    select_area(page, start, end, ["cpu:1"])
    page.page.click(".area-tabs button:has-text('Events')")
    shown = {line[0]: int(digits(line[2])) for line in table(page)}
    assert shown == report.by_name([e for e in report.within(start, end) if e.cpu == 1])
    row = row_of(page, 294)
    select_area(page, start, end, [f"task:{row}"])
    page.until("row => kscope.area.stats.tasks.length === 1 && kscope.area.stats.tasks[0].row === row",
               row)
    page.page.click(".area-tabs button:has-text('Events')")
    shown = {line[0]: int(digits(line[2])) for line in table(page)}
    assert shown == report.by_name([e for e in report.within(start, end) if e.pid == 294])


@real
def test_real_spans(page, report):
    page.open()
    start, end = in_range(report, (0, 1))
    select_area(page, start, end)
    page.page.click(".area-tabs button:has-text('Spans')")
    lines = csv_of(page)[1:]
    pairs = {}
    for name, a, b in report.pairs("softirq_entry", "softirq_exit",
                                   lambda info: re.search(r"action=(\w+)", info)[1]):
        count, length = pairs.get(name, (0, 0))
        pairs[name] = (count + 1, length + b - a)
    shown = {line[0]: (int(line[2]), int(line[3])) for line in lines if line[1] == "soft interrupt"}
    assert shown == pairs
    handlers = report.pairs("irq_handler_entry", "irq_handler_exit",
                            lambda info: re.search(r"irq=(\d+)", info)[1])
    assert sum(int(line[2]) for line in lines if line[1] == "interrupt") == len(handlers)


@real
def test_real_area_beyond_the_end(page, report):
    """An area that reaches over the recording's ends is all of it, the last event too."""
    page.open()
    page.view(-1e12, 1e12)
    x0, y0 = page.point(0, -0.02 * report.duration)
    x1, y1 = page.point(1, 1.02 * report.duration)
    page.page.keyboard.down("Alt")
    page.page.mouse.move(x0, y0 - 8)
    page.page.mouse.down()
    page.page.mouse.move(x1, y1 + 8, steps=5)
    page.page.mouse.up()
    page.page.keyboard.up("Alt")
    page.until("() => kscope.area.stats !== null")
    page.page.click(".area-tabs button:has-text('Events')")
    counts = {line[0]: int(digits(line[2])) for line in table(page)}
    assert counts == report.by_name(report.events)


@real
def test_real_events_of_a_row(page, report):
    page.open()
    row = row_of(page, 18)
    page.js("row => kscope.app.emit('go-row', `task:${row}`)", row)
    of_row = [i for i, e in enumerate(report.events) if e.pid == 18]
    middle = report.events[of_row[20]].time - 1
    page.view(middle - 1_000_000, middle + 1_000_000)
    page.page.focus("#body")
    page.page.mouse.move(2, 2)
    for wanted in of_row[20:24]:
        page.press(".")
        page.until("i => kscope.app.chosenEvent?.index === i", wanted)
    page.press(",")
    page.until("i => kscope.app.chosenEvent?.index === i", of_row[22])


@real
def test_real_wake_ups(page, report):
    """From a task to the one that woke it."""
    page.open()
    index, event = next((i, e) for i, e in enumerate(report.events)
                        if e.name == "sched_waking" and e.pid not in (0, 18) and "pid=18 " in e.info)
    row, waker = row_of(page, 18), row_of(page, event.pid)
    page.js("row => kscope.app.emit('go-row', `task:${row}`)", row)
    page.view(event.time + 1000 - 200_000, event.time + 1000 + 200_000)
    page.page.focus("#body")
    page.page.mouse.move(2, 2)
    page.press("[")
    page.until("row => kscope.app.chosenRow === `task:${row}`", waker)
    page.until("t => kscope.app.chosenEvent?.time === t", event.time)
    assert page.js("() => kscope.app.chosenEvent.index") == index


@real
def test_real_only_what_is_seen(page, report):
    page.open()
    start, end = in_range(report, (0.5, 0.52))
    page.view(start, end)
    start, end = page.view()
    page.page.focus("#body")
    page.press("o")
    page.until("""pids => {
      const shown = kscope.app.rows.items.filter(i => i.type === 'task').map(i => i.task.pid)
      return shown.length < kscope.app.trace.tasks.length && pids.every(p => shown.includes(p))
    }""", list(report.cpu_time(start, end)))
    page.press("Shift+H")
    page.until("""() => kscope.app.rows.items.filter(i => i.type === 'task').length
      === kscope.app.trace.tasks.length""")


@real
def test_real_counter(page, report):
    """A row of a field's values."""
    page.open()
    page.press("c")
    page.page.select_option("dialog select >> nth=0", label="sched:sched_stat_runtime")
    page.page.select_option("dialog select >> nth=1", label="runtime")
    page.page.click("dialog button:text('Add the counter')")
    page.until("() => kscope.app.rows.extra.length === 1")
    values = [int(re.search(r"runtime=(\d+)", e.info)[1]) for e in report.events
              if e.name == "sched_stat_runtime"]
    extra = page.js("() => kscope.app.rows.extra[0]")
    assert (extra["min"], extra["max"]) == (min(values), max(values))


@needs(recordings=["function-graph.dat"], options=["-N"])
def test_real_functions(page, report):
    """Calls of functions: as many as have a return, on rows high enough for the deepest."""
    page.open()
    select_area(page, 0, report.duration + 1)
    page.page.click(".area-tabs button:has-text('Spans')")
    shown = {line[0]: int(line[2]) for line in csv_of(page)[1:] if line[1] == "function"}
    begun, wanted = {}, {}
    for e in report.events:
        name = e.info.split()[1]
        if e.name == "funcgraph_entry":
            begun.setdefault(e.pid, []).append(name)
        elif begun.get(e.pid) and begun[e.pid][-1] == name:
            begun[e.pid].pop()
            wanted[name] = wanted.get(name, 0) + 1
    assert shown == wanted, {n: (shown.get(n), wanted.get(n)) for n in shown.keys() | wanted.keys()
                             if shown.get(n) != wanted.get(n)}
    page.view(0, report.duration)
    page.idle()
    low = page.js("""() => kscope.app.rows.items.filter(i => i.type === 'task').every(i => {
      const lanes = kscope.app.rows.lanes.get(i.row)
      return !lanes || i.height >= 28 + 13 * lanes.functions
    })""")
    assert low
