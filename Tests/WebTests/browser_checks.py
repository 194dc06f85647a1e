"""Checks of the graph, of moving and of the list. A check takes the page, and the trace if it must
know it; `needs` says what trace, server and browser it wants."""

import re

from mock_trace import RUNNING, SLEEPS, SYSCALL, WOKEN


def needs(**what):
    def mark(check):
        check.needs = what
        return check
    return mark


def digits(text):
    """A number as the page writes it, with its groups taken away."""
    return re.sub(r"[\u2009\s]", "", text)


def some_band(trace, row, kind, longer=0, after=0.3e9):
    """A band with room around it."""
    return next(b for b in trace.bands[row]
                if b[2] == kind and b[0] > after and b[1] - b[0] > longer)


def test_opens(page):
    page.open()
    assert "kscope" in page.page.title()
    assert page.js("() => kscope.app.trace.cpus.length") > 0
    labels = page.page.locator("#labels .label:not([hidden])").all_inner_texts()
    assert any(text.startswith("CPU 0") for text in labels), labels


def test_names_are_never_html(page, trace):
    page.open()
    page.page.fill("#row-filter", "<script")
    page.idle()
    names = page.page.locator("#labels .task:not([hidden]) .name").all_inner_texts()
    assert names == ["<script>x</script>"], names
    assert page.page.locator("#labels script").count() == 0


def test_whole_trace_is_busy_where_it_was(page, trace):
    """The height of a column is the part of its time in which a task ran."""
    page.open()
    page.view(0, trace.duration)
    cpu, start, end = trace.gaps[0]
    x, y = page.point(cpu, (start + end) / 2)
    box = page.js("() => kscope.app.colours.theme.background")
    # Within the gap nothing ran as far as anybody knows: only the slanted lines.
    colours = {tuple(page.pixel(x + dx, y)) for dx in range(-6, 7)}
    assert len(colours) <= 12, (colours, box)
    columns = page.js("""row => {
      const { app } = kscope
      const found = app.tiles.find(app.tiles.chain(app.tiles.top, 0), row)
      return [found.data.kind, [...found.data.a], [...found.data.column]]
    }""", 0)
    width = 1 << page.js("() => kscope.app.tiles.top")
    kind, parts, numbers = columns
    assert kind == 1
    for part, number in list(zip(parts, numbers))[::37]:
        a, b = number * width, (number + 1) * width
        truth = sum(min(e, b) - max(s, a) for s, e, k, *_ in trace.bands_in(0, a, b)
                    if k == RUNNING)
        assert abs(part / 255 - truth / width) < 0.01, (number, part, truth)


def test_bands_have_the_task_s_colour(page, trace):
    page.open()
    start, end, _, _, who = some_band(trace, 0, RUNNING, 400_000)
    page.view(start - 200_000, end + 200_000)
    x, y = page.point(0, (start + end) / 2)
    task = trace.comm_of_row[who]
    wanted = page.js("([tgid, pid]) => Object.values(kscope.app.colours.task(tgid, pid).colour)",
                     [task.tgid, task.pid])
    # The name is written there too: one of a few pixels is the band's own.
    assert any(page.pixel(x + dx, y - 7)[:3] == wanted for dx in range(4)), wanted


def test_tip_tells_who_woke(page, trace):
    page.open()
    row = next(t.row for t in trace.tasks if t.comm == "firefox")
    bands = [b for b in trace.bands[row] if b[2] == WOKEN and b[1] - b[0] > 60_000
             and b[4] != 0xFFFFFFFF]
    start, end, _, _, waker = bands[3]
    page.js("row => kscope.commands && kscope.app.emit('go-row', `task:${row}`)", row)
    page.view(start - 100_000, end + 100_000)
    page.page.mouse.move(*page.point(row, (start + end) / 2))
    page.until("() => !document.getElementById('tip').hidden")
    text = page.page.inner_text("#tip")
    waking = trace.comm_of_row[waker]
    assert f"woken by {waking.comm}-{waking.pid}" in text, text


