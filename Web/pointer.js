// @ts-check
// Mouse, pen, fingers and wheel over the graph.

import { hitBand, hitTick } from './hit.js'
import { Kind } from './types.js'

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {{mode: 'pan'|'zoom'|'select', x: number, y: number, from: number, to: number,
 *   scroll: number, moved: boolean}} Drag  y is below 0 where it began on the axis */

/** Pixels that a hand may tremble in a click. */
const TREMBLE = 4

export class Pointer {
  /** @type {Drag|null} */
  #drag = null
  /** @type {Map<number, {x: number, y: number}>} fingers */
  #touches = new Map()
  /** @type {{distance: number, time: number, span: number}|null} */
  #pinch = null

  /** @param {Graph} graph @param {import('./tip.js').Tip} tip */
  constructor(graph, tip) {
    this.graph = graph
    this.app = graph.app
    this.tip = tip
    const { overlay, axis, body } = graph
    overlay.addEventListener('pointerdown', event => this.#down(event, overlay))
    overlay.addEventListener('pointermove', event => this.#move(event))
    overlay.addEventListener('pointerup', event => this.#up(event))
    overlay.addEventListener('pointercancel', () => this.#cancel())
    overlay.addEventListener('pointerleave', () => this.#leave())
    overlay.addEventListener('dblclick', event => void this.#double(event))
    overlay.addEventListener('contextmenu', event => {
      event.preventDefault()
      this.app.emit('menu', { x: event.clientX, y: event.clientY, ...this.#at(event) })
    })
    axis.addEventListener('pointerdown', event => this.#down(event, axis, 'select'))
    axis.addEventListener('pointermove', event => this.#move(event))
    axis.addEventListener('pointerup', event => this.#up(event))
    axis.addEventListener('pointerleave', () => this.#leave())
    for (const target of /** @type {HTMLElement[]} */ ([body, axis])) {
      target.addEventListener('wheel', event => this.#wheel(event), { passive: false })
    }
  }

  /** @param {PointerEvent|MouseEvent} event */
  #at(event) {
    const box = this.graph.overlay.getBoundingClientRect()
    const x = event.clientX - box.left
    const y = event.clientY - box.top
    return { px: x, py: y, time: this.app.view.time(x) }
  }

  /**
   * What a drag does with this button and these keys.
   * @param {PointerEvent} event @returns {'pan'|'zoom'|'select'}
   */
  #mode(event) {
    const habits = this.app.settings.kernelShark
    if (event.button === 1) return 'pan'
    if (event.altKey) return 'select'
    if (event.shiftKey) return habits ? 'pan' : 'zoom'
    if (this.app.tool !== 'pan') return this.app.tool
    return habits ? 'zoom' : 'pan'
  }

  /** @param {PointerEvent} event @param {HTMLElement} target @param {'select'} [mode] */
  #down(event, target, mode) {
    if (event.button > 1) return
    target.setPointerCapture(event.pointerId)
    this.graph.body.focus({ preventScroll: true })
    const { px, py } = this.#at(event)
    if (event.pointerType === 'touch') {
      this.#touches.set(event.pointerId, { x: px, y: py })
      if (this.#touches.size === 2) return this.#beginPinch()
    }
    const { view } = this.app
    this.#drag = {
      mode: mode ?? this.#mode(event), x: px, y: py, from: view.from, to: view.to,
      scroll: this.graph.scrollTop, moved: false,
    }
    if (mode) this.#drag.y = -1
    if (event.button === 1) event.preventDefault()
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { px, py, time } = this.#at(event)
    if (this.#touches.has(event.pointerId)) {
      this.#touches.set(event.pointerId, { x: px, y: py })
      if (this.#pinch) return this.#doPinch()
    }
    this.app.pointer = time
    const drag = this.#drag
    if (drag && (drag.moved || Math.hypot(px - drag.x, (drag.y < 0 ? 0 : py - drag.y)) > TREMBLE)) {
      drag.moved = true
      this.tip.hide()
      this.#dragTo(drag, px, py)
      this.app.emit('pointer')
      return
    }
    this.#hover(event, px, py)
    this.app.emit('pointer')
  }

  /** @param {Drag} drag @param {number} px @param {number} py */
  #dragTo(drag, px, py) {
    const { view } = this.app
    const { graph } = this
    if (drag.mode === 'pan') {
      graph.overlay.classList.add('grabbing')
      const by = (drag.x - px) * (drag.to - drag.from) / view.width
      view.set(drag.from + by, drag.to + by)
      graph.scrollTo(drag.scroll + drag.y - py)
    } else if (drag.mode === 'zoom') {
      graph.rubber = [drag.x, px]
      graph.redrawOverlay()
    } else {
      const a = view.time(Math.max(0, Math.min(drag.x, px)))
      const b = view.time(Math.min(view.width, Math.max(drag.x, px)))
      this.app.setArea({ from: Math.max(0, a), to: b,
        ids: drag.y < 0 ? null : this.#idsBetween(drag.y, py) }, false)
    }
  }

  /** @param {number} a @param {number} b */
  #idsBetween(a, b) {
    const low = Math.min(a, b)
    const high = Math.max(a, b)
    /** @type {string[]} */
    const ids = []
    this.graph.eachVisible((item, top) => {
      // An open group's head is not the group: its rows are there to be marked.
      const isHead = item.canFold && !this.app.rows.folded.has(item.id)
      if (top < high && top + item.height > low && !isHead) ids.push(item.id)
    })
    return ids
  }

  /** @param {PointerEvent} event */
  #up(event) {
    this.#touches.delete(event.pointerId)
    if (this.#pinch) {
      this.#pinch = null
      this.#drag = null
      return
    }
    const drag = this.#drag
    this.#drag = null
    this.graph.overlay.classList.remove('grabbing')
    if (!drag) return
    const { px, py } = this.#at(event)
    const { view } = this.app
    if (!drag.moved) {
      if (drag.y >= 0) this.#click(px, py)
      else this.app.setArea(null)
      return
    }
    if (drag.mode === 'zoom') {
      this.graph.rubber = null
      const a = view.time(Math.min(drag.x, px))
      const b = view.time(Math.max(drag.x, px))
      view.set(a, b, { animate: true })
    } else if (drag.mode === 'select' && this.app.area) {
      this.app.setArea(this.app.area)
    } else {
      view.rest()
    }
  }

  #cancel() {
    this.#drag = null
    this.#pinch = null
    this.#touches.clear()
    this.graph.rubber = null
    this.graph.redraw()
  }

  #leave() {
    if (this.#drag) return
    this.app.pointer = null
    this.graph.hoverItem = null
    this.graph.hoverBand = null
    this.tip.hide()
    this.app.emit('pointer')
  }

  /** @param {PointerEvent} event @param {number} px @param {number} py */
  #hover(event, px, py) {
    const { graph } = this
    const hit = event.currentTarget === graph.overlay ? graph.itemAt(py) : null
    graph.hoverItem = hit?.item ?? null
    graph.hoverBand = null
    if (!hit || hit.item.canFold) {
      this.tip.hide()
      return
    }
    const tick = hitTick(graph, hit.item, hit.top, px, py)
    const band = tick ? null : hitBand(graph, hit.item, hit.top, px, py)
    if (band) graph.hoverBand = { row: hit.item.row, band }
    this.tip.show(graph, hit.item, { band, tick, px }, event.clientX, event.clientY)
  }

  /** @param {number} px @param {number} py */
  #click(px, py) {
    const { graph, app } = this
    const hit = graph.itemAt(py)
    if (!hit) return
    app.chooseRow(hit.item.id)
    if (hit.item.canFold) return
    const tick = hitTick(graph, hit.item, hit.top, px, py)
    if (tick) {
      app.chooseEvent({ index: tick.index, time: tick.time, row: hit.item.row })
      return
    }
    const band = hitBand(graph, hit.item, hit.top, px, py)
    app.chooseBand(band ? { row: hit.item.row, band } : null)
  }

  /** @param {MouseEvent} event */
  async #double(event) {
    const { graph, app } = this
    const { px, py, time } = this.#at(event)
    const hit = graph.itemAt(py)
    if (!hit) return
    if (hit.item.canFold) {
      app.rows.toggleFold(hit.item.id)
      return
    }
    const band = hitBand(graph, hit.item, hit.top, px, py)
    if (band && (band.kind === Kind.woken || band.kind === Kind.preempted)) {
      app.setMarker('A', band.start)
      app.setMarker('B', band.end)
      return
    }
    app.emit('near', { time, row: hit.item.row, mark: app.settings.kernelShark })
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault()
    const { app, graph } = this
    const { px } = this.#at(event)
    const scale = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 200 : 1
    const dx = event.deltaX * scale
    const dy = event.deltaY * scale
    const isZoom = (event.ctrlKey || event.metaKey) !== app.settings.wheelZooms
    if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) {
      app.view.pan((Math.abs(dx) > Math.abs(dy) ? dx : dy) * app.view.nsPerPixel)
    } else if (isZoom) {
      const speed = app.settings.kernelShark ? 0.0005 : event.ctrlKey && Math.abs(dy) < 30
        ? 0.01 : 0.0022
      let about = app.view.time(Math.max(0, px))
      const mark = app.markers.A
      if (app.settings.kernelShark && mark !== null && mark > app.view.from && mark < app.view.to) {
        about = mark
      }
      app.view.zoom(about, Math.exp(-dy * speed))
    } else {
      graph.scrollTo(graph.scrollTop + dy)
    }
    this.tip.hide()
  }

  #beginPinch() {
    const [a, b] = [...this.#touches.values()]
    this.#drag = null
    this.#pinch = {
      distance: Math.max(10, Math.abs(a.x - b.x)),
      time: this.app.view.time((a.x + b.x) / 2), span: this.app.view.span,
    }
  }

  #doPinch() {
    const [a, b] = [...this.#touches.values()]
    const pinch = this.#pinch
    if (!pinch || !b) return
    const span = pinch.span * pinch.distance / Math.max(10, Math.abs(a.x - b.x))
    const part = (a.x + b.x) / 2 / this.app.view.width
    this.app.view.set(pinch.time - part * span, pinch.time + (1 - part) * span)
  }
}
