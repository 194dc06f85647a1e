// @ts-check
// A folded group: its rows as a few thin lines, those that do not live at the same time on one.

import { inkOf, edges } from './draw.js'
import { Kind, NONE } from './types.js'

/** @typedef {import('./rows.js').Item} Item */
/** @typedef {import('./draw.js').Frame} Frame */

const LINES = 8
/** Rows of a group that are drawn, and asked for. */
const MOST = 600

/** @type {WeakMap<Item, {row: number, line: number, from: number, to: number}[]>} */
const known = new WeakMap()

/** @param {Item} item @param {import('./rows.js').Rows} rows */
function placed(item, rows) {
  let places = known.get(item)
  if (places) return places
  /** @type {number[]} where each line is free again */
  const ends = []
  places = rows.rowsOf(item).map(row => {
    const task = rows.task(row)
    return { row, line: 0, from: task?.born ?? -Infinity, to: task?.gone ?? Infinity }
  }).sort((a, b) => a.from - b.from)
  for (const place of places) {
    let line = ends.findIndex(end => end <= place.from)
    if (line < 0) line = ends.length < LINES ? ends.length : LINES - 1
    place.line = line
    ends[line] = Math.max(place.to, ends[line] ?? -Infinity)
  }
  known.set(item, places)
  return places
}

/**
 * Those that live in the view.
 * @param {Item} item @param {import('./rows.js').Rows} rows @param {import('./view.js').View} view
 */
export function membersIn(item, rows, view) {
  return placed(item, rows).filter(m => m.from <= view.to && m.to >= view.from).slice(0, MOST)
}

/** @param {Frame} f @param {Item} item @param {number} top */
export function drawMembers(f, item, top) {
  const members = membersIn(item, f.rows, f.scene.view)
  if (!members.length) return
  const lines = 1 + Math.max(...members.map(m => m.line))
  const each = Math.max(2, Math.floor((item.height - 6) / Math.max(lines, 3)))
  const first = top + Math.round((item.height - each * lines) / 2)
  for (const { row, line } of members) {
    const member = f.rows.byRow.get(row)
    if (!member) continue
    const y = first + line * each
    for (const { found, from, to } of f.scene.segments(row)) {
      const { data } = found
      /** @param {number} start @param {number} end @param {number} who @param {number} alpha */
      const line = (start, end, who, alpha) => {
        const [x, w] = edges(f, Math.max(start, from), Math.min(end, to))
        if (w <= 0) return
        f.context.globalAlpha = alpha
        f.context.fillStyle = inkOf(f, member, who).fill
        f.context.fillRect(x, y, w, each - 1)
      }
      if (data.kind === 1) {
        const width = 2 ** found.level
        for (let i = 0; i < data.count; i++) {
          const start = (found.tile * 512 + data.column[i]) * width
          // As pale as the task was idle in that time.
          const part = 0.25 + 0.75 * data.a[i] / 255
          if (data.a[i]) line(start, start + width, data.who[i] ?? NONE, part)
        }
      } else if (data.kind === 2) {
        for (let i = 0; i < data.count; i++) {
          if (data.bandKind[i] === Kind.running) line(data.start[i], data.end[i], data.detail[i], 1)
        }
      }
    }
  }
  f.context.globalAlpha = 1
}