def test_coarse_columns_count_what_is_there(page, trace):
    page.open()
    page.view(0.5e9, 1.5e9)
    x, y = page.point(2, 1e9)
    page.page.mouse.move(x, y)
    page.until("() => !document.getElementById('tip').hidden")
    text = page.page.inner_text("#tip")
    level = page.js("() => kscope.graph.scene.level")
    time = page.js("x => kscope.app.view.time(x - kscope.graph.overlay.getBoundingClientRect().left)", x)
    width = 1 << level
    wide = max(1, round(page.js("() => kscope.app.view.nsPerPixel") / width))
    first = int(time // width) * width
    wanted = len(trace.events_in(2, first, first + wide * width))
    shown = re.search(r"events\s+([\d\u2009]+)", text)
    assert shown and int(digits(shown[1])) == wanted, (text, wanted)


def test_syscalls_and_functions_have_lanes(page, trace):
    page.open()
    row = next(t.row for t in trace.tasks if t.comm.startswith("jbd2"))
    page.js("row => kscope.app.emit('go-row', `task:${row}`)", row)
    start, end, *_ = some_band(trace, row, 8)
    page.view(start - 50_000, end + 50_000)
    lanes = page.js("row => kscope.app.rows.lanes.get(row)", row)
    assert lanes["functions"] == 3, lanes
    height = page.js("row => kscope.app.rows.byRow.get(row).height", row)
    assert height >= 28 + 3 * 13, height


def test_keys_zoom_and_pan(page):
    page.open()
    before = page.view()
    page.page.focus("#body")
    page.press("w")
    page.page.wait_for_timeout(300)
    closer = page.view()
    assert closer[1] - closer[0] < (before[1] - before[0]) * 0.9
    page.press("d")
    page.page.wait_for_timeout(300)
    right = page.view()
    assert right[0] > closer[0]
    page.press("Control+z")
    page.page.wait_for_timeout(100)
    assert abs(page.view()[0] - closer[0]) < 1
    page.press("Control+y")
    page.page.wait_for_timeout(100)
    assert abs(page.view()[0] - right[0]) < 1
    page.press("Shift+F")
    page.page.wait_for_timeout(400)
    assert page.view()[0] <= 0


def test_mouse_pans_zooms_and_marks(page, trace):
    page.open()
    page.view(0.5e9, 1.0e9)
    mouse = page.page.mouse
    x, y = page.point(1, 0.75e9)
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 100, y, steps=4)
    mouse.up()
    moved = page.view()
    scale = page.js("() => kscope.app.view.nsPerPixel")
    assert abs(moved[0] - (0.5e9 - 100 * scale)) < scale * 2, moved
    page.page.keyboard.down("Control")
    mouse.wheel(0, -300)
    page.page.keyboard.up("Control")
    page.page.wait_for_timeout(100)
    zoomed = page.view()
    assert zoomed[1] - zoomed[0] < (moved[1] - moved[0]) * 0.7
    at = page.js("x => kscope.app.view.time(x - kscope.graph.overlay.getBoundingClientRect().left)", x)
    page.page.keyboard.down("Shift")
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 200, y, steps=4)
    page.page.keyboard.up("Shift")
    mouse.up()
    page.page.wait_for_timeout(400)
    assert abs(page.view()[0] - at) < scale * 3, (page.view(), at)


def test_wheel_scrolls_rows(page, trace):
    page.open()
    page.page.mouse.move(*page.point(1, 1e9))
    page.page.mouse.wheel(0, 200)
    page.until("() => kscope.graph.scrollTop > 100")
    first = page.page.locator("#labels .label:not([hidden])").first.inner_text()
    assert not first.startswith("CPUs"), first


def test_next_and_previous_events_of_a_row(page, trace):
    page.open()
    row = 2
    page.js("row => kscope.app.emit('go-row', `cpu:${row}`)", row)
    page.view(0.7e9, 0.701e9)
    page.page.focus("#body")
    page.page.mouse.move(2, 2)
    middle = 0.7005e9
    later = [i for i in trace.of_row[row] if trace.times[i] > middle]
    for wanted in later[:3]:
        page.press(".")
        page.until("i => kscope.app.chosenEvent?.index === i", wanted)
    page.press(",")
    page.until("i => kscope.app.chosenEvent?.index === i", later[1])
    # The list is in step, and the pane shows the event's fields.
    page.until("() => document.querySelector('.line.chosen') !== null")
    shown = digits(page.page.inner_text(".line.chosen .c-index"))
    assert int(shown) == later[1]
    page.until("() => document.querySelector('.detail .fields') !== null")
    fields = page.page.locator(".detail .fields tbody th").all_inner_texts()
    assert fields == list(trace.events[later[1]][4]), fields


