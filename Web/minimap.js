// @ts-check
// The whole trace in a strip: how busy the CPUs were, where the view is, what was found.

import { css } from './colours.js'
import { formatDuration } from './time.js'

/** @typedef {import('./app.js').App} App */

export class Minimap {
  /** @param {App} app @param {HTMLCanvasElement} canvas */
  constructor(app, canvas) {
    this.app = app
    this.canvas = canvas
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    this.context = context
    this.width = 0
    this.height = 0
    this.ratio = 1
    /** @type {{load: Float32Array, unknown: Float32Array, columns: number}|null} */
    this.summed = null
    this.#listen()
  }

  /** @param {number} width @param {number} height @param {number} ratio */
  resize(width, height, ratio) {
    this.width = width
    this.height = height
    this.ratio = ratio
    this.canvas.width = Math.round(width * ratio)
    this.canvas.height = Math.round(height * ratio)
  }

  /** @param {number} time */
  #x(time) {
    return time / this.app.view.duration * this.width
  }

  /** Level and tiles that hold the whole with some hundred columns. */
  #tiles() {
    const { tiles, view } = this.app
    const level = Math.max(0, Math.min(tiles.top, Math.ceil(Math.log2(view.duration / 1024))))
    const count = Math.min(8, Math.max(1, Math.ceil(view.duration / (512 * 2 ** level))))
    return { level, count }
  }

  /** @param {number[]} cpus rows */
  wish(cpus) {
    const { level, count } = this.#tiles()
    for (let tile = 0; tile < count; tile++) this.app.tiles.wish(level, tile, cpus, 1)
  }

  /** The mean load of all CPUs in each column. */
  #sum() {
    const { tiles, rows } = this.app
    const { level, count } = this.#tiles()
    const cpus = rows.cpuRows
    const columns = 512 * count
    const load = new Float32Array(columns)
    const unknown = new Float32Array(columns)
    const span = 2 ** level
    for (let tile = 0; tile < count; tile++) {
      const chain = tiles.chain(level, tile)
      for (const row of cpus) {
        const found = tiles.find(chain, row)
        if (!found) continue
        const { data } = found
        const scale = 2 ** (found.level - level)
        const base = found.tile * 512 * scale
        if (data.kind === 1) {
          for (let i = 0; i < data.count; i++) {
            const at = base + data.column[i] * scale
            for (let k = 0; k < scale; k++) {
              if (Math.floor((at + k) / 512) !== tile) continue
              load[at + k] += rows.isScheduled ? data.a[i] / 255
                : Math.min(1, Math.log2(1 + data.events[i]) / 12)
              unknown[at + k] += data.unknown[i] / 255
            }
          }
        } else if (data.kind === 2) {
          for (let i = 0; i < data.count; i++) {
            const target = data.bandKind[i] === 0 ? load : data.bandKind[i] === 9 ? unknown : null
            if (!target) continue
            const from = Math.max(data.start[i] / span, tile * 512)
            const to = Math.min(data.end[i] / span, (tile + 1) * 512)
            for (let x = Math.floor(from); x < to; x++) {
              target[x] += Math.min(to, x + 1) - Math.max(from, x)
            }
          }
        }
      }
    }
    const many = Math.max(1, cpus.length)
    for (let i = 0; i < columns; i++) {
      load[i] /= many
      unknown[i] /= many
    }
    return { load, unknown, columns: this.app.view.duration / span }
  }

  /** Counts are kept until tiles come. */
  invalidate() {
    this.summed = null
  }

  draw() {
    const { app, context: c, width, height } = this
    const { theme } = app.colours
    const { view } = app
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
    c.clearRect(0, 0, width, height)
    this.summed ??= this.#sum()
    const { load, unknown, columns } = this.summed
    const foot = height - 6
    c.fillStyle = css(theme.nobody.colour, 0.85)
    for (let x = 0; x < width; x++) {
      const from = Math.floor(x / width * columns)
      const to = Math.max(from + 1, Math.floor((x + 1) / width * columns))
      let sum = 0
      for (let i = from; i < to; i++) sum += load[i] ?? 0
      const h = sum / (to - from) * (foot - 4)
      if (h > 0) c.fillRect(x, foot - Math.max(1, h), 1, Math.max(1, h))
    }
    c.fillStyle = app.colours.hatch(c, theme.lost, 0.9)
    for (let x = 0; x < width; x++) {
      if ((unknown[Math.floor(x / width * columns)] ?? 0) > 0) c.fillRect(x, 2, 1, foot - 2)
    }
    this.#drawUnread(c)
    for (const mark of app.bookmarks) this.#line(c, mark.time, theme.accent)
    if (app.markers.A !== null) this.#line(c, app.markers.A, theme.markerA)
    if (app.markers.B !== null) this.#line(c, app.markers.B, theme.markerB)
    if (app.area) {
      c.fillStyle = theme.accentSoft
      c.fillRect(this.#x(app.area.from), 0, Math.max(1, this.#x(app.area.to - app.area.from)),
        height)
    }
    this.#drawWindow(c, view)
    if (app.strip) this.#drawHits(c, app.strip)
  }

  /**
   * What of the file is not indexed yet.
   * @param {CanvasRenderingContext2D} c
   */
  #drawUnread(c) {
    const { indexed } = this.app.trace
    if (indexed >= 1) return
    c.fillStyle = this.app.colours.hatch(c, this.app.colours.theme.sleeps, 0.5)
    c.fillRect(this.width * indexed, 0, this.width, this.height)
  }

  /** @param {CanvasRenderingContext2D} c @param {number[]} strip */
  #drawHits(c, strip) {
    const most = Math.max(1, ...strip)
    c.fillStyle = this.app.colours.theme.hit
    const each = this.width / strip.length
    strip.forEach((hits, i) => {
      if (!hits) return
      c.globalAlpha = 0.45 + 0.55 * hits / most
      c.fillRect(i * each, this.height - 5, Math.max(2, each), 5)
    })
    c.globalAlpha = 1
  }

  /** @param {CanvasRenderingContext2D} c @param {number} time @param {string} colour */
  #line(c, time, colour) {
    c.fillStyle = colour
    c.fillRect(Math.round(this.#x(time)), 0, 1.5, this.height)
  }

  /** @param {CanvasRenderingContext2D} c @param {import('./view.js').View} view */
  #drawWindow(c, view) {
    const { theme } = this.app.colours
    const left = Math.max(0, this.#x(view.from))
    const right = Math.min(this.width, this.#x(view.to))
    const seen = Math.max(3, right - left)
    const at = Math.min(left, this.width - seen)
    c.fillStyle = theme.isDark ? 'rgba(8,10,13,.55)' : 'rgba(233,236,241,.72)'
    c.fillRect(0, 0, at, this.height)
    c.fillRect(at + seen, 0, this.width, this.height)
    c.strokeStyle = theme.accent
    c.lineWidth = 1
    c.strokeRect(at + 0.5, 0.5, seen - 1, this.height - 1)
    c.fillStyle = theme.accent
    for (const x of seen > 12 ? [at - 1, at + seen - 2] : []) {
      c.beginPath()
      c.roundRect(x, this.height / 2 - 7, 3, 14, 1.5)
      c.fill()
    }
  }

  /** Dragging: an edge, the window, or a new one. */
  #listen() {
    const { canvas, app } = this
    const { view } = app
    /** @type {{what: 'left'|'right'|'move'|'new', x: number, from: number, to: number}|null} */
    let drag = null
    /** @param {number} x @returns {'left'|'right'|'move'|'new'} */
    const part = x => {
      const left = this.#x(view.from)
      const right = this.#x(view.to)
      const wide = right - left > 14
      if (wide && Math.abs(x - left) < 6) return 'left'
      if (wide && Math.abs(x - right) < 6) return 'right'
      if (view.span >= view.duration) return 'new'
      return x > left - 5 && x < right + 5 ? 'move' : 'new'
    }
    canvas.addEventListener('pointerdown', event => {
      if (event.button !== 0) return
      canvas.setPointerCapture(event.pointerId)
      drag = { what: part(event.offsetX), x: event.offsetX, from: view.from, to: view.to }
    })
    canvas.addEventListener('pointermove', event => {
      const scale = view.duration / this.width
      if (!drag) {
        const over = part(event.offsetX)
        canvas.style.cursor = over === 'move' ? 'grab' : over === 'new' ? 'crosshair' : 'ew-resize'
        canvas.title = app.time(event.offsetX * scale, 6)
        return
      }
      const by = (event.offsetX - drag.x) * scale
      switch (drag.what) {
        case 'left': view.set(Math.min(drag.from + by, drag.to - 100), drag.to); break
        case 'right': view.set(drag.from, Math.max(drag.to + by, drag.from + 100)); break
        case 'move': view.set(drag.from + by, drag.to + by); break
        default:
          if (Math.abs(event.offsetX - drag.x) > 3) {
            const a = Math.min(drag.x, event.offsetX) * scale
            const b = Math.max(drag.x, event.offsetX) * scale
            view.set(a, b)
          }
      }
    })
    canvas.addEventListener('pointerup', event => {
      if (drag?.what === 'new' && Math.abs(event.offsetX - drag.x) <= 3) {
        const time = event.offsetX / this.width * view.duration
        view.set(time - view.span / 2, time + view.span / 2, { animate: true })
      }
      drag = null
      view.rest()
    })
    canvas.addEventListener('wheel', event => {
      event.preventDefault()
      view.zoom(event.offsetX / this.width * view.duration, Math.exp(-event.deltaY * 0.002))
    }, { passive: false })
  }

  get description() {
    return `the whole trace, ${formatDuration(this.app.view.duration)}`
  }
}
