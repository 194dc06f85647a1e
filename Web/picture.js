// @ts-check
// The graph as it is seen, saved as a picture: pixels or lines.

import { drawAxis } from './axis.js'
import { css } from './colours.js'
import { saveAs } from './dom.js'
import { drawOverlay } from './overlay.js'
import { SvgContext } from './svg.js'
import { FONT, fit } from './text.js'

/** @typedef {import('./graph.js').Graph} Graph */

const FOOT = 24

/** @param {Graph} graph */
function sizes(graph) {
  const labels = graph.app.settings.labelWidth
  const axis = graph.axis.clientHeight
  return { labels, axis, width: labels + graph.width, height: axis + graph.height + FOOT }
}

/**
 * The names beside the rows, and what the picture is of.
 * @param {CanvasRenderingContext2D} c @param {Graph} graph
 */
function drawNames(c, graph) {
  const { app } = graph
  const { theme } = app.colours
  const { labels, axis, width, height } = sizes(graph)
  c.textBaseline = 'middle'
  graph.eachVisible((item, top) => {
    const y = axis + top
    if (y + item.height > axis + graph.height + item.height) return
    c.fillStyle = item.canFold ? theme.groupBack : theme.background
    c.fillRect(0, y, labels, item.height)
    c.fillStyle = theme.rowLine
    c.fillRect(0, y + item.height - 1, labels, 1)
    const ink = item.cpu ? app.colours.cpu(item.cpu.cpu)
      : item.task ? app.colours.task(item.task.tgid, item.task.pid) : null
    const left = 8 + item.level * 14
    if (ink) {
      c.fillStyle = css(ink.colour)
      c.fillRect(left, y + item.height / 2 - 4, 8, 8)
    }
    c.font = item.canFold ? FONT.replace('11px', 'bold 12px') : FONT.replace('11px', '12px')
    c.fillStyle = theme.text
    c.fillText(fit(c, `${item.label}  ${item.note}`, labels - left - 18), left + 14, y
      + item.height / 2)
  })
  c.fillStyle = theme.grid
  c.fillRect(labels - 1, 0, 1, axis + graph.height)
  c.fillStyle = theme.background
  c.fillRect(0, axis + graph.height, width, FOOT)
  c.fillStyle = theme.dim
  c.font = FONT
  const text = `${app.trace.sources.join(', ')}  ·  ${app.time(app.view.from)} – ${app.time(app.view.to)} s  ·  kscope`
  c.fillText(fit(c, text, width - 20), 10, height - FOOT / 2)
}

/** @param {Graph} graph @returns {Promise<Blob>} */
export function pngOf(graph) {
  const { ratio } = graph
  const { labels, axis, width, height } = sizes(graph)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const c = canvas.getContext('2d')
  if (!c) throw new Error('this browser draws no canvas')
  c.fillStyle = graph.app.colours.theme.background
  c.fillRect(0, 0, canvas.width, canvas.height)
  c.drawImage(graph.axis, labels * ratio, 0)
  c.drawImage(graph.canvas, labels * ratio, axis * ratio)
  c.drawImage(graph.overlay, labels * ratio, axis * ratio)
  c.setTransform(ratio, 0, 0, ratio, 0, 0)
  c.save()
  drawNames(c, graph)
  c.restore()
  return new Promise((resolve, reject) => canvas.toBlob(
    blob => (blob ? resolve(blob) : reject(new Error('the picture is too large'))), 'image/png'))
}

/** @param {Graph} graph */
export function svgOf(graph) {
  const svg = new SvgContext()
  const c = /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (svg))
  const { app } = graph
  const { labels, axis, width, height } = sizes(graph)
  c.fillStyle = app.colours.theme.background
  c.fillRect(0, 0, width, height)
  svg.group(`transform="translate(${labels} 0)"`, () => drawAxis(c, app, graph.width, axis, 1))
  svg.parts.push(`<clipPath id="rows"><path d="M0 0h${graph.width}v${graph.height}H0z"/></clipPath>`)
  svg.group(`transform="translate(${labels} ${axis})" clip-path="url(#rows)"`, () => {
    if (graph.scene) graph.drawRows(graph.scene, c)
    drawOverlay(c, graph)
  })
  drawNames(c, graph)
  return svg.document(width, height, css(app.colours.theme.lost))
}

/** @param {Graph} graph @param {import('./commands.js').Commands} commands */
export function addPictures(graph, commands) {
  const { app } = graph
  const name = () => (app.trace.sources[0] ?? 'trace').replace(/[^\w.-]/g, '_')
  commands.add('Session', [
    ['save-png', 'Save the graph as a picture (PNG)', [], async () => {
      saveAs(`${name()}.png`, await pngOf(graph))
    }],
    ['save-svg', 'Save the graph as a drawing (SVG)', [], () => {
      saveAs(`${name()}.svg`, svgOf(graph), 'image/svg+xml')
    }],
  ])
}
