// @ts-check
// Pages of the list of events: those that were answered, and the filter they passed.

import { api, ApiError } from './api.js'
import { Emitter } from './dom.js'

/** @typedef {import('./types.js').EventLine} EventLine */

const PAGE = 100
const KEPT = 120

export class Pages extends Emitter {
  total = 0
  filter = ''
  /**
   * What the server said against the filter.
   * @type {ApiError|null}
   */
  error = null
  /** @type {Map<number, EventLine[]>} by number of the page, the oldest use first */
  #pages = new Map()
  /** @type {Set<number>} */
  #asked = new Set()
  #generation = 0

  /**
   * Everything is asked for anew.
   * @param {string} [filter] @param {number} [total]
   */
  reset(filter = this.filter, total = this.total) {
    if (filter !== this.filter) this.total = filter ? 0 : total
    else this.total = Math.max(total, 0)
    this.filter = filter
    this.error = null
    this.#pages.clear()
    this.#asked.clear()
    this.#generation++
    void this.#fetch(0)
  }

  /**
   * A recording went on: what was answered stays, but for the last page.
   * @param {number} total
   */
  grow(total) {
    if (this.filter || this.error) return this.reset()
    this.#pages.delete(Math.floor(this.total / PAGE))
    this.total = total
    this.emit('change')
  }

  /**
   * The event at a place of the list, or null while it is on its way.
   * @param {number} place
   */
  at(place) {
    const number = Math.floor(place / PAGE)
    const page = this.#pages.get(number)
    if (page) {
      this.#pages.delete(number)
      this.#pages.set(number, page)
      return page[place - number * PAGE] ?? null
    }
    void this.#fetch(number)
    return null
  }

  /** @param {number} number */
  async #fetch(number) {
    if (this.#asked.has(number) || this.error) return
    this.#asked.add(number)
    const generation = this.#generation
    try {
      const { total, events } = await api.events(number * PAGE, PAGE, this.filter)
      if (generation !== this.#generation) return
      this.total = total
      this.#pages.set(number, events)
      for (const key of this.#pages.keys()) {
        if (this.#pages.size <= KEPT) break
        this.#pages.delete(key)
      }
    } catch (error) {
      if (generation !== this.#generation) return
      if (error instanceof ApiError && error.status === 400) {
        this.error = error
        this.total = 0
      }
    } finally {
      this.#asked.delete(number)
    }
    this.emit('change')
  }

  /**
   * Where an event is in the list: with a filter, the first that passes and is not before it.
   * @param {number} index of all events
   */
  async placeOf(index) {
    if (!this.filter) return index
    let low = 0
    let high = this.total
    while (low < high) {
      const middle = (low + high) >> 1
      const event = this.at(middle) ?? (await api.events(middle, 1, this.filter)).events[0]
      if (!event) return low
      if (event.index < index) low = middle + 1
      else high = middle
    }
    return Math.min(low, Math.max(0, this.total - 1))
  }
}
