#!/usr/bin/env python3
"""Drives the page in Chromium: browser_tests.py [--url URL] [--pictures DIR] [-k WORD]

Each test opens the page anew, and fails when the console shows an error. Numbers that the page shows
are compared with what the made-up trace knows, and over `kscope view` with what `kscope report` prints.
With --url, tests that need to know the trace are left out; without a program, those of `kscope view`.
"""

import argparse
import inspect
import pathlib
import shutil
import sys
import time
import traceback

from playwright.sync_api import sync_playwright

import browser_checks
import browser_checks_more
import real_checks
import real_checks_more
from mock_server import Model, Server
from mock_trace import Trace
from real_server import RECORDINGS, RealServer, program
from report_oracle import Report

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


class Page:
    """The page under test, and what tests often need of it."""

    def __init__(self, page, url, server):
        self.page, self.url, self.server = page, url, server
        self.trace = server.model.trace if isinstance(server, Server) else None
        self.problems = []
        self.expected = []
        page.on("console", lambda m: self.problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.problems.append(f"{e}\n{e.stack}"))

    def open(self, fragment=""):
        self.page.goto(self.url + fragment)
        self.page.wait_for_selector("body.ready")
        self.idle()
        return self

    def idle(self):
        """Until no tile is on its way and a frame has been drawn."""
        self.page.wait_for_function("() => !kscope.app.tiles.isBusy", timeout=20_000)
        self.js("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        self.page.wait_for_function("() => !kscope.app.tiles.isBusy", timeout=20_000)

    def js(self, code, argument=None):
        return self.page.evaluate(code, argument)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def view(self, start=None, end=None):
        if start is not None:
            self.js("([a, b]) => kscope.app.view.set(a, b)", [start, end])
            self.idle()
        return self.js("() => [kscope.app.view.from, kscope.app.view.to]")

    def until(self, code, argument=None, timeout=8000):
        self.page.wait_for_function(code, arg=argument, timeout=timeout)

    def point(self, row, at):
        """Where a time of a row is in the window: the middle of its bar."""
        return self.js("""([row, time]) => {
          const { app, graph } = kscope
          const box = graph.overlay.getBoundingClientRect()
          const item = app.rows.byRow.get(row)
          const bar = item.type === 'cpu' ? 24 : 12
          return [box.left + app.view.x(time), box.top + graph.topOf(item) + bar]
        }""", [row, at])

    def pixel(self, x, y):
        """The colour of the rows' canvas at a point of the window."""
        return self.js("""([x, y]) => {
          const { canvas, ratio, context } = kscope.graph
          const box = canvas.getBoundingClientRect()
          return [...context.getImageData((x - box.left) * ratio, (y - box.top) * ratio, 1, 1).data]
        }""", [x, y])


def tests(word):
    for module in (browser_checks, browser_checks_more, real_checks,
                   real_checks_more):
        for name, check in list(vars(module).items()):
            if name.startswith("test_") and inspect.isfunction(check) and word in name:
                yield name, check


def short_trace():
    """Our own lines of it, and what it says."""
    _, error, trace = sys.exc_info()
    lines = [f"  {pathlib.Path(f.filename).name}:{f.lineno}: {f.line}"
             for f in traceback.extract_tb(trace) if "WebTests" in f.filename]
    return "\n".join([*lines, f"  {type(error).__name__}: {error}"])


class Truths:
    """What a test is given beside the page; reports are made once for all tests of a recording."""

    def __init__(self, options):
        self.url = options.url
        self.kscope = None if options.url else program()
        self.shared = None if options.url else Trace()
        self.reports = {}

    def can_run(self, check):
        needs = getattr(check, "needs", {})
        if "recordings" in needs:
            return self.kscope is not None
        return not (self.url and (needs or "trace" in inspect.signature(check).parameters))

    def server(self, needs):
        if self.url:
            return None
        if "recordings" in needs:
            return RealServer(self.kscope, *needs["recordings"]).start()
        trace = Trace(**needs["trace"]) if "trace" in needs else self.shared
        return Server(Model(trace, **needs.get("model", {}))).start()

    def arguments(self, check, page):
        wanted = inspect.signature(check).parameters
        if "trace" in wanted:
            return [page.trace]
        if "report" in wanted or "reports" in wanted:
            options = tuple(check.needs.get("options", ()))
            found = []
            for name in check.needs["recordings"]:
                key = name, options
                if key not in self.reports:
                    self.reports[key] = Report(self.kscope, str(RECORDINGS / name), options)
                found.append(self.reports[key])
            return [found if "reports" in wanted else found[0]]
        return []


def run(options):
    failures, count, skipped = [], 0, 0
    truths = Truths(options)
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--headless=new"])
        for name, check in tests(options.k):
            if not truths.can_run(check):
                skipped += 1
                continue
            count += 1
            began = time.monotonic()
            needs = getattr(check, "needs", {})
            server = truths.server(needs)
            context = browser.new_context(
                viewport={"width": 1440, "height": 900}, **needs.get("context", {}))
            page = Page(context.new_page(), options.url or server.url, server)
            page.pictures = options.pictures
            try:
                check(page, *truths.arguments(check, page))
                left = [p for p in page.problems if not any(e in p for e in page.expected)]
                assert not left, f"the console shows: {left[:3]}"
                print(f"ok {count} {name} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception:  # pylint: disable=broad-except
                failures.append(name)
                print(f"not ok {count} {name}\n{short_trace()}", flush=True)
                print(f"console: {page.problems[:3]}", flush=True)
                if options.pictures:
                    page.page.screenshot(path=f"{options.pictures}/failed-{name}.png")
            finally:
                context.close()
                if server:
                    server.stop()
        browser.close()
    print(f"{count - len(failures)} of {count} passed"
          + (f", {skipped} left out" if skipped else ""))
    return 1 if failures or not count else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="a server that runs, instead of the mock")
    parser.add_argument("--pictures", metavar="DIR", help="where pictures are kept")
    parser.add_argument("-k", default="", metavar="WORD", help="only tests with this in the name")
    options = parser.parse_args()
    if options.pictures:
        pathlib.Path(options.pictures).mkdir(parents=True, exist_ok=True)
    sys.exit(run(options))


if __name__ == "__main__":
    main()
