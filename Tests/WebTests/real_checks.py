"""Checks of the page over `kscope view`: what it shows is what `kscope report` says of the file."""

import re

from browser_checks import digits, needs

# Scheduling, interrupts and system calls of a quarter of a second; and stacks.
real = needs(recordings=["scheduling.dat"])


def row_of(page, pid):
    return page.js("pid => kscope.app.trace.tasks.find(t => t.pid === pid).row", pid)


def total(page):
    return page.js("() => kscope.list.pages.total")


def shown_lines(page):
    """The cells of the list's lines that are seen."""
    return page.page.wait_for_function("""() => {
      const lines = [...document.querySelectorAll('.line:not([hidden])')]
      return !lines.some(line => line.matches('.waits')) && lines.map(line =>
        Object.fromEntries([...line.querySelectorAll('[role=gridcell]')].map(cell =>
          [cell.className.slice(2), cell.textContent])))
    }""").json_value()


def in_range(report, part):
    whole = report.duration + 1
    return round(part[0] * whole), round(part[1] * whole)


@real
def test_real_opens(page, report):
    page.open()
    assert page.js("() => kscope.app.trace.duration") == report.duration
    assert page.js("() => kscope.app.trace.start") == str(report.start)
    assert digits(page.page.inner_text("#status-events")) == f"{len(report.events)}events"
    page.until("n => kscope.list.pages.total === n", len(report.events))
    for cpu in sorted({e.cpu for e in report.events}):
        label = page.page.locator("#labels .label.cpu:not([hidden])", has_text=f"CPU {cpu}")
        assert label.count() == 1, cpu
    known = page.js("() => kscope.app.trace.tasks.map(t => t.pid)")
    assert {e.pid for e in report.events} - {0} <= set(known)
    kinds = page.js("() => kscope.app.rows.cpuRows.map(r => kscope.graph.scene.segments(r).length)")
    assert all(kinds), kinds


@real
def test_real_list_is_the_report(page, report):
    page.open()
    page.until("n => kscope.list.pages.total === n", len(report.events))
    page.js("() => kscope.app.set({ times: 'absolute', follow: false })")
    seen = set()
    for first in range(0, len(report.events), 97):
        page.js("n => kscope.list.scrollTo(n)", first)
        for line in shown_lines(page):
            index = int(digits(line["index"]))
            event = report.events[index]
            wanted = {
                "cpu": str(event.cpu), "task": event.comm, "pid": str(event.pid),
                "time": f"{event.absolute // 10**9}.{event.absolute % 10**9:09}",
                "event": event.name, "info": event.info,
            }
            got = {name: line[name] for name in wanted}
            got["time"] = digits(got["time"])
            assert got == wanted, (index, got, wanted)
            seen.add(index)
    assert len(seen) > 100, len(seen)


@real
def test_real_bands_are_the_switches(page, report):
    """Close by, every band of a CPU is one that the report's switches tell of, and none is missing."""
    page.open()
    start, end = report.duration * 0.4, report.duration * 0.4 + 8_000_000
    page.view(start, end)
    for cpu in (0, 1):
        page.until("""row => kscope.graph.scene.segments(row).every(s => s.found.data.kind === 2)""",
                   page.js("c => kscope.app.trace.cpus.find(x => x.cpu === c).row", cpu))
        bands = page.js("""cpu => {
          const { app, graph } = kscope
          const seen = new Map()
          graph.scene.bands(app.trace.cpus.find(c => c.cpu === cpu).row, band => {
            if (band.kind === 0) seen.set(band.start, [app.rows.task(band.detail).pid, band.end])
          })
          return [...seen].map(([from, [pid, to]]) => [pid, from, to])
        }""", cpu)
        truth = {(pid, a, b) for pid, on, a, b in report.running()
                 if on == cpu and b > start and a < end}
        within = {tuple(band) for band in bands if band[2] > start and band[1] < end}
        assert within == truth, (cpu, within ^ truth)


