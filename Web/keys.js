// @ts-check
// The keyboard. Keys that are held move as long as they are held.

import { keyName } from './commands.js'

/** @typedef {import('./app.js').App} App */

/** What is held, and how it moves: pan in spans a second, zoom in doublings a second. */
const HELD = new Map(Object.entries({
  w: { pan: 0, zoom: 3.2 }, s: { pan: 0, zoom: -3.2 },
  a: { pan: -0.9, zoom: 0 }, d: { pan: 0.9, zoom: 0 },
  '+': { pan: 0, zoom: 3.2 }, '=': { pan: 0, zoom: 3.2 }, '-': { pan: 0, zoom: -3.2 },
  ArrowLeft: { pan: -0.6, zoom: 0 }, ArrowRight: { pan: 0.6, zoom: 0 },
}))
/** A tap moves for so long, in ms. */
const TAP = 110

export class Keys {
  /** @type {Map<string, number>} since when */
  #held = new Map()
  /** @type {Map<string, number>} until when, for what was let go */
  #ending = new Map()
  #frame = 0
  #last = 0

  /** @param {App} app @param {import('./commands.js').Commands} commands */
  constructor(app, commands) {
    this.app = app
    this.commands = commands
    addEventListener('keydown', event => {
      document.documentElement.dataset.input = 'keys'
      this.#down(event)
    })
    addEventListener('pointerdown', () => {
      document.documentElement.dataset.input = 'pointer'
    }, { capture: true })
    addEventListener('keyup', event => this.#release(heldName(event.key)))
    addEventListener('blur', () => this.#held.clear())
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    if (event.defaultPrevented || event.isComposing) return
    const name = keyName(event)
    const { target } = event
    const isTyping = target instanceof HTMLInputElement && !/checkbox|radio/.test(target.type)
      || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    const isDialog = document.querySelector('dialog[open]') !== null
    if (isDialog) return
    if (isTyping && !/^(Ctrl\+|F\d)/.test(name)) {
      if (name === 'Escape' && target instanceof HTMLElement) target.blur()
      return
    }
    if (isTyping && /^Ctrl\+[ZYAC]$/.test(name)) return
    const isList = target instanceof Element && target.closest('[data-own-keys]') !== null
    if (isList && /^(Arrow|Page|Home|End|Enter| )/.test(name)) return
    const isButton = target instanceof HTMLButtonElement || target instanceof HTMLInputElement
    if (isButton && (name === 'Enter' || name === ' ')) return
    const held = heldName(event.key)
    if (HELD.has(held) && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey
      || held === '+' && !event.ctrlKey) {
      event.preventDefault()
      this.#press(held)
      return
    }
    const command = this.commands.forKey(name)
    if (!command) return
    event.preventDefault()
    command.run()
  }

  /** @param {string} key */
  #press(key) {
    if (this.#held.has(key)) return
    this.#held.set(key, performance.now())
    this.#ending.delete(key)
    if (this.#frame) return
    this.app.view.remember()
    this.#last = performance.now()
    this.#frame = requestAnimationFrame(() => this.#step())
  }

  /** @param {string} key */
  #release(key) {
    const since = this.#held.get(key)
    if (since === undefined) return
    this.#held.delete(key)
    if (performance.now() - since < TAP) this.#ending.set(key, since + TAP)
  }

  #step() {
    const now = performance.now()
    const seconds = Math.min(0.05, (now - this.#last) / 1000)
    this.#last = now
    let pan = 0
    let zoom = 0
    for (const [key, until] of this.#ending) if (now > until) this.#ending.delete(key)
    for (const key of [...this.#held.keys(), ...this.#ending.keys()]) {
      const speed = HELD.get(key)
      if (!speed) continue
      // Faster the longer it is held.
      const since = this.#held.get(key) ?? now
      const gain = Math.min(2, 1 + (now - since) / 1500)
      pan += speed.pan * gain
      zoom += speed.zoom * gain
    }
    const { view } = this.app
    if (zoom) {
      view.zoom(this.#about(), 2 ** (zoom * seconds))
      if (this.app.pointer !== null) this.app.emit('pointer')
    }
    if (pan) view.pan(pan * seconds * view.span)
    if (this.#held.size || this.#ending.size) {
      this.#frame = requestAnimationFrame(() => this.#step())
    } else {
      this.#frame = 0
      view.rest()
    }
  }

  /** Zooming is about the pointer, or what is chosen, or the middle. */
  #about() {
    const { view, pointer } = this.app
    for (const time of [pointer, this.app.chosenEvent?.time, this.app.chosenBand?.band.start]) {
      if (time !== null && time !== undefined && time >= view.from && time <= view.to) return time
    }
    return (view.from + view.to) / 2
  }
}

/** @param {string} key */
function heldName(key) {
  return key.length === 1 ? key.toLowerCase() : key
}
