// @ts-check
// The time axis, and the grid that goes with it.

import { decimalsFor, formatDuration, niceStep } from './time.js'
import { FONT, SMALL, widthOf } from './text.js'

/**
 * Times of the grid's lines, and how far apart they are.
 * @param {import('./view.js').View} view @param {number} [least] distance in pixels
 */
export function gridOf(view, least = 110) {
  const step = Math.max(1, niceStep(view.nsPerPixel * least))
  const lines = []
  for (let k = Math.ceil(view.from / step); k * step <= view.to; k++) lines.push(k * step)
  return { step, lines }
}

/**
 * @param {CanvasRenderingContext2D} c @param {import('./app.js').App} app
 * @param {number} width @param {number} height @param {number} ratio
 */
export function drawAxis(c, app, width, height, ratio) {
  const { theme } = app.colours
  const { view } = app
  c.setTransform(ratio, 0, 0, ratio, 0, 0)
  c.clearRect(0, 0, width, height)
  c.textBaseline = 'middle'
  c.font = FONT
  const digits = app.settings.times === 'absolute' ? 160 : 120
  const { step, lines } = gridOf(view, digits)
  const decimals = decimalsFor(step)
  const minor = step / 5
  c.fillStyle = theme.rowLine
  for (let k = Math.ceil(view.from / minor); k * minor <= view.to; k++) {
    c.fillRect(Math.round(view.x(k * minor)), height - 4, 1, 4)
  }
  for (const time of lines) {
    const x = Math.round(view.x(time))
    c.fillStyle = theme.grid
    c.fillRect(x, 3, 1, height - 3)
    c.fillStyle = theme.text
    const label = time === 0 && app.settings.times !== 'absolute' ? '0' : app.time(time, decimals)
    const text = `${label}\u2009s`
    // A number that is cut off would be another number.
    if (x + 5 + widthOf(c, text) <= width) c.fillText(text, x + 5, 10)
  }
  drawFlags(c, app, width, height)
}

/**
 * Markers and bookmarks on the axis.
 * @param {CanvasRenderingContext2D} c @param {import('./app.js').App} app @param {number} width
 * @param {number} height
 */
function drawFlags(c, app, width, height) {
  const { theme } = app.colours
  const { view } = app
  c.font = SMALL
  for (const mark of app.bookmarks) {
    const x = Math.round(view.x(mark.time))
    if (x < -80 || x > width) continue
    flag(c, x, height, mark.name, theme.accent, theme.background)
  }
  for (const name of /** @type {const} */ (['A', 'B'])) {
    const time = app.markers[name]
    if (time === null) continue
    const x = Math.round(view.x(time))
    if (x < -20 || x > width + 20) continue
    flag(c, x, height, name, name === 'A' ? theme.markerA : theme.markerB, theme.background)
  }
  const { A, B } = app.markers
  if (A === null || B === null) return
  const left = Math.max(4, view.x(Math.min(A, B)) + 16)
  const right = Math.min(width - 4, view.x(Math.max(A, B)))
  const text = formatDuration(Math.abs(B - A))
  const wide = c.measureText(text).width + 12
  if (right - left < wide + 4) return
  const middle = (left + right) / 2
  c.strokeStyle = theme.dim
  c.beginPath()
  c.moveTo(left, height - 7.5)
  c.lineTo(right, height - 7.5)
  c.stroke()
  c.fillStyle = theme.background
  c.fillRect(middle - wide / 2, height - 15, wide, 14)
  c.fillStyle = theme.text
  c.fillText(text, middle - wide / 2 + 6, height - 7.5)
}

/** @param {CanvasRenderingContext2D} c @param {number} x @param {number} height @param {string} text
 *  @param {string} colour @param {string} ink */
function flag(c, x, height, text, colour, ink) {
  const wide = Math.max(14, c.measureText(text).width + 8)
  c.fillStyle = colour
  c.fillRect(x, height - 15, 1, 15)
  c.beginPath()
  c.roundRect(x, height - 15, wide, 13, [0, 3, 3, 0])
  c.fill()
  c.fillStyle = ink
  c.fillText(text, x + 4, height - 8)
}
