"""Checks of filters, areas, sessions, pictures, and of odd traces."""

import json
import re

from browser_checks import digits, needs
from mock_filter import Filter
from mock_stats import stats
from mock_trace import RUNNING, TYPES


def select_area(page, start, end, ids=None):
    page.js("([from, to, ids]) => kscope.app.setArea({ from, to, ids })", [start, end, ids])
    page.until("() => kscope.area.stats !== null")
    page.page.wait_for_selector("#panel-area table.data")


def table(page):
    """The shown table: the texts of its cells, line by line."""
    return page.js("""() => [...document.querySelectorAll('#panel-area table.data tbody tr')]
      .map(tr => [...tr.cells].map(td => td.textContent))""")


def csv_of(page):
    """What 'Save' writes, as lines of cells."""
    with page.page.expect_download() as download:
        page.page.click("#panel-area .area-tools button:text('Save')")
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        return [line.split(",") for line in file.read().split("\r\n") if line]


def test_filter_by_ticks(page, trace):
    page.open()
    page.press("i")
    page.page.wait_for_selector("#drawer:not([hidden]) .tick")
    tick = page.page.locator("#drawer .tick", has_text="sched_switch").locator("input")
    tick.uncheck()
    wanted = sum(1 for e in trace.events if e[3] != 0)
    page.until("n => kscope.list.pages.total === n", wanted)
    page.page.click("#drawer button:text('Clear all')")
    page.until("n => kscope.list.pages.total === n", len(trace.events))


def test_counts_are_of_what_is_seen(page, trace):
    page.open()
    page.view(0.5e9, 0.6e9)
    page.press("i")
    page.page.wait_for_selector("#drawer .tick")
    start, end = page.view()
    wanted = sum(1 for e in trace.events if start <= e[0] < end and e[3] == 0)
    page.until("""n => [...document.querySelectorAll('#drawer .tick')].some(t =>
      t.textContent.startsWith('sched_switch') && t.querySelector('.count').textContent
        .replace(/\\u2009/g, '') === String(n))""", wanted)


def test_filter_of_tasks_and_cpus_hides_rows(page, trace):
    page.open()
    task = trace.tasks[0]
    page.js("""row => {
      kscope.app.filter.tasks.add(row); kscope.app.filter.cpus.add(1); kscope.app.emit('filter')
    }""", task.row)
    assert page.js("row => kscope.app.rows.items.some(i => i.row === row)", task.row) is False
    assert page.js("() => kscope.app.rows.items.some(i => i.id === 'cpu:1')") is False
    text = page.js("() => kscope.filters.composed")
    wanted = Filter(text, TYPES)
    truth = sum(1 for e in trace.events if e[1] != 1 and e[2] != task.row)
    page.until("n => kscope.list.pages.total === n", truth)
    assert wanted.passing == set(range(len(TYPES)))


def test_expression_completes_and_is_refused(page, trace):
    page.open()
    page.press("i")
    page.page.keyboard.type("sched_switch: next_p")
    page.page.wait_for_selector("#completions div")
    page.press("Tab")
    assert page.page.input_value(".expression") == "sched_switch: next_pid"
    page.page.keyboard.type(" ==")
    page.press("Enter")
    page.until("() => document.querySelector('.caret-error').textContent.includes('^ a value')")
    line = page.page.inner_text(".caret-error").split("\n")[1]
    assert line.index("^") == len("sched_switch: next_pid =="), line
    page.page.keyboard.type(" 300")
    page.press("Enter")
    wanted = sum(1 for e in trace.events if e[3] == 0 and e[4]["next_pid"] == 300)
    page.until("n => kscope.list.pages.total === n", wanted)
    # The list follows the graph through the filter too.
    page.js("() => kscope.filters.toggle(false)")
    page.view(1.0e9, 1.1e9)
    page.until("""() => { const e = kscope.list.pages.at(Math.ceil(kscope.list.top))
      return e && e.time >= 1.0e9 && e.time < 1.05e9 }""")


