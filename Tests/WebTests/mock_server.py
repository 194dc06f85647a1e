#!/usr/bin/env python3
"""Answers the viewer's protocol from a made-up trace: mock_server.py [--port N] [--cpus N] ...

For work on the page and its tests without a kscope. Documentation/viewer-protocol.md is the contract.
"""

import argparse
import bisect
import hashlib
import http.server
import json
import pathlib
import re
import threading
import time as clock
import urllib.parse

import mock_stats
import mock_tiles
from mock_filter import Filter, FilterError
from mock_trace import NONE, TEXT_FIELDS, TYPE, TYPES, Trace

WEB = pathlib.Path(__file__).resolve().parents[2] / "Web"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
          "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'")
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8"}


class Refusal(Exception):
    def __init__(self, status, text, position=None):
        super().__init__(text)
        self.status, self.position = status, position


class Model:
    """A trace, how far it is 'indexed', and what was searched and made since."""

    def __init__(self, trace, indexed=1.0, live=False, hints=(), problems=()):
        self.trace, self.indexed, self.live = trace, indexed, live
        self.hints, self.problems = list(hints), list(problems)
        self.searches, self.extra, self.made = [], {}, {}
        self.requests = []
        self.cache = {}
        self.changed = threading.Condition()

    @property
    def id(self):
        text = f"{self.indexed} {self.duration} {self.live} {len(self.trace.events)}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def duration(self):
        return self.trace.duration

    def set(self, **what):
        with self.changed:
            for key, value in what.items():
                setattr(self, key, value)
            self.cache = {}
            self.changed.notify_all()

    def change(self):
        return {"id": self.id, "indexed": self.indexed, "duration": self.duration,
                "events": int(len(self.trace.events) * self.indexed), "isLive": self.live}

    def description(self):
        t = self.trace
        top = 14
        while (512 << top) < max(t.duration, 1):
            top += 1
        running = {task.row: mock_stats.time_in(t, task.row, 0, t.duration, {0})
                   for task in t.tasks} if len(t.tasks) < 5000 else {}
        return self.change() | {
            "files": [{"path": "/tmp/trace.dat", "bytes": 12_345_678, "kernel": "6.12.38",
                       "cpus": t.cpus, "clock": "local"}],
            "start": str(t.start),
            "levels": {"base": 14, "top": top, "columns": 512},
            "problems": self.problems, "hints": self.hints,
            "cpus": [{"row": c, "cpu": c, "source": 0, "events": len(t.of_row[c]),
                      "lost": 40 + c if any(g[0] == c for g in t.gaps) else 0}
                     for c in range(t.cpus)],
            "tasks": [{"row": k.row, "pid": k.pid, "tgid": k.tgid, "parent": k.parent,
                       "comm": k.comm, "comms": [k.comm], "source": 0, "born": k.born,
                       "gone": k.gone, "running": running.get(k.row, 0),
                       "events": len(t.of_row[k.row])} for k in t.tasks],
            "sources": ["trace.dat"],
            "types": [{"type": n, "system": system, "name": name,
                       "count": t.counts[n] if self.indexed >= 1 else None,
                       "fields": [{"name": f, "kind": "text" if f in TEXT_FIELDS else "number"}
                                  for f in fields]}
                      for n, (system, name, fields) in enumerate(TYPES)]}

    # Events

    def values(self, index):
        time, cpu, row, _, info = self.trace.events[index]
        task = self.trace.comm_of_row.get(row)
        return info | {"CPU": cpu, "TIME": time + self.trace.start,
                       "COMM": task.comm if task else "<idle>", "PID": task.pid if task else 0,
                       "common_pid": task.pid if task else 0}

    def event(self, index):
        time, cpu, row, kind, info = self.trace.events[index]
        task = self.trace.comm_of_row.get(row)
        return {"index": index, "time": time, "cpu": cpu, "row": row,
                "pid": task.pid if task else 0, "comm": task.comm if task else "<idle>",
                "flags": "d..2.", "type": kind,
                "info": " ".join(f"{k}={v}" for k, v in info.items())}

    def passing(self, text):
        """Indices of the events that pass a filter."""
        key = ("filter", text)
        if key not in self.cache:
            try:
                wanted = Filter(text, TYPES)
            except FilterError as error:
                raise Refusal(400, str(error), error.position) from error
            self.cache[key] = [i for i, e in enumerate(self.trace.events)
                               if wanted.passes(e[3], self.values(i))]
        return self.cache[key]

    def matching(self, text, kind, ignore_case):
        if kind == "filter":
            return self.passing(text)
        try:
            flags = re.I if ignore_case else 0
            pattern = re.compile(text if kind == "regex" else re.escape(text), flags)
        except re.error as error:
            raise Refusal(400, f"not an expression: {error.msg}", error.pos) from error
        found = []
        for index in range(len(self.trace.events)):
            e = self.event(index)
            line = f"{e['comm']}-{e['pid']} {TYPES[e['type']][1]}: {e['info']}"
            if pattern.search(line):
                found.append(index)
        return found

    def counter(self, event, field):
        kind = TYPE.get(event.split(":")[-1])
        if kind is None or field not in TYPES[kind][2]:
            raise Refusal(404, f"no field {field} of {event}")
        found = [(e[0], e[4][field]) for e in self.trace.events if e[3] == kind]
        return self.make(("counter", event, field), found, "counter")

    def make(self, key, values, kind):
        if key not in self.made:
            row = len(self.trace.bands) + len(self.made)
            self.made[key] = row
            self.extra[row] = values
        numbers = [v for _, v in values] or [0]
        return {"row": self.made[key], "kind": kind, "min": min(numbers), "max": max(numbers)}


