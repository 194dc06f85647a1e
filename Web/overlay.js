// @ts-check
// What lies over the rows and changes with every move of the pointer: lines, markers, what is
// chosen, arrows. On a canvas of its own, so that the rows stay as they are.

import { laneOf, shapeOf } from './shape.js'
import { formatDuration } from './time.js'
import { SMALL } from './text.js'
import { Kind, NONE } from './types.js'

/** @typedef {import('./graph.js').Graph} Graph */

/** @param {CanvasRenderingContext2D} c @param {Graph} graph */
export function drawOverlay(c, graph) {
  const { app, width, height, ratio } = graph
  const { view } = app
  const { theme } = app.colours
  c.setTransform(ratio, 0, 0, ratio, 0, 0)
  c.clearRect(0, 0, width, height)
  c.textBaseline = 'middle'
  if (app.area) drawArea(c, graph, app.area)
  if (graph.rubber) {
    const [a, b] = graph.rubber
    c.fillStyle = theme.accentSoft
    c.fillRect(Math.min(a, b), 0, Math.abs(b - a), height)
    c.fillStyle = theme.accent
    c.fillRect(Math.min(a, b), 0, 1, height)
    c.fillRect(Math.max(a, b), 0, 1, height)
    label(c, graph, Math.min(a, b) + 5, 14, formatDuration(Math.abs(b - a) * view.nsPerPixel))
  }
  for (const mark of app.bookmarks) vertical(c, graph, mark.time, theme.accent, [1, 3])
  if (app.markers.A !== null) vertical(c, graph, app.markers.A, theme.markerA, [])
  if (app.markers.B !== null) vertical(c, graph, app.markers.B, theme.markerB, [])
  if (app.chosenEvent) vertical(c, graph, app.chosenEvent.time, theme.accent, [])
  if (graph.hoverBand) outline(c, graph, graph.hoverBand, theme.text, 1)
  if (app.chosenBand) outline(c, graph, app.chosenBand, theme.accent, 2)
  if (app.chosenEvent) drawChosenTick(c, graph, app.chosenEvent)
  if (app.settings.arrows) drawArrows(c, graph)
  if (app.pointer !== null) vertical(c, graph, app.pointer, theme.dim, [2, 3])
}

/**
 * @param {CanvasRenderingContext2D} c @param {Graph} g @param {number} time @param {string} colour
 * @param {number[]} dash
 */
function vertical(c, g, time, colour, dash) {
  const x = Math.round(g.app.view.x(time)) + 0.5
  if (x < 0 || x > g.width) return
  c.strokeStyle = colour
  c.lineWidth = 1
  c.setLineDash(dash)
  c.beginPath()
  c.moveTo(x, 0)
  c.lineTo(x, g.height)
  c.stroke()
  c.setLineDash([])
}

/**
 * @param {CanvasRenderingContext2D} c @param {Graph} g @param {number} x @param {number} y
 * @param {string} text
 */
function label(c, g, x, y, text) {
  const { theme } = g.app.colours
  c.font = SMALL
  const wide = c.measureText(text).width + 10
  const left = Math.min(x, g.width - wide - 2)
  c.fillStyle = theme.background
  c.strokeStyle = theme.grid
  c.beginPath()
  c.roundRect(left, y - 9, wide, 18, 4)
  c.fill()
  c.stroke()
  c.fillStyle = theme.text
  c.fillText(text, left + 5, y)
}

/** @param {CanvasRenderingContext2D} c @param {Graph} g @param {import('./app.js').Area} area */
function drawArea(c, g, area) {
  const { theme } = g.app.colours
  const x0 = g.app.view.x(area.from)
  const x1 = g.app.view.x(area.to)
  c.fillStyle = theme.area
  const ids = area.ids ? new Set(area.ids) : null
  g.eachVisible((item, top) => {
    const isHead = item.canFold && !g.app.rows.folded.has(item.id)
    if (ids ? ids.has(item.id) : !isHead) c.fillRect(x0, top, x1 - x0, item.height)
  })
  c.fillStyle = theme.accent
  c.fillRect(Math.round(x0), 0, 1, g.height)
  c.fillRect(Math.round(x1), 0, 1, g.height)
  if (x1 - x0 > 60) label(c, g, Math.max(4, x0 + 6), g.height - 14,
    formatDuration(area.to - area.from))
}