def test_area_by_drag(page, trace):
    page.open()
    page.view(0.5e9, 0.6e9)
    x0, y0 = page.point(0, 0.52e9)
    x1, y1 = page.point(2, 0.56e9)
    page.page.keyboard.down("Alt")
    page.page.mouse.move(x0, y0)
    page.page.mouse.down()
    page.page.mouse.move(x1, y1, steps=5)
    page.page.mouse.up()
    page.page.keyboard.up("Alt")
    page.until("() => kscope.area.stats !== null")
    area = page.js("() => kscope.app.area")
    assert area["ids"] == ["cpu:0", "cpu:1", "cpu:2"], area
    assert abs(area["from"] - 0.52e9) < 3e5 and abs(area["to"] - 0.56e9) < 3e5, area
    page.press("Escape")
    assert page.page.locator("#tab-area").is_hidden()


def test_area_s_cpu_time_is_true(page, trace):
    page.open()
    start, end = 400_000_000, 900_000_000
    select_area(page, start, end)
    page.page.wait_for_selector(".area-tabs button[aria-pressed=true]:has-text('Tasks')")
    lines = csv_of(page)
    head = lines[0]
    assert head[:3] == ["Task", "PID", "Running ns"], head
    shown = {int(line[1]): int(line[2]) for line in lines[1:]}
    for task in trace.tasks:
        truth = sum(min(e, end) - max(s, start) for s, e, k, *_ in trace.bands[task.row]
                    if k == RUNNING and e > start and s < end)
        assert shown.get(task.pid, 0) == truth, (task.comm, shown.get(task.pid), truth)
    assert [int(line[2]) for line in lines[1:]] == sorted(shown.values(), reverse=True)


def test_area_s_processes_add_up(page, trace):
    page.open()
    select_area(page, 0, trace.duration)
    page.page.click(".area-tabs button:has-text('Processes')")
    shown = {int(line[1]): int(line[2]) for line in csv_of(page)[1:]}
    truth = sum(e - s for s, e, k, *_ in sum((trace.bands[t.row] for t in trace.tasks
                                              if t.tgid == 300), []) if k == RUNNING)
    assert shown[300] == truth


def test_area_s_latency_and_the_worst(page, trace):
    page.open()
    start, end = 200_000_000, 1_700_000_000
    select_area(page, start, end)
    page.page.click(".area-tabs button:has-text('Waits for a CPU')")
    truth = stats(trace, start, end, None)["latency"]
    total = sum(int(line[2]) for line in csv_of(page)[1:])
    assert total == truth["count"]
    page.page.click("button:text('Go to the worst')")
    page.page.wait_for_timeout(400)
    a, b = page.js("() => [kscope.app.markers.A, kscope.app.markers.B]")
    assert (a, b) == (truth["worst"]["from"], truth["worst"]["to"])
    assert page.view()[0] < a < b < page.view()[1]


def test_area_of_one_row_counts_its_events(page, trace):
    page.open()
    select_area(page, 100_000_000, 300_000_000, ["cpu:2"])
    page.page.click(".area-tabs button:has-text('Events')")
    counts = {}
    for time, cpu, _, kind, _ in trace.events:
        if cpu == 2 and 100_000_000 <= time < 300_000_000:
            counts[TYPES[kind][1]] = counts.get(TYPES[kind][1], 0) + 1
    shown = {line[0]: int(digits(line[2])) for line in table(page)}
    assert shown == counts


def test_tables_sort(page, trace):
    page.open()
    select_area(page, 0, trace.duration)
    page.page.click("#panel-area th button:has-text('PID')")
    pids = [int(line[1]) for line in table(page)]
    assert pids == sorted(pids, reverse=True)
    page.page.click("#panel-area th button:has-text('PID')")
    assert [int(line[1]) for line in table(page)] == sorted(pids)


