#!/usr/bin/env python3
"""Makes the pictures of Documentation/pictures: pictures.py [SCHEDULING [FUNCTIONS]]

Of a recording with scheduling and system calls, and of one of function_graph; the tests' own where none
are named. The program is $KSCOPE or what `swift build` made; colours are cut down with Pillow.
"""

import io
import pathlib
import sys

from PIL import Image
from playwright.sync_api import sync_playwright

from browser_tests import CHROMIUM, Page
from real_server import PROJECT, RECORDINGS, RealServer, program

TARGET = PROJECT / "Documentation/pictures"
MOST = 150_000


def save(page, name):
    """As a PNG of 256 colours: the page has few, and smooth ones nowhere."""
    page.idle()
    page.page.wait_for_timeout(500)
    picture = Image.open(io.BytesIO(page.page.screenshot())).convert("RGB")
    target = TARGET / f"{name}.png"
    picture.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)
    size = target.stat().st_size
    print(f"{target.name}: {size} bytes")
    if size > MOST:
        sys.exit(f"{target.name} has more than {MOST} bytes")


def part(page, middle, span):
    """A view about a part of the trace, as parts of its length."""
    page.js("""([middle, span]) => {
      const { view } = kscope.app
      view.set((middle - span / 2) * view.duration, (middle + span / 2) * view.duration)
    }""", [middle, span])
    page.idle()


def whole(page):
    page.page.mouse.move(2, 2)
    save(page, "whole")


def timeline(page):
    part(page, 0.445, 0.025)
    index = page.js("""async () => {
      const { app } = kscope
      const type = app.trace.types.find(t => t.name === 'sched_switch').type
      const near = await (await fetch('api/events/near?time=' + Math.round(app.view.from
        + app.view.span * 0.3))).json()
      const { events } = await (await fetch(`api/events?index=${near.index}&count=200`)).json()
      return (events.find(e => e.type === type) ?? events[0]).index
    }""")
    page.js("i => kscope.app.set({ follow: true }) || kscope.list.choose(i)", index)
    page.until("() => document.querySelector('.detail .fields') !== null")
    save(page, "timeline")


def selection(page):
    part(page, 0.42, 0.12)
    page.js("""() => {
      const { app } = kscope
      const { from, span } = app.view
      app.setArea({ from: from + span * 0.2, to: from + span * 0.75, ids: null })
    }""")
    page.page.wait_for_selector("#panel-area table.data")
    save(page, "selection")


def latency(page):
    page.page.click(".area-tabs button:has-text('Waits for a CPU')")
    page.page.click("button:text('Go to the worst')")
    page.page.wait_for_timeout(600)
    save(page, "latency")
    page.press("Escape")


def search(page):
    page.js("() => { kscope.app.setMarker('A', null); kscope.app.setMarker('B', null) }")
    part(page, 0.5, 1)
    page.page.fill("#search-text", "rcu_preempt")
    page.page.focus("#search-text")
    page.press("Enter", "Enter", "Enter")
    page.until("() => kscope.search.state?.done === 1")
    page.press("Escape", "i")
    page.page.fill(".expression", "sched_switch: prev_state == 2 && next_p")
    page.page.focus(".expression")
    page.press("End")
    page.page.keyboard.type("i")
    page.page.wait_for_selector("#completions div")
    save(page, "filters")
    page.press("Escape")


def functions(page):
    row = page.js("""() => [...kscope.app.rows.byRow.values()].filter(i => i.task)
      .sort((a, b) => b.task.events - a.task.events)[0].id""")
    page.js("id => kscope.app.emit('go-row', id)", row)
    part(page, 0.456, 0.045)
    page.js("() => kscope.graph.scrollTo(0)")
    page.js("() => kscope.app.set({ listHeight: 180 })")
    save(page, "functions")


def palette(page):
    part(page, 0.445, 0.025)
    page.press("Control+k")
    page.page.keyboard.type("mark")
    save(page, "palette")


def main():
    given = [str(pathlib.Path(path).resolve()) for path in sys.argv[1:]]
    names = ["scheduling.dat", "function-graph.dat"]
    paths = given + [str(RECORDINGS / name) for name in names[len(given):]]
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--headless=new"])
        for path, scheme, views in (
                (paths[0], "light", [whole, timeline, selection, latency, search]),
                (paths[0], "dark", [palette]),
                (paths[1], "light", [functions])):
            server = RealServer(program(), path).start()
            context = browser.new_context(
                viewport={"width": 1280, "height": 720}, color_scheme=scheme)
            page = Page(context.new_page(), server.url, server)
            page.open()
            page.until("() => kscope.app.trace.indexed === 1")
            for view in views:
                view(page)
            context.close()
            server.stop()
        browser.close()


if __name__ == "__main__":
    main()
