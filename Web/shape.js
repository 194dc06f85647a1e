// @ts-check
// Where the parts of a row lie, in CSS pixels from its top.

import { BAR, LANE } from './rows.js'
import { Kind } from './types.js'

/** @typedef {import('./rows.js').Item} Item */

/**
 * @typedef {{barTop: number, barHeight: number, laneTop: number, laneHeight: number,
 *   tickTop: number, tickHeight: number, syscallTop: number, functionTop: number, pairTop: number}} Shape
 */

/** @param {Item} item @param {import('./rows.js').Rows} rows @returns {Shape} */
export function shapeOf(item, rows) {
  const isBar = !rows.isScheduled && item.type !== 'counter'
  const tickHeight = isBar ? BAR : 4
  const tickTop = isBar ? (item.type === 'cpu' ? 16 : 3) : item.height - tickHeight - 2
  if (item.type === 'counter') {
    return { barTop: 4, barHeight: item.height - 8, laneTop: 0, laneHeight: 0, tickTop,
      tickHeight, syscallTop: 0, functionTop: 0, pairTop: 0 }
  }
  const laneTop = 3
  const laneHeight = item.type === 'cpu' ? 12 : 0
  const barTop = item.type === 'cpu' ? 16 : 3
  const lanes = rows.lanes.get(item.row)
  const syscallTop = barTop + BAR + 1
  const functionTop = syscallTop + (lanes?.syscalls ?? 0) * LANE
  const pairTop = functionTop + (lanes?.functions ?? 0) * LANE
  return { barTop, barHeight: BAR, laneTop, laneHeight, tickTop, tickHeight, syscallTop,
    functionTop, pairTop }
}

/**
 * Where a band of a kind and depth lies.
 * @param {Shape} s @param {number} kind @param {number} depth @returns {[number, number]}
 */
export function laneOf(s, kind, depth) {
  switch (kind) {
    case Kind.hard:
    case Kind.soft:
      return s.laneHeight ? [s.laneTop, s.laneHeight] : [s.barTop, 5]
    case Kind.syscall: return [s.syscallTop + depth * LANE, LANE - 1]
    case Kind.function: return [s.functionTop + depth * LANE, LANE - 1]
    case Kind.pair: return [s.pairTop + depth * LANE, LANE - 1]
    default: return [s.barTop, s.barHeight]
  }
}