def numbers(text):
    """0-7,12"""
    out = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        out += range(int(first), int(last or first) + 1)
    return out


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        prefix = f"/{self.server.token}/"
        if not url.path.startswith(prefix):
            return self.send(404, "text/plain", b"not here")
        name = url.path[len(prefix):] or "index.html"
        if not name.startswith("api/"):
            return self.asset(name)
        self.server.model.requests.append(self.path)
        try:
            return getattr(self, "get_" + name[4:].replace("/", "_"))(self.server.model, query)
        except Refusal as refusal:
            body = {"error": str(refusal)}
            if refusal.position is not None:
                body["position"] = refusal.position
            return self.send(refusal.status, "application/json", json.dumps(body).encode())
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def asset(self, name):
        path = WEB / name
        if "/" in name or path.suffix not in KINDS or not path.is_file():
            return self.send(404, "text/plain", b"not here")
        return self.send(200, KINDS[path.suffix], path.read_bytes())

    def send(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def json(self, value):
        self.send(200, "application/json", json.dumps(value).encode())

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()

    def event(self, value):
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())
        self.wfile.flush()

    def get_trace(self, model, query):
        self.json(model.description())

    def get_changes(self, model, query):
        self.begin_stream()
        last = None
        while not self.server.ended:
            with model.changed:
                if last == model.change():
                    model.changed.wait(0.5)
                now = model.change()
            if now != last:
                self.event(now)
                last = now

    def get_tiles(self, model, query):
        rows = numbers(query["rows"])
        if len(rows) > 256:
            raise Refusal(400, "more than 256 rows")
        level, tile = int(query["level"]), int(query["tile"])
        key = (level, tile, query["rows"])
        if key not in model.cache:
            known = model.trace
            if model.indexed < 1 and (tile * 512 << level) >= known.duration * model.indexed:
                rows = [0xFFFFFFF0 + 0 * r for r in rows]
            model.cache[key] = mock_tiles.tile(known, level, tile, rows, model.extra)
        if self.server.delay:
            clock.sleep(self.server.delay)
        self.send(200, "application/octet-stream", model.cache[key])

    def get_names(self, model, query):
        self.json({"names": model.trace.names[int(query.get("from", 0)):]})

    def get_events(self, model, query):
        count = min(int(query.get("count", 60)), 1000)
        events = model.trace.events
        if "filter" in query:
            found = model.passing(query["filter"])
            place = int(query.get("place", 0))
            out = [model.event(i) | {"place": place + n}
                   for n, i in enumerate(found[place:place + count])]
            return self.json({"total": len(found), "events": out})
        first = max(0, int(query.get("index", 0)))
        return self.json({"total": len(events), "events": [
            model.event(i) for i in range(first, min(first + count, len(events)))]})

    def of_row(self, model, query):
        row = query.get("row")
        if row is None:
            return range(len(model.trace.events)), model.trace.times
        row = int(row)
        if row >= len(model.trace.bands):
            raise Refusal(404, "no such row")
        return model.trace.of_row[row], model.trace.row_times[row]

    def get_events_near(self, model, query):
        indices, times = self.of_row(model, query)
        time = float(query["time"])
        at = bisect.bisect_left(times, time)
        near = [i for i in (at - 1, at) if 0 <= i < len(times)]
        if not near:
            return self.json(None)
        best = min(near, key=lambda i: abs(times[i] - time))
        self.json({"index": indices[best], "time": times[best]})

    def get_events_next(self, model, query):
        indices, times = self.of_row(model, query)
        time, direction = float(query["time"]), int(query.get("direction", 1))
        at = (bisect.bisect_right(times, time) if direction > 0
              else bisect.bisect_left(times, time) - 1)
        if not 0 <= at < len(times):
            return self.json(None)
        self.json({"index": indices[at], "time": times[at]})

    def get_events_one(self, model, query):
        index = int(query["index"])
        if not 0 <= index < len(model.trace.events):
            raise Refusal(404, "no such event")
        e = model.event(index)
        kind = TYPES[e["type"]]
        info = model.trace.events[index][4]
        self.json({"index": index, "time": e["time"], "type": e["type"],
                   "text": f"{e['comm']:>16}-{e['pid']:<6} [{e['cpu']:03}] "
                           f"{(e['time'] + model.trace.start) / 1e9:.9f}: {kind[1]}: {e['info']}",
                   "fields": [{"name": k, "value": str(v), "raw": str(v).encode().hex(" ")}
                              for k, v in info.items()],
                   "format": f"name: {kind[1]}\nID: {300 + e['type']}\nformat:\n" + "".join(
                       f"\tfield:int {f};\toffset:{8 + 4 * n};\tsize:4;\tsigned:1;\n"
                       for n, f in enumerate(kind[2])),
                   "stack": ["__schedule+0x3a1", "schedule+0x5e", "do_nanosleep+0x6a",
                             "hrtimer_nanosleep+0xb4"] if e["type"] == 0 else []})

    def get_wakeups(self, model, query):
        row, time = int(query["row"]), float(query["time"])
        if int(query["direction"]) < 0:
            found = [w for w in model.trace.wakeups if w[1] == row and w[0] < time]
            found = found[-1:]
        else:
            found = [w for w in model.trace.wakeups if w[2] == row and w[0] > time][:1]
        if not found:
            return self.json(None)
        self.json({"time": found[0][0], "row": found[0][1], "from": found[0][2]})

    def get_filter(self, model, query):
        try:
            model.passing(query["text"])
        except Refusal as refusal:
            return self.json({"ok": False, "error": str(refusal), "position": refusal.position})
        self.json({"ok": True})

    def get_search(self, model, query):
        found = model.matching(query["text"], query.get("kind", "text"),
                               query.get("ignoreCase") == "1")
        model.searches.append(found)
        number = len(model.searches)
        self.begin_stream()
        total = len(model.trace.events)
        for step in (1, 2, 3, 4):
            seen = found[:bisect.bisect_left(found, total * step // 4)]
            strip = [0] * 512
            for index in seen:
                strip[min(511, int(model.trace.times[index] * 512 / model.duration))] += 1
            self.event({"id": number, "done": step / 4, "hits": len(seen),
                        "first": seen[0] if seen else NONE, "strip": strip})

    def get_search_next(self, model, query):
        number = int(query["id"])
        if not 1 <= number <= len(model.searches):
            raise Refusal(404, "no such search")
        found, index = model.searches[number - 1], int(query["index"])
        forth = int(query.get("direction", 1)) > 0
        at = bisect.bisect_right(found, index) if forth else bisect.bisect_left(found, index) - 1
        if not 0 <= at < len(found):
            return self.json(None)
        self.json({"index": found[at], "time": model.trace.times[found[at]], "number": at + 1,
                   "hits": len(found)})

    def get_stats(self, model, query):
        rows = numbers(query["rows"]) if query.get("rows") else None
        self.json(mock_stats.stats(model.trace, float(query["from"]), float(query["to"]), rows))

    def get_rows(self, model, query):
        if query.get("kind") == "counter":
            return self.json(model.counter(query["event"], query["field"]))
        raise Refusal(501, "the mock makes no rows of pairs")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, model, port=0, token="t0ken", delay=0.0):
        super().__init__(("127.0.0.1", port), Handler)
        self.model, self.token, self.delay, self.ended = model, token, delay, False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/{self.token}/"

    def handle_error(self, request, client_address):
        """A page that goes away in the middle of an answer is no news."""

    def start(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.ended = True
        self.shutdown()
        self.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--cpus", type=int, default=4)
    parser.add_argument("--tasks", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    trace = Trace(options.seconds, options.cpus, options.tasks)
    server = Server(Model(trace), options.port)
    print(f"{server.url}  ({len(trace.events)} events)", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
