// @ts-check
// Draws a row: pictures of columns where there is much in a pixel, bands where each can be seen.

import { css } from './colours.js'
import { shapeOf, laneOf } from './shape.js'
import { drawMembers } from './members.js'
import { columnsStrip, counterStrip } from './strip.js'
import { SMALL, FONT, fit, widthOf } from './text.js'
import { formatDuration } from './time.js'
import { Kind, NONE } from './types.js'

/** @typedef {import('./rows.js').Item} Item */
/** @typedef {import('./scene.js').Segment} Segment */
/** @typedef {import('./types.js').Band} Band */

/**
 * @typedef {{context: CanvasRenderingContext2D, scene: import('./scene.js').Scene,
 *   rows: import('./rows.js').Rows, colours: import('./colours.js').Colours,
 *   names: import('./tiles.js').Names, ratio: number, width: number,
 *   hiddenTypes: Set<number>, taskColour: string, deadline: number, late: boolean}} Frame
 */

/** @param {Frame} f @param {Item} item @param {number} top */
export function drawRow(f, item, top) {
  if (item.canFold) {
    if (f.rows.folded.has(item.id) && !f.rows.text) drawMembers(f, item, top)
    return
  }
  const shape = shapeOf(item, f.rows)
  for (const segment of f.scene.segments(item.row)) {
    const { data } = segment.found
    if (data.kind === 2) drawBands(f, item, shape, segment, data, top)
    else if (data.kind !== 0) drawStrip(f, item, shape, segment, top)
  }
}

/**
 * Left edge and width on whole device pixels; at least one.
 * @param {Frame} f @param {number} start @param {number} end @returns {[number, number]}
 */
export function edges(f, start, end) {
  const { view } = f.scene
  const x0 = Math.max(-4, view.x(start))
  const x1 = Math.min(f.width + 4, view.x(end))
  if (x1 < 0 || x0 > f.width || x1 < x0) return [0, 0]
  const left = Math.round(x0 * f.ratio)
  return [left / f.ratio, Math.max(1, Math.round(x1 * f.ratio) - left) / f.ratio]
}

/**
 * The colour of what runs: on a CPU's row the task's, on a task's row the CPU's.
 * @param {Frame} f @param {Item} item @param {number} who
 */
export function inkOf(f, item, who) {
  const { colours, rows } = f
  if (item.type === 'cpu' || f.taskColour === 'task') {
    const task = item.type === 'cpu' ? rows.byRow.get(who)?.task : item.task
    return task ? colours.task(task.tgid, task.pid) : colours.theme.nobody
  }
  return who === NONE ? colours.theme.nobody : colours.cpu(who)
}

/**
 * @param {Frame} f @param {Item} item @param {import('./shape.js').Shape} shape
 * @param {Segment} segment @param {number} top where it is drawn
 */
function drawStrip(f, item, shape, segment, top) {
  const { found } = segment
  const { ratio } = f
  const key = `${item.height}/${ratio}/${f.taskColour}/${f.colours.theme.isDark}`
  if (!found.strip || found.stripKey !== key) {
    if (found.strip && performance.now() > f.deadline) {
      f.late = true
    } else {
      found.drop()
      found.strip = makeStrip(f, item, shape, found)
      found.stripKey = key
    }
  }
  const { strip } = found
  if (!strip) return
  const width = 2 ** found.level
  const origin = found.tile * 512 * width
  const x0 = Math.round(f.scene.view.x(segment.from) * ratio) / ratio
  const x1 = Math.round(f.scene.view.x(segment.to) * ratio) / ratio
  const left = (segment.from - origin) / width
  const right = (segment.to - origin) / width
  const c = f.context
  c.imageSmoothingEnabled = (x1 - x0) * ratio < (right - left)
  c.drawImage(strip, left, 0, right - left, item.height * ratio, x0, top, x1 - x0, item.height)
}

/**
 * @param {Frame} f @param {Item} item @param {import('./shape.js').Shape} s
 * @param {import('./tiles.js').RowTile} found
 */
