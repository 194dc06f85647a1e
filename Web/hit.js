// @ts-check
// What is under the pointer.

import { laneOf, shapeOf } from './shape.js'
import { Kind, NONE } from './types.js'

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {import('./rows.js').Item} Item */

/**
 * The band under a point: the smallest of those that are within two pixels.
 * @param {Graph} graph @param {Item} item @param {number} top @param {number} px @param {number} py
 * @returns {import('./types.js').Band|null}
 */
export function hitBand(graph, item, top, px, py) {
  const { app, scene } = graph
  if (!scene) return null
  const shape = shapeOf(item, app.rows)
  const reach = 2 * app.view.nsPerPixel
  const time = app.view.time(px)
  /** @type {import('./types.js').Band|null} */
  let best = null
  let bestAway = Infinity
  scene.bands(item.row, band => {
    const [y, h] = laneOf(shape, band.kind, band.depth)
    // The bar is also what lies above and below it; lanes are only themselves.
    const isBar = band.kind < Kind.hard || band.kind === Kind.lost
    if (!isBar && (py < top + y || py >= top + y + h)) return
    if (isBar && (py < top + y - 2 || py > top + y + h + (shape.laneHeight ? 12 : 3))) return
    const away = Math.max(band.start - time, time - band.end, 0)
    if (away > reach) return
    const score = away + (isBar ? 0.5 * reach : 0)
    if (score < bestAway) {
      best = band
      bestAway = score
    }
  })
  return best
}

/**
 * The event whose tick is under a point.
 * @param {Graph} graph @param {Item} item @param {number} top @param {number} px @param {number} py
 */
export function hitTick(graph, item, top, px, py) {
  const { app, scene } = graph
  const { tickTop, tickHeight } = shapeOf(item, app.rows)
  if (!scene || py < top + tickTop - 2 || py > top + tickTop + tickHeight + 3) return null
  const time = app.view.time(px)
  let best = null
  let bestAway = 5 * app.view.nsPerPixel
  for (const segment of scene.segments(item.row)) {
    const { data } = segment.found
    if (data.kind !== 2) continue
    for (let i = 0; i < data.tickTime.length; i++) {
      const away = Math.abs(data.tickTime[i] - time)
      if (away < bestAway && !app.filter.types.has(data.tickType[i])) {
        bestAway = away
        best = { time: data.tickTime[i], index: data.tickIndex[i], type: data.tickType[i] }
      }
    }
  }
  return best
}

/**
 * What columns say of the pixel at x.
 * @param {Graph} graph @param {Item} item @param {number} px
 */
export function hitColumns(graph, item, px) {
  const { app, scene } = graph
  if (!scene) return null
  const time = app.view.time(px)
  for (const segment of scene.segments(item.row)) {
    if (time < segment.from || time >= segment.to) continue
    const { data, level, tile } = segment.found
    const width = 2 ** level
    if (data.kind === 1) {
      const column = Math.floor(time / width) - tile * 512
      const wide = Math.max(1, Math.round(app.view.nsPerPixel / width))
      const sum = {
        columns: wide, width: width * wide, events: 0, switches: 0, a: 0, b: 0, c: 0, unknown: 0,
        who: NONE, latency: 0,
      }
      let most = 0
      for (let i = 0; i < data.count; i++) {
        const at = data.column[i]
        if (at < column || at >= column + wide) continue
        sum.events += data.events[i]
        sum.switches += data.switches[i]
        sum.a += data.a[i] / 255 / wide
        sum.b += data.b[i] / 255 / wide
        sum.c += data.c[i] / 255 / wide
        sum.unknown += data.unknown[i] / 255 / wide
        sum.latency = Math.max(sum.latency, data.latency[i])
        if (data.a[i] > most) {
          most = data.a[i]
          sum.who = data.who[i]
        }
      }
      return sum
    }
    if (data.kind === 3) {
      const column = Math.floor(time / width) - tile * 512
      const i = data.column.findLastIndex(at => at <= column)
      if (i >= 0) return { min: data.min[i], max: data.max[i], last: data.last[i] }
    }
  }
  return null
}