def test_session_comes_back_with_the_address(page, trace):
    page.open()
    page.js("""() => {
      const { app } = kscope
      app.setMarker('A', 1.1e9)
      app.bookmarks.push({ name: 'a & "b" #c', time: 1.2e9 })
      app.emit('bookmarks')
      app.rows.togglePin('cpu:2')
      app.rows.toggleFold('kernel')
      app.filter.types.add(3)
      app.emit('filter')
    }""")
    page.view(1.0e9, 1.3e9)
    page.until("() => location.hash.includes('-') && location.hash.includes('marks')")
    page.page.wait_for_timeout(700)
    page.page.reload()
    page.page.wait_for_selector("body.ready")
    page.idle()
    seen = page.js("""() => { const { app } = kscope; return [app.view.from, app.view.to,
      app.markers.A, app.markers.B, app.bookmarks[0].name, app.rows.pinned,
      [...app.rows.folded], [...app.filter.types]] }""")
    assert seen == [1.0e9, 1.3e9, 1.1e9, None, 'a & "b" #c', ["cpu:2"], ["kernel"], [3]], seen


def test_session_as_a_file(page, trace):
    page.open()
    page.view(0.2e9, 0.3e9)
    page.js("() => kscope.app.setMarker('B', 2.5e8)")
    with page.page.expect_download() as download:
        page.press("Control+s")
    path = download.value.path()
    session = json.load(open(path, encoding="utf-8"))
    assert session["B"] == 250_000_000 and session["from"] == 200_000_000
    page.view(0, trace.duration)
    page.js("() => kscope.app.setMarker('B', null)")
    with page.page.expect_file_chooser() as chooser:
        page.press("Control+o")
    chooser.value.set_files(path)
    page.until("() => kscope.app.markers.B === 2.5e8")
    assert page.view() == [0.2e9, 0.3e9]


def test_pictures(page, trace):
    page.open()
    page.view(0.63e9, 0.64e9)
    for command, begin in (("save-png", b"\x89PNG"), ("save-svg", b"<svg")):
        with page.page.expect_download() as download:
            page.js("id => kscope.commands.run(id)", command)
        with open(download.value.path(), "rb") as file:
            data = file.read()
        assert data.startswith(begin) and len(data) > 5000
        if page.pictures:
            with open(f"{page.pictures}/saved-{command[5:]}.{command[5:]}", "wb") as file:
                file.write(data)
    assert b"CPU 0" in data and b"<script>" not in data


def test_counter_row(page, trace):
    page.open()
    page.press("c")
    page.page.select_option("dialog select >> nth=0", label="sched:sched_stat_runtime")
    page.page.select_option("dialog select >> nth=1", label="runtime")
    page.page.click("dialog button:text('Add the counter')")
    page.until("() => kscope.app.rows.extra.length === 1")
    page.idle()
    extra = page.js("() => kscope.app.rows.extra[0]")
    values = [e[4]["runtime"] for e in trace.events if e[3] == 8]
    assert (extra["min"], extra["max"]) == (min(values), max(values))
    x, y = page.point(extra["row"], trace.duration / 2)
    colours = {tuple(page.pixel(x + dx, y + 24)) for dx in range(30)}
    assert len(colours) > 1, colours


def test_dark_and_light(page):
    page.open()
    before = page.js("() => getComputedStyle(document.body).backgroundColor")
    page.page.emulate_media(color_scheme="dark")
    page.until("b => getComputedStyle(document.body).backgroundColor !== b", before)
    page.press("Shift+T")
    page.until("b => getComputedStyle(document.body).backgroundColor === b", before)


@needs(trace={"seconds": 1.0, "cpus": 4}, model={"indexed": 0.3})
def test_grows_while_it_is_indexed(page, trace):
    page.page.goto(page.url)
    page.page.wait_for_selector("body.ready")
    page.until("() => !document.getElementById('progress').hidden")
    page.server.model.set(indexed=1.0)
    page.until("() => document.getElementById('progress').hidden")
    page.until("n => kscope.app.trace.indexed === 1 && kscope.list.pages.total === n",
               len(trace.events))
    page.idle()
    page.view(0.8e9, 0.9e9)
    kinds = page.js("() => kscope.graph.scene.segments(0).map(s => s.found.data.count)")
    assert sum(kinds) > 0, kinds


