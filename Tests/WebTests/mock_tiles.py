"""Tiles of the made-up trace, as Documentation/viewer-protocol.md lays them out."""

import array
import struct

from mock_trace import (BLOCKED, HARD, LOST, NONE, PREEMPTED, RUNNING, SOFT, WOKEN)

COLUMNS = 512
MAGIC = 0x4C54534B
# A tile with no more than so many bands and events is given exactly.
FEW = 360


class Writer:
    """Bytes of a part, whose arrays begin at multiples of what their numbers need."""

    def __init__(self):
        self.data = bytearray()

    def align(self, to):
        self.data += b"\0" * (-len(self.data) % to)

    def put(self, code, values, align=1):
        self.align(align)
        self.data += array.array(code, values).tobytes()


def cap(value, top=65535):
    return min(int(value), top)


def part(time, width):
    """A part of a column's time: 255 is all, and what is above 0 is at least 1."""
    return 0 if time <= 0 else max(1, min(255, round(255 * time / width)))


def tile(trace, level, number, rows, extra=None):
    out = bytearray(struct.pack("<IIII", MAGIC, level, number, len(rows)))
    for row in rows:
        kind, count, data = row_part(trace, level, number, row, extra or {})
        data += b"\0" * (-len(data) % 8)
        out += struct.pack("<IIII", row, kind, len(data), count) + data
    return bytes(out)


def row_part(trace, level, number, row, extra):
    width = 1 << level
    start = number * COLUMNS * width
    end = min(start + COLUMNS * width, trace.duration)
    if row in extra:
        return counter(trace, width, start, end, extra[row])
    if row >= len(trace.bands) or start >= trace.duration:
        return 0, 0, b""
    bands = trace.bands_in(row, start, end)
    indices = trace.events_in(row, start, end)
    if not bands and not indices:
        return 0, 0, b""
    if len(bands) + len(indices) <= FEW or level < 12:
        return bands_part(trace, bands, indices)
    return columns_part(trace, row, width, start, end, bands, indices)


def bands_part(trace, bands, indices):
    w = Writer()
    w.put("I", [len(indices), 0])
    w.put("d", [b[0] for b in bands], 8)
    w.put("d", [b[1] for b in bands], 8)
    w.put("d", [trace.times[i] for i in indices], 8)
    w.put("d", indices, 8)
    w.put("I", [b[4] for b in bands], 8)
    w.put("I", [trace.events[i][3] for i in indices], 8)
    w.put("B", [b[2] for b in bands], 8)
    w.put("B", [b[3] for b in bands], 8)
    return 2, len(bands), bytes(w.data)


def columns_part(trace, row, width, start, end, bands, indices):
    is_cpu = row < trace.cpus
    lanes = [{RUNNING: 0, HARD: 1, SOFT: 2, LOST: 3}, {RUNNING: 0, WOKEN: 1, PREEMPTED: 1,
                                                       BLOCKED: 2}][0 if is_cpu else 1]
    times = [[0.0] * COLUMNS for _ in range(4)]
    who = [{} for _ in range(COLUMNS)]
    latency = [0.0] * COLUMNS
    for band_start, band_end, kind, _, detail in bands:
        lane = lanes.get(kind)
        if kind in (WOKEN, PREEMPTED) and start <= band_end < end and not is_cpu:
            column = int((band_end - start) // width)
            latency[column] = max(latency[column], band_end - band_start)
        if lane is None:
            continue
        at = max(band_start, start)
        stop = min(band_end, end)
        while at < stop:
            column = int((at - start) // width)
            to = min(stop, start + (column + 1) * width)
            times[lane][column] += to - at
            if kind == RUNNING:
                who[column][detail] = who[column].get(detail, 0) + to - at
            at = to
    events, switches = [0] * COLUMNS, [0] * COLUMNS
    for i in indices:
        column = int((trace.times[i] - start) // width)
        events[column] += 1
        switches[column] += trace.events[i][3] == 0
    full = [c for c in range(COLUMNS) if events[c] or any(t[c] for t in times)]
    w = Writer()
    w.put("H", full)
    w.put("H", [cap(events[c]) for c in full])
    w.put("H", [cap(switches[c]) for c in full])
    for lane in times:
        w.put("B", [part(lane[c], width) for c in full])
    w.put("I", [max(who[c], key=who[c].get) if who[c] else NONE for c in full], 4)
    w.put("f", [latency[c] for c in full], 4)
    return 1, len(full), bytes(w.data)


def counter(trace, width, start, end, values):
    """values: (time, value) of the row's field."""
    columns = {}
    for time, value in values:
        if start <= time < end:
            columns.setdefault(int((time - start) // width), []).append(value)
    full = sorted(columns)
    if not full:
        return 0, 0, b""
    w = Writer()
    w.put("H", full)
    w.put("H", [len(columns[c]) for c in full])
    w.put("f", [min(columns[c]) for c in full], 4)
    w.put("f", [max(columns[c]) for c in full])
    w.put("f", [columns[c][-1] for c in full])
    return 3, len(full), bytes(w.data)