@real
def test_real_bands_are_drawn(page, report):
    page.open()
    pid, cpu, start, end = max(report.running(), key=lambda s: s[3] - s[2] if s[0] else 0)
    wide = end - start
    page.view(start - wide, end + wide)
    row = page.js("c => kscope.app.trace.cpus.find(x => x.cpu === c).row", cpu)
    tgid = page.js("p => kscope.app.trace.tasks.find(t => t.pid === p).tgid", pid)
    wanted = page.js("([tgid, pid]) => Object.values(kscope.app.colours.task(tgid, pid).colour)",
                     [tgid, pid])
    x, y = page.point(row, (start + end) / 2)
    assert any(page.pixel(x + dx, y + dy)[:3] == wanted for dx in range(4) for dy in (-7, 0, 7)), \
        (wanted, page.pixel(x, y))


@real
def test_real_column_is_the_report(page, report):
    """What the box beside the pointer says of a pixel of the whole trace."""
    page.open()
    page.view(0, report.duration)
    row = page.js("() => kscope.app.trace.cpus.find(c => c.cpu === 1).row")
    x, y = page.point(row, report.duration * 0.25)
    page.page.mouse.move(x, y)
    page.until("() => !document.getElementById('tip').hidden")
    text = page.page.inner_text("#tip")
    level, per_pixel = page.js("() => [kscope.graph.scene.level, kscope.app.view.nsPerPixel]")
    time = page.js("x => kscope.app.view.time(x - kscope.graph.overlay.getBoundingClientRect().left)", x)
    if "events" in text:
        width = 1 << level
        wide = max(1, round(per_pixel / width))
        first = int(time // width) * width
        wanted = len([e for e in report.within(first, first + wide * width) if e.cpu == 1])
        shown = re.search(r"events\s+([\d\u2009]+)", text)
        assert shown and int(digits(shown[1])) == wanted, (text, wanted)
    else:
        # A short recording shows bands even when all of it is seen.
        assert "CPU 1" in text, text


@real
def test_real_detail(page, report):
    page.open()
    page.js("() => kscope.app.set({ follow: false })")
    page.until("n => kscope.list.pages.total === n", len(report.events))
    index = next(i for i, e in enumerate(report.events) if e.name == "sched_stat_runtime" and i > 200)
    page.js("n => kscope.list.scrollTo(n)", index)
    shown_lines(page)
    page.page.locator(".line:not([hidden])").first.click()
    page.until("() => document.querySelector('.detail .fields') !== null")
    page.until("i => kscope.app.chosenEvent?.index === i", index)
    cells = dict(page.js("""() => [...document.querySelectorAll('.detail .fields tbody tr')]
      .map(tr => [tr.cells[0].textContent, tr.cells[1].textContent])"""))
    wanted = dict(re.findall(r"(\w+)=(\S+)", report.events[index].info))
    assert cells == wanted, (cells, wanted)
    assert report.events[index].info in page.page.inner_text(".detail .line-text")
    assert "format:" in page.page.text_content(".detail pre")


@needs(recordings=["stacks.dat"])
def test_real_stack(page, report):
    page.open()
    page.until("n => kscope.list.pages.total === n", len(report.events))
    index = next(i for i, e in enumerate(report.events) if e.name == "kernel_stack")
    frames = [re.sub(r" \([0-9a-f]+\)$", "", line[3:]) for line in report.events[index].lines[1:]
              if line.startswith("=> ")]
    page.js("n => kscope.list.choose(n)", index - 1)
    page.until("() => document.querySelector('.detail .stack') !== null")
    shown = page.page.locator(".detail .stack li").all_inner_texts()
    assert [re.sub(r"\+0x.*", "", line) for line in shown] == frames, (shown[:3], frames[:3])


@real
def test_real_search(page, report):
    """Text and expressions are looked for in the task's name, the event's, and what it says."""
    page.open()
    text = [f"{e.comm} {e.name} {e.info}" for e in report.events]
    for kind, query, wanted in (
            ("text", "TRACE-cmd", [i for i, t in enumerate(text) if "trace-cmd" in t]),
            ("text", "pid=18 ", [i for i, t in enumerate(text) if "pid=18 " in t]),
            ("regex", "vec=[19] ", [i for i, t in enumerate(text) if re.search("vec=[19] ", t)]),
            ("text", "no such thing", [])):
        page.page.select_option("#search-kind", kind)
        page.page.fill("#search-text", query)
        page.page.focus("#search-text")
        page.press("Enter")
        page.until("n => kscope.search.state?.done === 1 && kscope.search.state.hits === n",
                   len(wanted))
        assert sum(page.js("() => kscope.app.strip")) == len(wanted)
        if not wanted:
            assert page.page.inner_text("#search-count") == "none"
            continue
        assert page.js("() => kscope.search.state.first") == wanted[0]
        page.until("all => all.includes(kscope.app.chosenEvent?.index)", wanted)
        now = page.js("() => kscope.app.chosenEvent.index")
        page.press("Enter")
        following = wanted[(wanted.index(now) + 1) % len(wanted)]
        page.until("i => kscope.app.chosenEvent.index === i", following)
    page.page.select_option("#search-kind", "filter")
    page.page.fill("#search-text", "sched_switch: next_pid == 18")
    page.page.focus("#search-text")
    page.press("Enter")
    wanted = report.filtered("-F", "sched_switch: next_pid == 18")
    assert len(wanted) > 5
    page.until("n => kscope.search.state?.done === 1 && kscope.search.state.hits === n", len(wanted))


@real
def test_real_filters(page, report):
    page.open()
    page.press("i")
    page.page.wait_for_selector("#drawer:not([hidden]) .tick")
    for text in ("sched_switch: next_pid == 18", 'irq/.*: vec == 1 || irq > 20',
                 'sched_stat_runtime: runtime > 1000000 && COMM == "trace-cmd"'):
        page.page.fill(".expression", text)
        page.page.focus(".expression")
        page.press("Enter")
        wanted = report.filtered("-F", text)
        page.until("n => kscope.list.pages.total === n", len(wanted))
        page.js("() => kscope.list.scrollTo(0)")
        times = [line["time"] for line in shown_lines(page)]
        got = [round(float(digits(t)) * 1e9) for t in times]
        assert got == wanted[:len(got)] and got, text
    page.page.click("#drawer button:text('Clear all')")
    page.until("n => kscope.list.pages.total === n", len(report.events))
    page.page.locator("#drawer .tick", has_text="softirq_raise").locator("input").uncheck()
    page.until("n => kscope.list.pages.total === n",
               len([e for e in report.events if e.name != "softirq_raise"]))
    page.js("""([pid, cpu]) => {
      const { app } = kscope
      app.filter.tasks.add(app.trace.tasks.find(t => t.pid === pid).row)
      app.filter.cpus.add(app.trace.cpus.find(c => c.cpu === cpu).row)
      app.emit('filter')
    }""", [295, 0])
    wanted = [e for e in report.events
              if e.name != "softirq_raise" and e.pid != 295 and e.cpu != 0]
    page.until("n => kscope.list.pages.total === n", len(wanted))
    composed = page.js("() => kscope.filters.composed")
    assert report.filtered("-F", composed) == [e.time for e in wanted]


@real
def test_real_counts_of_what_is_seen(page, report):
    page.open()
    page.view(*in_range(report, (0.3, 0.4)))
    page.press("i")
    page.page.wait_for_selector("#drawer .tick")
    start, end = page.view()
    wanted = report.by_name(report.within(round(start), round(end)))
    page.until("""([name, n]) => [...document.querySelectorAll('#drawer .tick')].some(t =>
      t.querySelector('.tick-name').textContent === name
        && t.querySelector('.count').textContent === String(n))""",
               ["sched_switch", wanted["sched_switch"]])
    counts = dict(page.js("""() => [...document.querySelectorAll('#drawer details[open] .tick')].map(t =>
      [t.querySelector('.tick-name').textContent, Number(t.querySelector('.count').textContent)])"""))
    assert {name: n for name, n in counts.items() if n} == wanted
    page.js("() => kscope.app.view.fit()")
    page.until("""([name, n]) => [...document.querySelectorAll('#drawer .tick')].some(t =>
      t.querySelector('.tick-name').textContent === name
        && t.querySelector('.count').textContent === String(n))""",
               ["sys_exit_newfstatat", report.by_name(report.events)["sys_exit_newfstatat"]])


@real
def test_real_markers(page, report):
    page.open()
    page.until("n => kscope.list.pages.total === n", len(report.events))
    for name, index in (("Shift+A", 100), ("Shift+B", 900)):
        page.js("i => kscope.list.choose(i)", index)
        page.until("i => kscope.app.chosenEvent?.index === i", index)
        page.page.mouse.move(2, 2)
        page.press(name)
    apart = report.events[900].time - report.events[100].time
    page.until("""text => document.getElementById('status-markers').textContent.replace(/\\s/g, '')
      .includes(text)""", f"({apart}ns)")


@real
def test_real_session(page, report):
    page.open()
    page.js("""() => {
      const { app } = kscope
      app.setMarker('A', 5e7)
      app.filter.text = 'sched_switch'
      app.rows.togglePin('cpu:1')
      app.emit('filter')
    }""")
    page.view(40_000_000, 90_000_000)
    page.until("() => location.hash.includes('sched_switch') && location.hash.includes('40000000')")
    page.page.reload()
    page.page.wait_for_selector("body.ready")
    page.idle()
    assert page.view() == [40_000_000, 90_000_000]
    assert page.js("() => [kscope.app.markers.A, kscope.app.rows.pinned]") == [5e7, ["cpu:1"]]
    page.until("n => kscope.list.pages.total === n", len(report.filtered("-F", "sched_switch")))


@real
def test_real_dark_and_keys(page, report):
    page.page.emulate_media(color_scheme="dark")
    page.open()
    red, green, blue = map(int, re.findall(r"\d+", page.js(
        "() => getComputedStyle(document.body).backgroundColor"))[:3])
    assert max(red, green, blue) < 80
    before = page.view()
    page.page.focus("#body")
    page.press("w")
    page.until("span => kscope.app.view.span < span * 0.9", before[1] - before[0])
    page.press("Control+k")
    page.page.keyboard.type("rcu_preempt-18")
    page.press("Enter")
    page.until("id => kscope.app.chosenRow === id", f"task:{row_of(page, 18)}")
    page.press("g")
    page.page.keyboard.type(f"@{report.events[500].absolute // 10**9}."
                            f"{report.events[500].absolute % 10**9:09}")
    page.press("Enter")
    page.until("i => kscope.app.chosenEvent?.time === i", report.events[500].time)


def opens(name):
    @needs(recordings=[name], options=["-N"])
    def check(page, report):
        """The report joins calls of functions to one line; with -N each event has its own."""
        page.open()
        page.js("() => kscope.app.set({ follow: false })")
        page.until("n => kscope.list.pages.total === n", len(report.events))
        page.view(*in_range(report, (0.45, 0.55)))
        page.js("n => kscope.list.scrollTo(n)", len(report.events) // 2)
        shown = shown_lines(page)
        for line in shown:
            event = report.events[int(digits(line["index"]))]
            name = event.name if event.name != "[UNKNOWN EVENT]" else line["event"]
            got = (line["cpu"], line["pid"], digits(line["time"]), line["event"])
            wanted = (str(event.cpu), str(event.pid), f"{event.time // 10**9}.{event.time % 10**9:09}", name)
            assert got == wanted, (got, wanted)
        page.press("f", "i")
        page.page.wait_for_selector("#drawer:not([hidden])")
        page.idle()
    return check


test_real_opens_functions = opens("function.dat")
test_real_opens_function_graph = opens("function-graph.dat")
test_real_opens_all_events = opens("all-events.dat")
test_real_opens_kprobes = opens("kprobes.dat")
test_real_opens_timers = opens("timers.dat")
test_real_opens_odd_events = opens("awkward.dat")
test_real_opens_arm64 = opens("arm64-stacks.dat")


@needs(recordings=["scheduling.dat", "stacks.dat"])
def test_real_two_recordings(page, reports):
    page.open()
    page.until("n => kscope.list.pages.total === n", sum(len(r.events) for r in reports))
    cpus = page.js("() => kscope.app.trace.cpus.length")
    assert cpus == sum(len({e.cpu for e in r.events}) for r in reports)