@needs(trace={"seconds": 3.0}, model={"live": True})
def test_follows_a_recording(page, trace):
    """The view stays at the end of what is recorded, or where it was put."""
    page.open()
    page.js("() => kscope.app.view.set(2.5e9, 3e9)")
    page.page.wait_for_timeout(500)
    longer = type(trace)(3.5)
    page.server.model.set(trace=longer)
    page.until("() => kscope.app.view.to > 3.49e9")
    page.idle()
    page.until("n => kscope.list.pages.total === n", len(longer.events))
    kinds = page.js("() => kscope.graph.scene.segments(0).map(s => [s.found.data.kind, s.to])")
    assert max(to for kind, to in kinds if kind) >= 3.4e9, kinds
    page.view(1.0e9, 1.2e9)
    page.page.wait_for_timeout(500)
    page.server.model.set(trace=type(trace)(4.0))
    page.until("() => kscope.app.view.duration === 4e9")
    assert page.view() == [1.0e9, 1.2e9]


@needs(trace={"seconds": 0, "tasks": 0, "cpus": 2},
       model={"hints": ["no scheduling in this recording"], "problems": ["CPU 1: a page is damaged"]})
def test_empty_trace(page, trace):
    page.open()
    notice = page.page.inner_text("#notice")
    assert "no scheduling" in notice and "damaged" in notice
    assert "no events" in page.page.inner_text(".list-box > .none")
    page.press("w", ".", "f", "/")


@needs(trace={"seconds": 0.02, "tasks": 5000, "cpus": 512, "losses": False})
def test_many_rows(page, trace):
    page.open()
    count = page.page.locator("#labels .label").count()
    assert count < 80, count
    page.js("() => { kscope.app.rows.folded.clear(); kscope.app.rows.layout() }")
    page.idle()
    page.page.focus("#body")
    page.js("() => kscope.graph.scrollTo(1e9)")
    page.idle()
    assert page.page.locator("#labels .label").count() < 80
    page.page.fill("#row-filter", "CPU 511")
    page.idle()
    assert page.page.locator("#labels .cpu:not([hidden])").all_inner_texts() == ["CPU 511"]


@needs(trace={"seconds": 1.0, "tasks": 500})
def test_folded_groups_are_drawn(page, trace):
    """So many tasks that processes are folded at first."""
    page.open()
    page.view(0, trace.duration)
    page.js("() => { for (const i of kscope.app.rows.byId.values()) if (i.type === 'process') "
            "kscope.app.rows.folded.add(i.id); kscope.app.rows.layout() }")
    page.idle()
    group = page.js("() => kscope.app.rows.items.find(i => i.type === 'process').id")
    page.js("id => kscope.app.emit('go-row', id)", group)
    page.idle()
    coloured = page.js("""id => {
      const { app, graph } = kscope
      const item = app.rows.byId.get(id)
      const top = graph.topOf(item) * graph.ratio
      const { data } = graph.context.getImageData(0, top, graph.canvas.width, item.height * graph.ratio)
      let count = 0
      for (let i = 0; i < data.length; i += 4) {
        if (Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) count++
      }
      return count
    }""", group)
    assert coloured > 50, coloured


def test_keyboard_reaches_everything(page):
    """From the top through every part and back, by Tab alone."""
    page.open()
    seen = []
    for _ in range(60):
        page.press("Tab")
        name = page.js("""() => { const e = document.activeElement
          return e.id || e.className || e.tagName }""")
        if seen and name == seen[0]:
            break
        seen.append(name)
    for wanted in ("search-text", "tool-filters", "row-filter", "body", "splitter", "tab-events",
                   "list", "detail"):
        assert any(wanted in name for name in seen), (wanted, seen)
    unnamed = page.js("""() => [...document.querySelectorAll('button, input, select')]
      .filter(e => e.offsetParent && !(e.textContent.trim() || e.title || e.ariaLabel
        || e.labels?.length)).map(e => e.outerHTML)""")
    assert unnamed == [], unnamed


def test_no_request_leaves_and_no_style_is_inline(page):
    page.open()
    hosts = set()
    page.page.on("request", lambda r: hosts.add(re.match(r"\w+://[^/]*|\w+:", r.url)[0]))
    page.page.reload()
    page.page.wait_for_selector("body.ready")
    page.idle()
    origin = re.match(r"\w+://[^/]*", page.url)[0]
    assert hosts <= {origin, "data:"}, hosts