function makeStrip(f, item, s, found) {
  const { ratio } = f
  /** @param {number} n */
  const px = n => Math.round(n * ratio)
  const shape = {
    isCpu: item.type === 'cpu', isScheduled: f.rows.isScheduled, height: px(item.height), barTop: px(s.barTop),
    barHeight: px(s.barHeight), laneTop: px(s.laneTop), laneHeight: px(s.laneHeight),
    tickTop: px(s.tickTop), tickHeight: px(s.tickHeight),
    ink: (/** @type {number} */ who) => inkOf(f, item, who),
  }
  const { data } = found
  if (data.kind === 1) return columnsStrip(data, shape, f.colours)
  if (data.kind === 3) {
    const extra = f.rows.extra.find(e => e.row === item.row)
    return counterStrip(data, shape, f.colours, extra?.min ?? 0, extra?.max ?? 1)
  }
  return null
}

/**
 * @param {Frame} f @param {Item} item @param {import('./shape.js').Shape} shape
 * @param {Segment} segment @param {import('./types.js').Bands} data @param {number} top
 */
function drawBands(f, item, shape, segment, data, top) {
  const reach = Math.max(segment.last, segment.to)
  const { view } = f.scene
  for (let i = 0; i < data.count; i++) {
    const start = data.start[i]
    if (start >= segment.to || start > view.to) break
    const end = Math.min(data.end[i], reach)
    if (end <= segment.from || end < view.from || (segment.joins && start < segment.from)) continue
    const [x, w] = edges(f, start, end)
    if (w <= 0) continue
    const kind = data.bandKind[i]
    // What is narrower than a pixel gets one, but a paler one.
    const part = (end - start) / view.nsPerPixel * f.ratio
    f.context.globalAlpha = part < 1 ? Math.max(0.35, part) : 1
    const [y, h] = laneOf(shape, kind, data.depth[i])
    if (y + h > item.height) continue
    drawBand(f, item, { start, end: data.end[i], kind, depth: data.depth[i],
      detail: data.detail[i] },
      x, top + y, w, h)
  }
  f.context.globalAlpha = 1
  drawTicks(f, shape, segment, data, top)
}

/**
 * @param {Frame} f @param {Item} item @param {Band} band @param {number} x @param {number} y
 * @param {number} w @param {number} h
 */
function drawBand(f, item, band, x, y, w, h) {
  const c = f.context
  const { theme } = f.colours
  switch (band.kind) {
    case Kind.running: {
      const ink = inkOf(f, item, band.detail)
      const isCpu = item.type === 'cpu'
      const label = isCpu ? f.rows.name(band.detail) : `CPU ${band.detail}`
      filled(f, ink, x, y, w, h, label, false, isCpu ? f.rows.task(band.detail)?.comm : `${band.detail}`)
      break
    }
    case Kind.woken: wait(f, theme.woken, x, y + 4, w, h - 4, false); break
    case Kind.preempted: wait(f, theme.preempted, x, y + 4, w, h - 4, true); break
    case Kind.blocked:
      c.fillStyle = css(theme.blocked)
      c.fillRect(x, y + h - 7, w, 4)
      quiet(f, x, y, w, h - 6, `blocked${named(f, band)}`)
      break
    case Kind.sleeps:
      c.fillStyle = css(theme.sleeps)
      c.fillRect(x, y + h - 5, w, 1)
      quiet(f, x, y, w, h - 3, band.detail === NONE ? '' : f.names.get(band.detail))
      break
    case Kind.hard: filled(f, theme.hard, x, y, w, h, f.names.get(band.detail), true); break
    case Kind.soft: filled(f, theme.soft, x, y, w, h, f.names.get(band.detail), true); break
    case Kind.lost:
      c.fillStyle = f.colours.hatch(c, theme.lost, 0.9)
      c.fillRect(x, y, w, h)
      if (w > 70) {
        const text = band.detail === NONE ? 'lost events' : `${band.detail} events lost`
        c.font = FONT
        const shown = fit(c, text, w - 16)
        if (shown) {
          const wide = c.measureText(shown).width + 10
          c.fillStyle = theme.background
          c.fillRect(x + (w - wide) / 2, y + 2, wide, h - 4)
          c.fillStyle = theme.text
          c.fillText(shown, x + (w - wide) / 2 + 5, y + h / 2 + 0.5)
        }
      }
      break
    default: {
      const name = f.names.get(band.detail)
      filled(f, f.colours.name(name), x, y, w, h, name, true)
    }
  }
}

/** @param {Frame} f @param {Band} band */
const named = (f, band) => (band.detail === NONE ? '' : ` in ${f.names.get(band.detail)}`)

/**
 * @param {Frame} f @param {import('./colours.js').Ink} ink @param {number} x @param {number} y
 * @param {number} w @param {number} h @param {string} label @param {boolean} [isSmall]
 * @param {string} [short] what is written where there is no room for the label
 */
