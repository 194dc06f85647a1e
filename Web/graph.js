// @ts-check
// The graph: keeps its canvases in step with the view, the rows and the tiles.

import { drawAxis, gridOf } from './axis.js'
import { byId, clamp } from './dom.js'
import { drawRow } from './draw.js'
import { Minimap } from './minimap.js'
import { membersIn } from './members.js'
import { drawOverlay } from './overlay.js'
import { Scene } from './scene.js'
import { NONE } from './types.js'

/** @typedef {import('./app.js').App} App */
/** @typedef {import('./rows.js').Item} Item */

/** A frame makes new pictures for so long at most, in ms; the coarser ones stay for the rest. */
const STRIP_TIME = 7
/** Rows whose coarsest tile is fetched before they are seen. */
const MOST_AHEAD = 4096

export class Graph {
  width = 0
  height = 0
  ratio = 1
  scrollTop = 0
  /** @type {Scene|null} */
  scene = null
  /** @type {Item|null} */
  hoverItem = null
  /** @type {import('./app.js').ChosenBand|null} */
  hoverBand = null
  /**
   * Edges of a drag that zooms, in pixels.
   * @type {[number, number]|null}
   */
  rubber = null
  frames = 0
  #rowsDirty = true
  #overlayDirty = true
  #asked = 0
  /** @type {number[]} */
  #ahead = []

  /** @param {App} app */
  constructor(app) {
    this.app = app
    this.body = byId('body', HTMLDivElement)
    this.canvas = byId('rows', HTMLCanvasElement)
    this.overlay = byId('overlay', HTMLCanvasElement)
    this.axis = byId('axis', HTMLCanvasElement)
    this.scroll = byId('scroll', HTMLDivElement)
    this.spacer = byId('spacer', HTMLDivElement)
    this.minimap = new Minimap(app, byId('minimap', HTMLCanvasElement))
    this.context = context2d(this.canvas, true)
    this.overlayContext = context2d(this.overlay, false)
    this.axisContext = context2d(this.axis, false)
    this.#listen()
  }

