// @ts-check
// Colours of the canvas. Tasks and CPUs differ in hue and in lightness, so that they stay apart for
// eyes that see fewer hues; states differ in shape too.

import { el } from './dom.js'

/** @typedef {{r: number, g: number, b: number}} Rgb */

/**
 * OKLCH to sRGB (Björn Ottosson's OKLab): equal steps look equal.
 * @param {number} lightness 0 to 1 @param {number} chroma @param {number} hue in degrees
 * @returns {Rgb}
 */
export function oklch(lightness, chroma, hue) {
  const a = chroma * Math.cos(hue * Math.PI / 180)
  const b = chroma * Math.sin(hue * Math.PI / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
  const [r, g, blue] = linear.map(x => {
    const y = x <= 0.0031308 ? 12.92 * x : 1.055 * Math.max(x, 0) ** (1 / 2.4) - 0.055
    return Math.round(255 * Math.min(1, Math.max(0, y)))
  })
  return { r, g, b: blue }
}

/** @param {Rgb} c @param {number} [alpha] */
export function css(c, alpha = 1) {
  return alpha === 1 ? `rgb(${c.r},${c.g},${c.b})` : `rgba(${c.r},${c.g},${c.b},${alpha})`
}

/**
 * As a canvas has it in memory on a little-endian machine.
 * @param {Rgb} c @param {number} [alpha]
 */
export function packed(c, alpha = 1) {
  return ((Math.round(alpha * 255) << 24) | (c.b << 16) | (c.g << 8) | c.r) >>> 0
}

/** @param {string} hex */
function rgb(hex) {
  const value = parseInt(hex.slice(1), 16)
  return { r: value >> 16, g: (value >> 8) & 255, b: value & 255 }
}

/** @typedef {{colour: Rgb, fill: string, text: string, packed: number}} Ink */

/** @param {Rgb} colour @returns {Ink} */
function ink(colour) {
  const light = (0.299 * colour.r + 0.587 * colour.g + 0.114 * colour.b) / 255
  return {
    colour, fill: css(colour), packed: packed(colour),
    text: light > 0.56 ? 'rgba(10,14,22,.92)' : 'rgba(255,255,255,.96)',
  }
}

/**
 * What the canvas needs of a theme.
 * @param {boolean} isDark
 */
function makeTheme(isDark) {
  /** @param {string} light @param {string} dark */
  const pick = (light, dark) => (isDark ? dark : light)
  return {
    isDark,
    background: pick('#ffffff', '#14171c'),
    rowLine: pick('#eceef2', '#20252d'),
    groupBack: pick('#f5f6f8', '#191d23'),
    selected: pick('rgba(40,98,214,.07)', 'rgba(110,160,255,.10)'),
    hovered: pick('rgba(20,30,60,.028)', 'rgba(255,255,255,.03)'),
    grid: pick('#e9ebf0', '#222831'),
    text: pick('#1c2430', '#e4e8ee'),
    dim: pick('#6a7484', '#8d98a8'),
    accent: pick('#2862d6', '#7aa7ff'),
    accentSoft: pick('rgba(40,98,214,.14)', 'rgba(122,167,255,.18)'),
    area: pick('rgba(40,98,214,.09)', 'rgba(122,167,255,.13)'),
    markerA: pick('#0e7c66', '#3fd0ae'),
    markerB: pick('#a3480f', '#f2a45c'),
    idleTick: rgb(pick('#8b95a5', '#6d7889')),
    tick: rgb(pick('#3d4858', '#aab4c2')),
    nobody: ink(rgb(pick('#b9c0cb', '#566070'))),
    woken: rgb(pick('#178a4c', '#43c67f')),
    preempted: rgb(pick('#cc2f45', '#ff7082')),
    waits: rgb(pick('#e2a23b', '#c98f2e')),
    blocked: rgb(pick('#8257b8', '#a988dd')),
    sleeps: rgb(pick('#c3cad5', '#3a424e')),
    hard: ink(rgb(pick('#d9743f', '#d97a4c'))),
    soft: ink(rgb(pick('#e8c063', '#c9a350'))),
    lost: rgb(pick('#8b95a5', '#79859a')),
    hit: pick('#b5179e', '#ff7be5'),
    counter: ink(rgb(pick('#3f7fb5', '#6fb1e6'))),
  }
}

/** @typedef {ReturnType<typeof makeTheme>} Theme */

/** Colours of tasks, CPUs and names in the theme that is on. */
export class Colours {
  /** @param {boolean} isDark */
  constructor(isDark) {
    this.theme = makeTheme(isDark)
    /** @type {Map<string, Ink>} */
    this.inks = new Map()
    /** @type {Map<string, CanvasPattern|null>} */
    this.hatches = new Map()
  }

  /** @param {string} key @param {() => Rgb} make */
  #ink(key, make) {
    let found = this.inks.get(key)
    if (!found) this.inks.set(key, found = ink(make()))
    return found
  }

  /**
   * A task's: threads of a process have hues near each other.
   * @param {number} tgid @param {number} pid
   */
  task(tgid, pid) {
    return this.#ink(`t${tgid}/${pid}`, () => {
      const process = tgid || pid
      const hue = (process * 137.508 + (pid - process) * 23) % 360
      const step = (process * 7 + (pid - process) * 5) % 4
      const lightness = (this.theme.isDark ? 0.58 : 0.64) + 0.055 * step
      return oklch(lightness, 0.105 - 0.008 * step, (hue + 360) % 360)
    })
  }

  /** @param {number} cpu */
  cpu(cpu) {
    return this.#ink(`c${cpu}`, () => {
      const lightness = (this.theme.isDark ? 0.6 : 0.63) + [0, 0.12, 0.05, 0.17][cpu % 4]
      return oklch(lightness, 0.1, (250 + cpu * 77.5) % 360)
    })
  }

  /**
   * Calls and functions.
   * @param {string} name
   */
  name(name) {
    return this.#ink(`n${name}`, () => {
      let hash = 7
      for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) | 0
      const lightness = (this.theme.isDark ? 0.46 : 0.84) + 0.04 * (Math.abs(hash >> 8) % 3)
      return oklch(lightness, 0.055, 150 + Math.abs(hash) % 130)
    })
  }

  /**
   * Slanted lines.
   * @param {CanvasRenderingContext2D} context
   * @param {Rgb} colour @param {number} alpha
   */
  hatch(context, colour, alpha) {
    const key = `${css(colour)}${alpha}`
    let pattern = this.hatches.get(key)
    if (pattern === undefined) {
      const tile = el('canvas', { width: 8, height: 8 })
      const c = tile.getContext('2d')
      if (c) {
        c.strokeStyle = css(colour, alpha)
        c.lineWidth = 1.6
        c.beginPath()
        for (const x of [-8, 0, 8]) {
          c.moveTo(x - 1, 9)
          c.lineTo(x + 9, -1)
        }
        c.stroke()
      }
      pattern = context.createPattern(tile, 'repeat')
      this.hatches.set(key, pattern ?? null)
    }
    return pattern || css(colour, alpha / 2)
  }
}