def test_follows_wake_ups(page, trace):
    page.open()
    time, row, waker = [w for w in trace.wakeups if w[2] != 0xFFFFFFFF and w[0] > 0.9e9][5]
    page.js("row => kscope.app.emit('go-row', `task:${row}`)", row)
    page.view(time + 1000 - 50_000, time + 1000 + 50_000)
    page.page.focus("#body")
    page.page.mouse.move(2, 2)
    page.press("[")
    before = [w for w in trace.wakeups if w[1] == row and w[0] < time + 1000][-1]
    page.until("row => kscope.app.chosenRow === `task:${row}`", before[2])
    page.until("t => kscope.app.chosenEvent?.time === t", before[0])


def test_go_to_a_time(page):
    page.open()
    page.view(0.1e9, 0.2e9)
    page.page.focus("#body")
    page.press("g")
    page.page.keyboard.type("nonsense")
    page.press("Enter")
    assert "no time" in page.page.inner_text("dialog .error")
    page.page.fill("dialog input", "700ms")
    page.press("Enter")
    page.page.wait_for_timeout(400)
    start, end = page.view()
    assert abs((start + end) / 2 - 0.7e9) < 1e6
    assert page.page.locator("dialog").count() == 0


def test_markers_and_bookmarks(page):
    page.open()
    x, y = page.point(0, 0.5e9)
    page.page.mouse.move(x, y)
    page.press("Shift+A")
    x2, _ = page.point(0, 1.5e9)
    page.page.mouse.move(x2, y)
    page.press("Shift+B")
    a, b = page.js("() => [kscope.app.markers.A, kscope.app.markers.B]")
    page.until("""text => document.getElementById('status-markers').textContent
      .replace(/\\s/g, '').includes(text)""", f"({round(b - a)}ns)")
    page.press("b")
    page.page.fill("dialog input", "<b>here</b>")
    page.press("Enter")
    assert page.js("() => kscope.app.bookmarks[0].name") == "<b>here</b>"


def test_palette_and_help(page):
    page.open()
    page.press("Control+k")
    page.page.keyboard.type("firefox-300")
    page.press("Enter")
    page.until("() => kscope.app.rows.byId.get(kscope.app.chosenRow)?.label === 'firefox'")
    page.press("?")
    assert "Next event on this row" in page.page.inner_text("dialog.help")
    page.press("Escape")
    assert page.page.locator("dialog").count() == 0


def test_rows_pin_fold_hide_move(page, trace):
    page.open()
    page.js("() => kscope.app.emit('go-row', 'cpu:3')")
    page.page.focus("#body")
    page.press("p")
    assert page.js("() => kscope.app.rows.pinnedItems.map(i => i.id)") == ["cpu:3"]
    page.press("p")
    assert page.js("() => kscope.app.rows.pinnedItems.length") == 0
    page.press("Alt+ArrowUp")
    ids = page.js("() => kscope.app.rows.children('cpus').map(i => i.id)")
    assert ids == ["cpu:0", "cpu:1", "cpu:3", "cpu:2"], ids
    page.press("h")
    assert page.js("() => kscope.app.rows.items.some(i => i.id === 'cpu:3')") is False
    page.press("Shift+H")
    assert page.js("() => kscope.app.rows.items.some(i => i.id === 'cpu:3')") is True
    count = page.js("() => kscope.app.rows.items.length")
    page.press("Enter")
    assert page.js("() => kscope.app.rows.items.length") == count - 4


def test_no_row_is_ever_blank(page, trace):
    """While finer tiles are on their way, coarser ones stand in: also after a jump."""
    page.open()
    page.view(0.5e9, 0.52e9)
    page.server.delay = 0.4
    seen = page.js("""async () => {
      const { app, graph } = kscope
      app.view.set(1.2e9, 1.21e9)
      const blank = []
      for (let i = 0; i < 10; i++) {
        await new Promise(r => requestAnimationFrame(r))
        for (const row of app.rows.cpuRows) {
          if (graph.scene.segments(row).length === 0) blank.push(row)
        }
      }
      return [blank, app.tiles.isBusy]
    }""")
    page.server.delay = 0
    assert seen == [[], True], seen


