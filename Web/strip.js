// @ts-check
// The picture of one row's columns: made once, then drawn stretched for as long as it lasts.

import { packed } from './colours.js'
import { NONE } from './types.js'

const COLUMNS = 512

/** @typedef {import('./colours.js').Colours} Colours */

/** Pictures are made on this one, and handed out. */
const canvas = new OffscreenCanvas(COLUMNS, 64)
const context = canvas.getContext('2d', { willReadFrequently: true })

/**
 * @typedef {{isCpu: boolean, isScheduled: boolean, height: number, barTop: number, barHeight: number, laneTop: number,
 *   laneHeight: number, tickTop: number, tickHeight: number,
 *   ink: (who: number) => import('./colours.js').Ink}} StripShape  all in device pixels
 */

/** @type {ImageData|null} */
let image = null
let pixels = new Uint32Array(0)

/** @param {number} height */
function blank(height) {
  if (!image || image.height !== height) {
    image = new ImageData(COLUMNS, height)
    pixels = new Uint32Array(image.data.buffer)
    canvas.height = height
  } else {
    pixels.fill(0)
  }
  return image
}

/** @param {number} x @param {number} top @param {number} height @param {number} colour */
function bar(x, top, height, colour) {
  let at = top * COLUMNS + x
  for (let i = 0; i < height; i++, at += COLUMNS) pixels[at] = colour
}

/**
 * A part of a height; what is above 0 is seen.
 * @param {number} part of 255 @param {number} height
 */
const share = (part, height) => (part === 0 ? 0 : Math.max(1, Math.round(part * height / 255)))

/**
 * @param {import('./types.js').Columns} data @param {StripShape} s @param {Colours} colours
 */
export function columnsStrip(data, s, colours) {
  const target = blank(s.height)
  const { theme } = colours
  const waits = packed(theme.waits)
  const blocked = packed(theme.blocked)
  const hard = theme.hard.packed
  const soft = theme.soft.packed
  const lost = packed(theme.lost, 0.75)
  const bottom = s.barTop + s.barHeight
  for (let i = 0; i < data.count; i++) {
    const x = data.column[i]
    const who = data.who[i]
    const run = share(data.a[i], s.barHeight)
    const colour = who === NONE ? theme.nobody.packed : s.ink(who).packed
    bar(x, bottom - run, run, colour)
    if (s.isCpu) {
      const softly = share(data.c[i], s.laneHeight)
      const hardly = share(data.b[i], s.laneHeight)
      bar(x, s.laneTop + s.laneHeight - softly, softly, soft)
      bar(x, s.laneTop + s.laneHeight - hardly, hardly, hard)
    } else {
      const waiting = Math.min(share(data.b[i], s.barHeight), s.barHeight - run)
      bar(x, bottom - run - waiting, waiting, waits)
      const stuck = Math.min(share(data.c[i], s.barHeight), s.barHeight - run - waiting)
      bar(x, bottom - run - waiting - stuck, stuck, blocked)
    }
    if (data.unknown[i]) hatchColumn(x, s.barTop, s.barHeight, data.unknown[i], lost)
    const many = data.events[i]
    if (many) {
      const alpha = Math.min(0.75, 0.16 + 0.08 * Math.log2(many))
      const height = s.isScheduled ? s.tickHeight
        : Math.round(s.tickHeight * Math.min(1, 0.15 + Math.log2(many) / 12))
      bar(x, s.tickTop + s.tickHeight - height, height, packed(theme.tick, alpha))
    }
  }
  return finish(target)
}

/**
 * Slanted lines where nobody knows.
 * @param {number} x @param {number} top @param {number} height @param {number} part
 * @param {number} colour
 */
function hatchColumn(x, top, height, part, colour) {
  if (part < 8) return
  for (let y = top; y < top + height; y++) {
    if (((x + y) & 7) < 3) pixels[y * COLUMNS + x] = colour
  }
}

/**
 * @param {import('./types.js').Counter} data @param {StripShape} s @param {Colours} colours
 * @param {number} low @param {number} high the row's whole range
 */
export function counterStrip(data, s, colours, low, high) {
  const target = blank(s.height)
  const whole = Math.max(high - Math.min(0, low), 1e-9)
  const bottom = s.barTop + s.barHeight
  const strong = colours.theme.counter.packed
  const weak = packed(colours.theme.counter.colour, 0.35)
  for (let i = 0; i < data.count; i++) {
    const y = Math.round((data.max[i] - Math.min(0, low)) / whole * s.barHeight)
    const least = Math.round((data.min[i] - Math.min(0, low)) / whole * s.barHeight)
    bar(data.column[i], bottom - y, y, weak)
    bar(data.column[i], bottom - Math.max(y, 1), Math.max(2, y - least), strong)
  }
  return finish(target)
}

/** @param {ImageData} target */
function finish(target) {
  context?.putImageData(target, 0, 0)
  return canvas.transferToImageBitmap()
}
