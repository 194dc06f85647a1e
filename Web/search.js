// @ts-check
// The search box: hits are counted while the server looks through the trace.

import { api } from './api.js'
import { byId, icon, setText } from './dom.js'
import { formatCount } from './time.js'

/** @typedef {import('./app.js').App} App */

export class Search {
  /** @type {import('./types.js').SearchState|null} */
  state = null
  #number = 0
  #isDone = false
  #generation = 0
  #steps = Promise.resolve()
  #text = byId('search-text', HTMLInputElement)
  #kind = byId('search-kind', HTMLSelectElement)
  #case = byId('search-case', HTMLButtonElement)
  #count = byId('search-count', HTMLOutputElement)
  /** What was searched, so that Enter goes on instead. */
  #searched = ''
  /** @type {() => void} */
  #stop = () => {}

  /** @param {App} app */
  constructor(app) {
    this.app = app
    const form = byId('search', HTMLFormElement)
    byId('search-back', HTMLButtonElement).append(icon('M10.500 3l-5 5 5 5z'))
    byId('search-next', HTMLButtonElement).append(icon('M5.500 3l5 5-5 5z'))
    form.addEventListener('submit', event => event.preventDefault())
    this.#text.addEventListener('keydown', event => {
      if (event.key !== 'Enter') return
      event.preventDefault()
      void this.enter(event.shiftKey ? -1 : 1)
    })
    this.#text.addEventListener('input', () => {
      this.#text.removeAttribute('aria-invalid')
      if (!this.#text.value) this.clear()
    })
    this.#case.addEventListener('click', () => {
      this.#case.setAttribute('aria-pressed', String(!this.isExact))
    })
    byId('search-back', HTMLButtonElement).addEventListener('click', () => void this.enter(-1))
    byId('search-next', HTMLButtonElement).addEventListener('click', () => void this.enter(1))
  }

  get isExact() {
    return this.#case.getAttribute('aria-pressed') === 'true'
  }

  focus() {
    this.#text.focus()
    this.#text.select()
  }

  clear() {
    this.#stop()
    this.#generation++
    this.state = null
    this.#searched = ''
    this.app.strip = null
    setText(this.#count, '')
    this.app.emit('search')
  }

  get query() {
    return {
      text: this.#text.value, kind: this.#kind.value,
      ...(this.isExact ? {} : { ignoreCase: 1 }),
    }
  }

  /**
   * Searches, or goes on to the next hit of what was searched.
   * @param {number} direction
   */
  async enter(direction) {
    const { query } = this
    if (!query.text) return this.focus()
    if (JSON.stringify(query) !== this.#searched) await this.#begin(query, direction)
    else await this.step(direction)
  }

  /** @param {{text: string, kind: string, ignoreCase?: number}} query @param {number} direction */
  async #begin(query, direction) {
    this.clear()
    if (query.kind === 'filter' && await api.filter(query.text)) return this.#failed(query)
    this.#searched = JSON.stringify(query)
    this.#isDone = false
    this.#number = 0
    const generation = this.#generation
    let stepped = false
    setText(this.#count, '…')
    this.#stop = api.search(query, state => {
      if (generation !== this.#generation) return
      this.state = state
      this.#isDone = state.done >= 1
      this.app.strip = state.strip
      this.#write()
      this.app.emit('search')
      if (!stepped && state.hits > 0 && (this.#isDone || !this.app.chosenEvent)) {
        stepped = true
        void this.step(direction)
      }
    }, () => {
      if (generation === this.#generation && !this.state) void this.#failed(query)
    })
  }

  /** @param {{text: string, kind: string}} query */
  async #failed(query) {
    const error = query.kind === 'filter' ? await api.filter(query.text)
      : await api.searchError(query)
    this.#text.setAttribute('aria-invalid', 'true')
    this.#searched = ''
    setText(this.#count, '')
    const at = error && error.position !== null ? ` (at ${error.position + 1})` : ''
    this.app.say(error ? `${'error' in error ? error.error : error.message}${at}`
      : 'The search was broken off', true)
  }

  #write() {
    const { state } = this
    if (!state) return
    const hits = formatCount(state.hits)
    const part = this.#isDone ? '' : ` · ${Math.floor(state.done * 100)}\u2009%`
    setText(this.#count, state.hits === 0 && this.#isDone ? 'none'
      : `${this.#number ? `${formatCount(this.#number)}\u2009/\u2009` : ''}${hits}${part}`)
  }

  /**
   * One step after another: a key may be pressed faster than the server answers.
   * @param {number} direction
   */
  step(direction) {
    this.#steps = this.#steps.then(() => this.#step(direction))
    return this.#steps
  }

  /** @param {number} direction */
  async #step(direction) {
    const { state, app } = this
    if (!state || state.hits === 0) return
    const from = app.chosenEvent?.index
    let hit = from === undefined ? null : await api.searchNext(state.id, from, direction)
    if (!hit) {
      hit = direction > 0 ? await this.#first(state)
        : await api.searchNext(state.id, app.trace.events, -1)
      if (hit && from !== undefined) {
        app.say(direction > 0 ? 'From the beginning again' : 'From the end again')
      }
    }
    if (!hit) return
    this.#number = hit.number
    this.#write()
    app.emit('go-event', hit)
  }

  /** @param {import('./types.js').SearchState} state */
  async #first(state) {
    const { index, time } = await api.one(state.first)
    return { index, time, number: 1, hits: state.hits }
  }
}