function filled(f, ink, x, y, w, h, label, isSmall = false, short = label) {
  const c = f.context
  c.fillStyle = ink.fill
  // A hair's breadth between neighbours, where they are wide enough to spare it.
  c.fillRect(x, y, w > 3 ? w - 1 / f.ratio : w, h)
  if (w < 12) return
  c.font = isSmall ? SMALL : FONT
  const left = Math.max(x, 0) + 4
  const room = Math.min(x + w, f.width) - left - 3
  const shown = widthOf(c, label) <= room ? label : fit(c, short, room)
  if (!shown) return
  c.fillStyle = ink.text
  c.fillText(shown, left, y + h / 2 + 0.5)
}

/**
 * Waiting for a CPU: a hollow box; with slanted lines where it was made to leave.
 * @param {Frame} f @param {import('./colours.js').Rgb} colour @param {number} x @param {number} y
 * @param {number} w @param {number} h @param {boolean} isPreempted
 */
function wait(f, colour, x, y, w, h, isPreempted) {
  const c = f.context
  c.fillStyle = css(colour, w < 4 ? 0.75 : 0.13)
  c.fillRect(x, y, w, h)
  if (w < 4) return
  if (isPreempted) {
    c.fillStyle = f.colours.hatch(c, colour, 0.28)
    c.fillRect(x, y, w, h)
  }
  c.strokeStyle = css(colour)
  c.lineWidth = 1
  c.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1)
  if (w < 60) return
  c.font = SMALL
  const left = Math.max(x, 0) + 5
  const room = Math.min(x + w, f.width) - left - 4
  const shown = fit(c, isPreempted ? 'preempted' : 'woken', room)
  c.fillStyle = css(colour)
  if (shown) c.fillText(shown, left, y + h / 2 + 0.5)
}

/**
 * What is written where nothing runs.
 * @param {Frame} f @param {number} x @param {number} y @param {number} w @param {number} h
 * @param {string} label
 */
function quiet(f, x, y, w, h, label) {
  if (w < 46 || !label) return
  const c = f.context
  c.font = SMALL
  const left = Math.max(x, 0) + 6
  const shown = fit(c, label, Math.min(x + w, f.width) - left - 4)
  if (!shown) return
  c.fillStyle = f.colours.theme.dim
  c.fillText(shown, left, y + h / 2 - 1)
}

/** @param {Frame} f @param {import('./shape.js').Shape} shape @param {Segment} segment
 *  @param {import('./types.js').Bands} data @param {number} top */
function drawTicks(f, shape, segment, data, top) {
  const c = f.context
  const { view } = f.scene
  c.fillStyle = css(f.colours.theme.tick, 0.7)
  const w = 1 / f.ratio
  let last = -1
  for (let i = 0; i < data.tickTime.length; i++) {
    const time = data.tickTime[i]
    if (time < segment.from || time >= segment.to) continue
    if (f.hiddenTypes.has(data.tickType[i])) continue
    const x = Math.round(view.x(time) * f.ratio) / f.ratio
    if (x < 0 || x > f.width || x === last) continue
    last = x
    c.fillRect(x, top + shape.tickTop, Math.max(w, 1), shape.tickHeight)
  }
}

/**
 * A band in words, for the pointer and for the reader of the page.
 * @param {Frame} f @param {Item} item @param {Band} band
 */
export function describeBand(f, item, band) {
  const length = formatDuration(band.end - band.start)
  const name = () => f.names.get(band.detail)
  switch (band.kind) {
    case Kind.running: return [item.type === 'cpu'
      ? f.rows.name(band.detail) : `runs on CPU ${band.detail}`, length]
    case Kind.woken: return [`woken by ${f.rows.name(band.detail)}, waits for a CPU`, length]
    case Kind.preempted: return [`left for ${f.rows.name(band.detail)}, waits for a CPU`, length]
    case Kind.blocked: return [`blocked${named(f, band)}`, length]
    case Kind.sleeps: return [`sleeps${named(f, band)}`, length]
    case Kind.hard: return [`interrupt ${name()}`, length]
    case Kind.soft: return [`soft interrupt ${name()}`, length]
    case Kind.syscall: return [`system call ${name()}`, length]
    case Kind.lost: return [band.detail === NONE ? 'events lost' : `${band.detail} events lost`,
      length]
    default: return [name(), length]
  }
}
