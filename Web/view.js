// @ts-check
// What range of time is seen, how it got there, and the way back.

import { Emitter, clamp } from './dom.js'

/** Nothing narrower than this is shown, in ns. */
const NARROWEST = 100
const HISTORY = 200

export class View extends Emitter {
  from = 0
  to = 1e9
  duration = 1e9
  /** Of the graph, in CSS pixels. */
  width = 1000
  /** @type {import('./types.js').Range[]} */
  #past = []
  /** @type {import('./types.js').Range[]} */
  #future = []
  /** @type {import('./types.js').Range|null} The last place at which the view rested. */
  #rested = null
  #restTimer = 0
  #animation = 0
  /** Animations are off where the system asks for less motion. */
  isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches

  get span() {
    return this.to - this.from
  }

  get nsPerPixel() {
    return this.span / this.width
  }

  /** @param {number} time */
  x(time) {
    return (time - this.from) / this.nsPerPixel
  }

  /** @param {number} x */
  time(x) {
    return this.from + x * this.nsPerPixel
  }

  /**
   * The level of tiles whose columns are no wider than a pixel.
   * @param {number} top
   */
  level(top) {
    return clamp(Math.floor(Math.log2(this.nsPerPixel)), 0, top)
  }

  /** @param {number} from @param {number} to @returns {import('./types.js').Range} */
  #allowed(from, to) {
    const whole = Math.max(this.duration, NARROWEST)
    const margin = 0.04
    let span = clamp(to - from, NARROWEST, whole * (1 + 2 * margin))
    if (!Number.isFinite(span)) span = whole
    const middle = Number.isFinite(from + to) ? (from + to) / 2 : whole / 2
    const edge = span * margin
    // Half of the view may hang over an end, so that the ends can be looked at closely.
    const start = clamp(middle - span / 2, -Math.max(edge, Math.min(span / 2, whole * margin)),
      Math.max(-edge, whole - span + Math.max(edge, Math.min(span / 2, whole * margin))))
    return { from: start, to: start + span }
  }

  /**
   * @param {number} from @param {number} to
   * @param {{animate?: boolean, keep?: boolean}} [how] keep: a moment of a longer movement
   */
  set(from, to, how = {}) {
    cancelAnimationFrame(this.#animation)
    const target = this.#allowed(from, to)
    if (how.animate && !this.isCalm) {
      this.#animate(target)
      return
    }
    this.#apply(target)
  }

  /** @param {import('./types.js').Range} range */
  #apply(range) {
    if (range.from === this.from && range.to === this.to) return
    this.from = range.from
    this.to = range.to
    this.emit('change')
    clearTimeout(this.#restTimer)
    this.#restTimer = window.setTimeout(() => this.rest(), 350)
  }

  /** @param {import('./types.js').Range} target */
  #animate(target) {
    const source = { from: this.from, to: this.to }
    const began = performance.now()
    this.remember()
    const step = () => {
      const part = Math.min(1, (performance.now() - began) / 160)
      const eased = 1 - (1 - part) ** 3
      this.#apply(part === 1 ? target : {
        from: source.from + (target.from - source.from) * eased,
        to: source.to + (target.to - source.to) * eased,
      })
      if (part < 1) this.#animation = requestAnimationFrame(step)
      else this.rest()
    }
    step()
  }

  /** Where the view is now becomes a step of the history. */
  rest() {
    clearTimeout(this.#restTimer)
    this.remember()
    this.emit('rest')
  }

  remember() {
    const last = this.#rested
    const now = { from: this.from, to: this.to }
    if (last && Math.abs(last.from - now.from) < 1e-3 && Math.abs(last.to - now.to) < 1e-3) return
    if (last) {
      this.#past.push(last)
      if (this.#past.length > HISTORY) this.#past.shift()
      this.#future = []
    }
    this.#rested = now
  }

  undo() {
    this.remember()
    return this.#step(this.#past, this.#future)
  }

  redo() {
    return this.#step(this.#future, this.#past)
  }

  /** @param {import('./types.js').Range[]} source @param {import('./types.js').Range[]} other */
  #step(source, other) {
    const range = source.pop()
    if (!range) return false
    cancelAnimationFrame(this.#animation)
    other.push({ from: this.from, to: this.to })
    this.#rested = range
    this.#apply(range)
    return true
  }

  /**
   * Narrower (above 1) or wider about a time.
   * @param {number} time @param {number} factor @param {{animate?: boolean}} [how]
   */
  zoom(time, factor, how = {}) {
    const span = Math.max(this.span / factor, NARROWEST)
    const part = (time - this.from) / this.span
    this.set(time - part * span, time + (1 - part) * span, how)
  }

  /** @param {number} ns @param {{animate?: boolean}} [how] */
  pan(ns, how = {}) {
    this.set(this.from + ns, this.to + ns, how)
  }

  fit() {
    this.set(0, this.duration, { animate: true })
  }

  /**
   * Brings a time into view, without a change of scale.
   * @param {number} time
   */
  show(time) {
    const margin = this.span * 0.1
    if (time >= this.from + margin && time <= this.to - margin) return
    if (time >= this.from - this.span && time <= this.to + this.span) {
      const target = time < this.from + margin ? time - margin * 3 : time + margin * 3 - this.span
      this.set(target, target + this.span, { animate: true })
    } else {
      this.set(time - this.span / 2, time + this.span / 2)
    }
  }
}