  #listen() {
    const { app } = this
    const all = () => this.redraw()
    const over = () => this.redrawOverlay()
    app.view.on('change', all)
    app.rows.on('change', () => {
      this.spacer.style.height = `${app.rows.height + app.rows.pinnedHeight}px`
      this.redraw()
    })
    app.tiles.on('loaded', () => {
      this.minimap.invalidate()
      this.redraw()
    })
    app.tiles.on('bands', ({ row, data }) => {
      if (app.rows.noteBands(row, data)) this.relayout = true
    })
    app.names.on('change', all)
    app.on('grown', () => {
      this.minimap.invalidate()
      this.redraw()
    })
    app.on('trace', () => {
      this.#ahead = app.trace.tasks.length + app.trace.cpus.length > 0
        ? [...app.rows.byRow.keys()].slice(0, MOST_AHEAD) : []
      this.minimap.invalidate()
      this.redraw()
    })
    for (const name of ['choice', 'markers', 'area', 'bookmarks', 'search', 'filter', 'settings']) {
      app.on(name, all)
    }
    app.on('pointer', over)
    this.scroll.addEventListener('scroll', () => {
      this.scrollTop = this.scroll.scrollTop
      this.redraw()
    })
    new ResizeObserver(() => this.resize()).observe(this.body)
    matchMedia('(resolution)').addEventListener?.('change', () => this.resize())
  }

  relayout = false

  resize() {
    const box = this.body.getBoundingClientRect()
    const left = this.app.settings.labelWidth
    this.ratio = Math.min(3, window.devicePixelRatio || 1)
    this.width = Math.max(50, Math.floor(box.width - left - this.scroll.offsetWidth))
    this.height = Math.max(20, Math.floor(box.height))
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.round(this.width * this.ratio)
      canvas.height = Math.round(this.height * this.ratio)
      canvas.style.width = `${this.width}px`
      canvas.style.height = `${this.height}px`
    }
    this.axis.width = Math.round(this.width * this.ratio)
    this.axis.height = Math.round(this.axis.clientHeight * this.ratio)
    this.axis.style.width = `${this.width}px`
    const map = this.minimap.canvas
    map.style.width = `${this.width}px`
    this.minimap.resize(this.width, map.clientHeight, this.ratio)
    const { view } = this.app
    view.width = this.width
    this.frame()
  }

  redraw() {
    this.#rowsDirty = true
    this.#ask()
  }

  redrawOverlay() {
    this.#overlayDirty = true
    this.#ask()
  }

  #ask() {
    if (this.#asked) return
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0
      this.frame()
    })
  }

  /** Height that is left for rows that scroll. */
  get room() {
    return Math.max(0, this.height - this.app.rows.pinnedHeight)
  }

  /**
   * Calls with each item that is seen and where its top is.
   * @param {(item: Item, top: number) => void} visit
   */
  eachVisible(visit) {
    const { rows } = this.app
    for (const item of rows.pinnedItems) visit(item, item.y)
    const bottom = this.scrollTop + this.room
    for (let i = rows.at(this.scrollTop); i < rows.items.length; i++) {
      const item = rows.items[i]
      if (item.y >= bottom) break
      visit(item, item.y - this.scrollTop + rows.pinnedHeight)
    }
  }

  /**
   * Where a row is, or null where it is not in sight.
   * @param {Item} item
   */
  topOf(item) {
    const { rows } = this.app
    if (rows.pinnedItems.includes(item)) return item.y
    if (rows.items[rows.at(item.y)] !== item) return null
    const top = item.y - this.scrollTop + rows.pinnedHeight
    return top > this.height || top + item.height < rows.pinnedHeight ? null : top
  }

  /** @param {number} y in the canvas @returns {{item: Item, top: number}|null} */
  itemAt(y) {
    /** @type {{item: Item, top: number}|null} */
    let found = null
    this.eachVisible((item, top) => {
      if (!found && y >= top && y < top + item.height) found = { item, top }
    })
    return found
  }

  /** @param {number} top */
  scrollTo(top) {
    const most = Math.max(0, this.app.rows.height - this.room)
    this.scrollTop = clamp(top, 0, most)
    this.scroll.scrollTop = this.scrollTop
    this.redraw()
  }

  /**
   * Brings a row into sight.
   * @param {Item} item
   */
  showItem(item) {
    if (this.app.rows.pinnedItems.includes(item)) return
    const room = this.room
    if (item.y < this.scrollTop) this.scrollTo(item.y - 8)
    else if (item.y + item.height > this.scrollTop + room) {
      this.scrollTo(item.y + item.height - room + 8)
    }
  }

  frame() {
    const { app } = this
    if (this.relayout) {
      this.relayout = false
      this.#layoutInPlace()
    }
    if (this.#rowsDirty || !this.scene) {
      this.#rowsDirty = false
      this.#drawAll()
    }
    this.#overlayDirty = false
    drawOverlay(this.overlayContext, this)
    this.frames++
  }

  /** Rows have grown: what is looked at stays where it is. */
  #layoutInPlace() {
    const { rows, chosenRow } = this.app
    const chosen = rows.byId.get(chosenRow)
    const isSeen = chosen && this.topOf(chosen) !== null && !rows.isPinned(chosen)
    const anchor = isSeen ? chosen : rows.items[rows.at(this.scrollTop)]
    const before = (anchor?.y ?? 0) - rows.pinnedHeight
    rows.layout()
    const by = (anchor?.y ?? 0) - rows.pinnedHeight - before
    if (by) this.scrollTo(this.scrollTop + by)
  }

  #drawAll() {
    const { app } = this
    const { tiles, view } = app
    const most = Math.max(0, app.rows.height - this.room)
    if (this.scrollTop > most) this.scrollTop = most
    tiles.beginFrame()
    tiles.abandon(view.level(tiles.top))
    const scene = new Scene(view, tiles)
    this.scene = scene
    if (app.trace.id) {
      const { seen, near } = this.#wanted()
      scene.wish(seen, near)
      this.minimap.wish(app.rows.cpuRows.slice(0, 256))
      this.#wishAhead()
    }
    tiles.endFrame()
    const isLate = this.drawRows(scene)
    drawAxis(this.axisContext, app, this.width, this.axis.clientHeight, this.ratio)
    this.minimap.draw()
    app.emit('frame', this)
    if (isLate) this.redraw()
  }

  /** Rows in sight, and those a scroll away. */
  #wanted() {
    /** @type {Set<number>} */
    const seen = new Set()
    const { rows } = this.app
    /** @param {Item} item @param {Set<number>} into */
    const add = (item, into) => {
      if (item.row !== NONE) into.add(item.row)
      else if (rows.folded.has(item.id)) {
        for (const { row } of membersIn(item, rows, this.app.view)) into.add(row)
      }
    }
    let last = 0
    this.eachVisible((item, top) => {
      last = top
      add(item, seen)
    })
    /** @type {Set<number>} */
    const near = new Set()
    if (last >= 0) {
      const first = rows.at(this.scrollTop)
      const end = rows.at(this.scrollTop + this.room)
      for (let i = first - 6; i < first; i++) if (i >= 0) add(rows.items[i], near)
      for (let i = end + 1; i < end + 8 && i < rows.items.length; i++) add(rows.items[i], near)
    }
    return { seen: [...seen], near: [...near].filter(row => !seen.has(row)) }
  }

  /** The coarsest tile of every row, bit by bit: what stands in for all others. */
  #wishAhead() {
    const { tiles } = this.app
    const chain = tiles.chain(tiles.top, 0)
    while (this.#ahead.length) {
      const part = this.#ahead.slice(0, 256)
      const missing = part.filter(row => !tiles.isFinal(tiles.find(chain, row), tiles.top))
      if (missing.length) {
        tiles.wish(tiles.top, 0, missing, 0.9)
        return
      }
      this.#ahead = this.#ahead.slice(256)
    }
  }

  /** @param {Scene} scene @param {CanvasRenderingContext2D} [c] another context, for a picture */
  drawRows(scene, c = this.context) {
    const { app } = this
    const { theme } = app.colours
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
    c.fillStyle = theme.background
    c.fillRect(0, 0, this.width, this.height)
    c.textBaseline = 'middle'
    c.fillStyle = theme.grid
    const { lines } = gridOf(app.view, app.settings.times === 'absolute' ? 160 : 120)
    for (const time of lines) c.fillRect(Math.round(app.view.x(time)), 0, 1, this.height)
    /** @type {import('./draw.js').Frame} */
    const frame = {
      context: c, scene, rows: app.rows, colours: app.colours, names: app.names,
      ratio: c === this.context ? this.ratio : 1, width: this.width,
      hiddenTypes: app.filter.onGraph ? app.filter.types : new Set(),
      taskColour: app.settings.taskColour, deadline: performance.now() + STRIP_TIME, late: false,
    }
    this.current = frame
    const { pinnedHeight } = app.rows
    let isClipped = false
    this.eachVisible((item, top) => {
      if (!isClipped && !app.rows.isPinned(item)) {
        isClipped = true
        c.save()
        c.beginPath()
        c.rect(0, pinnedHeight, this.width, this.height)
        c.clip()
      }
      if (item.canFold) {
        c.fillStyle = theme.groupBack
        c.fillRect(0, top, this.width, item.height)
      }
      if (item.id === app.chosenRow) {
        c.fillStyle = theme.selected
        c.fillRect(0, top, this.width, item.height)
      }
      drawRow(frame, item, top)
      c.fillStyle = theme.rowLine
      c.fillRect(0, top + item.height - 1, this.width, 1)
    })
    if (isClipped) c.restore()
    if (pinnedHeight) {
      c.fillStyle = theme.accentSoft
      c.fillRect(0, pinnedHeight - 2, this.width, 2)
    }
    this.#shadeOutside(c)
    return frame.late
  }

  /** @type {import('./draw.js').Frame|null} */
  current = null

  /**
   * What lies before the first event and behind the last.
   * @param {CanvasRenderingContext2D} c
   */
  #shadeOutside(c) {
    const { view, colours } = this.app
    const left = view.x(0)
    const right = view.x(view.duration)
    c.fillStyle = colours.theme.groupBack
    if (left > 0) c.fillRect(0, 0, left, this.height)
    if (right < this.width) c.fillRect(right, 0, this.width - right, this.height)
  }
}

/** @param {HTMLCanvasElement} canvas @param {boolean} isOpaque */
function context2d(canvas, isOpaque) {
  const context = canvas.getContext('2d', { alpha: !isOpaque })
  if (!context) throw new Error('this browser draws no canvas')
  return context
}