def test_list_scrolls_to_any_event(page, trace):
    page.open()
    total = len(trace.events)
    page.until("n => kscope.list.pages.total === n", total)
    page.js("n => kscope.list.scrollTo(n)", total // 2)
    page.until("() => !document.querySelector('.line.waits:not([hidden])')")
    lines = page.page.locator(".line:not([hidden])").all()
    first = lines[0].locator(".c-index").inner_text()
    assert int(digits(first)) == total // 2
    _, cpu, _, _, info = trace.events[total // 2]
    assert lines[0].locator(".c-cpu").inner_text() == str(cpu)
    assert lines[0].locator(".c-info").inner_text() == " ".join(f"{k}={v}" for k, v in info.items())
    page.page.focus(".list")
    page.press("End")
    page.until("n => kscope.app.chosenEvent?.index === n", total - 1)


def test_list_and_graph_follow(page, trace):
    page.open()
    page.view(1.0e9, 1.01e9)
    page.page.wait_for_timeout(700)
    page.until("() => !document.querySelector('.line.waits:not([hidden])')")
    first = page.page.locator(".line:not([hidden]) .c-index").first.inner_text()
    assert abs(trace.times[int(digits(first))] - 1.0e9) < 2e6
    page.js("() => kscope.list.choose(5)")
    page.until("t => kscope.app.view.from < t && kscope.app.view.to > t", trace.times[5])


def test_search_counts_and_steps(page, trace):
    page.open()
    page.press("/")
    page.page.keyboard.type("name=ETH0-rx")
    page.press("Enter")
    hits = [i for i, e in enumerate(trace.events) if e[4].get("name") == "eth0-rx-1"]
    page.until("n => kscope.search.state?.done === 1 && kscope.search.state.hits === n", len(hits))
    page.until("i => kscope.app.chosenEvent?.index === i", hits[0])
    page.press("Enter")
    page.until("i => kscope.app.chosenEvent?.index === i", hits[1])
    page.until("n => document.getElementById('search-count').textContent.replace(/\\u2009/g, '')"
               " === n", f"2/{len(hits)}")
    page.press("Shift+Enter", "Shift+Enter")
    page.until("i => kscope.app.chosenEvent?.index === i", hits[-1])
    assert sum(page.js("() => kscope.app.strip")) == len(hits)


def test_search_refusal_is_told(page, trace):
    page.expected = ["400"]
    page.open()
    page.page.select_option("#search-kind", "filter")
    page.page.fill("#search-text", "sched_switch: nonsense == 1")
    page.page.focus("#search-text")
    page.press("Enter")
    page.until("() => document.getElementById('status-say').textContent.includes('nonsense')")
    page.page.fill("#search-text", "sched_switch: next_pid == 300")
    page.press("Enter")
    wanted = sum(1 for e in trace.events if e[3] == 0 and e[4]["next_pid"] == 300)
    page.until("n => kscope.search.state?.done === 1 && kscope.search.state.hits === n", wanted)


def test_minimap_moves_the_view(page, trace):
    page.open()
    page.view(0.5e9, 0.9e9)
    box = page.page.locator("#minimap").bounding_box()
    at = lambda t: box["x"] + t / trace.duration * box["width"]
    page.page.mouse.move(at(0.7e9), box["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(at(1.2e9), box["y"] + 20, steps=4)
    page.page.mouse.up()
    start, end = page.view()
    pixel = trace.duration / box["width"]
    assert abs(start - 1.0e9) < 2 * pixel and abs(end - 1.4e9) < 2 * pixel, (start, end)
    # Its right edge alone.
    page.page.mouse.move(at(end), box["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(at(1.8e9), box["y"] + 20, steps=4)
    page.page.mouse.up()
    assert abs(page.view()[0] - start) < 1 and abs(page.view()[1] - 1.8e9) < 2 * pixel


def test_rows_are_dragged(page, trace):
    page.open()
    label = page.page.locator("#labels .label", has_text="CPU 0").first.bounding_box()
    target = page.page.locator("#labels .label", has_text="CPU 2").first.bounding_box()
    page.page.mouse.move(label["x"] + 60, label["y"] + 12)
    page.page.mouse.down()
    page.page.mouse.move(target["x"] + 60, target["y"] + 12, steps=6)
    page.page.mouse.up()
    ids = page.js("() => kscope.app.rows.children('cpus').map(i => i.id)")
    assert ids == ["cpu:1", "cpu:2", "cpu:0", "cpu:3"], ids


def test_columns_of_the_list_are_chosen(page, trace):
    page.open()
    assert page.page.locator(".list-head .c-flags").is_hidden()
    page.page.click("button:text('Columns')")
    page.page.locator(".menu label", has_text="Flags").locator("input").check()
    assert page.page.locator(".list-head .c-flags").is_visible()
    page.page.locator(".menu label", has_text="PID").locator("input").uncheck()
    assert page.page.locator(".list-head .c-pid").is_hidden()
    page.press("Escape")
    page.page.reload()
    page.page.wait_for_selector("body.ready")
    assert page.page.locator(".list-head .c-flags").is_visible()


def test_kernelshark_s_habits(page, trace):
    """Dragging marks what the view is filled with; a double click on a waiting box measures it."""
    page.open()
    page.js("() => kscope.commands.run('habits')")
    page.view(0.5e9, 1.0e9)
    x, y = page.point(0, 0.6e9)
    x1, _ = page.point(0, 0.7e9)
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x1, y, steps=4)
    page.page.mouse.up()
    page.page.wait_for_timeout(400)
    start, end = page.view()
    assert abs(start - 0.6e9) < 2e6 and abs(end - 0.7e9) < 2e6, (start, end)
    row = trace.tasks[0].row
    begin, stop, *_ = some_band(trace, row, WOKEN, 300_000)
    page.js("row => kscope.app.emit('go-row', `task:${row}`)", row)
    page.view(begin - 200_000, stop + 200_000)
    page.page.mouse.dblclick(*page.point(row, (begin + stop) / 2))
    assert page.js("() => [kscope.app.markers.A, kscope.app.markers.B]") == [begin, stop]


def test_menu_of_a_row(page, trace):
    page.open()
    x, y = page.point(1, 1.5e9)
    page.page.mouse.click(x, y, button="right")
    page.page.click(".menu button:text('List: only this CPU')")
    wanted = sum(1 for e in trace.events if e[1] == 1)
    page.until("n => kscope.list.pages.total === n", wanted)


def test_undo_keeps_many_views(page):
    page.open()
    views = [[k * 1e8, k * 1e8 + 1e8] for k in range(1, 6)]
    for view in views:
        page.view(*view)
        page.js("() => kscope.app.view.rest()")
    for view in reversed(views[:-1]):
        page.press("u")
        assert page.view() == view
    for view in views[1:]:
        page.press("r")
        assert page.view() == view


def test_pictures_of_the_page(page, trace):
    """Main views, for people to look at (with --pictures); each must draw without an error."""
    def shot(name):
        page.idle()
        if page.pictures:
            page.page.screenshot(path=f"{page.pictures}/{name}.png")
    page.open()
    for theme in ("light", "dark"):
        page.page.emulate_media(color_scheme=theme)
        page.view(0, trace.duration)
        shot(f"whole-{theme}")
        page.view(0.636e9, 0.6392e9)
        page.js("() => { kscope.app.chooseRow('task:5'); kscope.list.choose(34500) }")
        page.page.wait_for_timeout(400)
        shot(f"near-{theme}")
    page.press("Control+k")
    page.page.keyboard.type("mark")
    shot("palette")
    page.press("Escape")
    page.press("?")
    shot("keys")
    page.press("Escape")
    page.js("() => kscope.app.setArea({ from: 0.6365e9, to: 0.638e9, ids: null })")
    page.page.wait_for_selector("#panel-area table.data")
    shot("selection")


__all__ = ["needs", "digits", "some_band", "SLEEPS", "SYSCALL"]