/** @param {CanvasRenderingContext2D} c @param {Graph} g @param {import('./app.js').ChosenBand} chosen
 *  @param {string} colour @param {number} width */
function outline(c, g, chosen, colour, width) {
  const item = g.app.rows.byRow.get(chosen.row)
  const top = item ? g.topOf(item) : null
  if (!item || top === null) return
  const [y, h] = laneOf(shapeOf(item, g.app.rows), chosen.band.kind, chosen.band.depth)
  const x0 = Math.max(-3, g.app.view.x(chosen.band.start))
  const x1 = Math.min(g.width + 3, g.app.view.x(chosen.band.end))
  if (x1 < x0) return
  c.strokeStyle = colour
  c.lineWidth = width
  c.beginPath()
  c.roundRect(x0 - 0.5, top + y - 0.5, Math.max(2, x1 - x0) + 1, h + 1, 2)
  c.stroke()
}

/**
 * @param {CanvasRenderingContext2D} c @param {Graph} g
 * @param {import('./app.js').ChosenEvent} event
 */
function drawChosenTick(c, g, event) {
  const item = g.app.rows.byRow.get(event.row)
  const top = item ? g.topOf(item) : null
  if (!item || top === null) return
  const x = g.app.view.x(event.time)
  const y = top + shapeOf(item, g.app.rows).tickTop
  c.fillStyle = g.app.colours.theme.accent
  c.beginPath()
  c.moveTo(x, y - 1)
  c.lineTo(x - 4, y + 5)
  c.lineTo(x + 4, y + 5)
  c.fill()
}

/**
 * Who woke the row that is pointed at or chosen, and whom it woke.
 * @param {CanvasRenderingContext2D} c @param {Graph} g
 */
function drawArrows(c, g) {
  const { app } = g
  const scene = g.scene
  if (!scene) return
  const focus = new Set()
  const chosen = app.rows.byId.get(app.chosenRow)
  for (const item of [chosen, g.hoverItem]) if (item?.type === 'task') focus.add(item.row)
  // Where pixels hold many wake-ups, a few arrows would only seem to be all.
  for (const row of focus) {
    if (scene.segments(row).some(segment => segment.found.data.kind === 1)) focus.delete(row)
  }
  if (!focus.size) return
  let count = 0
  g.eachVisible((item, top) => {
    if (item.type !== 'task') return
    scene.bands(item.row, band => {
      if (band.kind !== Kind.woken || band.detail === NONE || count > 300) return
      if (band.start < app.view.from || band.start > app.view.to) return
      if (!focus.has(item.row) && !focus.has(band.detail)) return
      const source = app.rows.byRow.get(band.detail)
      const from = source ? g.topOf(source) : null
      if (!source || from === null) return
      count++
      const s = shapeOf(source, app.rows)
      const t = shapeOf(item, app.rows)
      const y0 = from < top ? from + s.barTop + s.barHeight : from + s.barTop
      const y1 = from < top ? top + t.barTop + 4 : top + t.barTop + t.barHeight
      arrow(c, app.view.x(band.start), y0, y1, app.colours.theme.isDark ? '#43c67f' : '#178a4c')
    })
  })
}

/**
 * @param {CanvasRenderingContext2D} c @param {number} x @param {number} y0 @param {number} y1
 * @param {string} colour
 */
function arrow(c, x, y0, y1, colour) {
  const way = Math.sign(y1 - y0) || 1
  c.strokeStyle = colour
  c.fillStyle = colour
  c.lineWidth = 1.2
  c.globalAlpha = 0.85
  c.beginPath()
  c.moveTo(x, y0)
  const bend = Math.min(14, Math.abs(y1 - y0) / 4)
  c.bezierCurveTo(x - bend, y0 + way * bend, x - bend, y1 - way * bend * 1.6, x, y1 - way * 4)
  c.stroke()
  c.beginPath()
  c.moveTo(x, y1)
  c.lineTo(x - 3.5, y1 - way * 6)
  c.lineTo(x + 2.5, y1 - way * 6.5)
  c.fill()
  c.beginPath()
  c.arc(x, y0, 2, 0, 7)
  c.fill()
  c.globalAlpha = 1
}
