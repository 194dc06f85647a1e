#!/usr/bin/env python3
"""How many frames a second the page draws while it pans and zooms: frames.py [--url URL] [--seconds N]

Chromium draws without a GPU. Printed for each movement: frames a second, the median and the 95th
percentile of the time between two frames, and of the page's own work in a frame.
"""

import argparse
import shutil

from playwright.sync_api import sync_playwright

from mock_server import Model, Server
from mock_trace import Trace

MOVES = {
    "pan, whole seconds": ("[0.2e9, 1.2e9]", "(v, t) => v.pan(v.span * 0.004 * Math.sign(Math.sin(t)))"),
    "pan, milliseconds": ("[0.6e9, 0.61e9]", "(v, t) => v.pan(v.span * 0.01)"),
    "pan, 300 µs": ("[0.6e9, 0.6003e9]", "(v, t) => v.pan(v.span * 0.01)"),
    "pan, a tenth": ("[app.view.duration * 0.4, app.view.duration * 0.5]", "(v, t) => v.pan(v.span * 0.01)"),
    "from all to 1 µs a pixel": ("[0, app.view.duration]", "(v, t) => v.zoom(app.view.duration * 0.4, "
                              "t % 8 < 4 ? 1.09 : 1 / 1.09)"),
    "zoom in and out": ("[0, 2e9]", "(v, t) => v.zoom(0.7e9, t % 4 < 2 ? 1.06 : 1 / 1.06)"),
}

RUN = """async ([range, move, seconds]) => {
  const { app, graph } = kscope
  const step = eval(move)
  app.view.set(...eval(range))
  for (let i = 0; i < 30; i++) await new Promise(r => requestAnimationFrame(r))
  const gaps = [], works = []
  const began = performance.now()
  let last = began
  const frame = graph.frame.bind(graph)
  graph.frame = () => {
    const from = performance.now()
    frame()
    works.push(performance.now() - from)
  }
  while (last - began < seconds * 1000) {
    await new Promise(r => requestAnimationFrame(r))
    const now = performance.now()
    gaps.push(now - last)
    last = now
    step(app.view, (now - began) / 1000)
  }
  delete graph.frame
  const at = (list, part) => [...list].sort((a, b) => a - b)[Math.floor(list.length * part)]
  return { fps: gaps.length / seconds, gap: at(gaps, .5), gap95: at(gaps, .95),
    work: at(works, .5), work95: at(works, .95) }
}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="a server that runs, instead of the mock")
    parser.add_argument("--seconds", type=float, default=4)
    options = parser.parse_args()
    server = None if options.url else Server(Model(Trace())).start()
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--headless=new", "--disable-gpu"])
        # Measuring reads the page's own objects, which its policy forbids to evaluated text.
        page = browser.new_context(viewport={"width": 1600, "height": 1000},
                                   bypass_csp=True).new_page()
        page.goto(options.url or server.url)
        page.wait_for_selector("body.ready")
        page.evaluate("() => { kscope.app.set({ listOpen: false }) }")
        page.wait_for_timeout(1500)
        paint = page.evaluate("""() => performance.getEntriesByName('first-contentful-paint')
          .map(e => e.startTime)[0]""")
        rows = page.evaluate("() => { let n = 0; kscope.graph.eachVisible(() => n++); return n }")
        print(f"first paint after {paint:.0f} ms, {rows} rows in sight")
        for name, (where, move) in MOVES.items():
            r = page.evaluate(RUN, [where, move, options.seconds])
            print(f"{name:24} {r['fps']:5.1f} frames/s, between frames {r['gap']:.1f} ms "
                  f"(95 %: {r['gap95']:.1f}), own work {r['work']:.1f} ms (95 %: {r['work95']:.1f})",
                  flush=True)
        browser.close()
    if server:
        server.stop()


if __name__ == "__main__":
    main()
