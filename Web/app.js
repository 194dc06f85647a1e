// @ts-check
// What the parts of the page share: the trace, the view, what is chosen. Parts listen to it and
// know little of one another.

import { Colours } from './colours.js'
import { Emitter } from './dom.js'
import { Rows } from './rows.js'
import { Names, TileStore } from './tiles.js'
import { formatAbsolute, formatSeconds } from './time.js'
import { View } from './view.js'

/** @typedef {{index: number, time: number, row: number}} ChosenEvent */
/** @typedef {{row: number, band: import('./types.js').Band}} ChosenBand */
/** @typedef {{from: number, to: number, ids: string[]|null}} Area  ids: of rows; null is all */
/** @typedef {{name: string, time: number}} Bookmark */

export const DEFAULTS = {
  theme: 'auto', kernelShark: false, wheelZooms: false, times: 'offset', taskColour: 'cpu',
  follow: true, arrows: true, hiddenColumns: /** @type {string[]} */ (['flags']), listHeight: 280,
  labelWidth: 232, detailWidth: 380, listOpen: true,
}

/** @typedef {typeof DEFAULTS} Settings */

const STORE = 'kscope.view'
/** How much later than another's a CPU's events may arrive, in ns. */
const LATE = 2e9

export class App extends Emitter {
  /** @type {import('./types.js').Trace} */
  trace = {
    id: '', files: [], start: '0', duration: 1, events: 0, indexed: 0, isLive: false,
    levels: { base: 14, top: 20, columns: 512 }, problems: [], hints: [], cpus: [], tasks: [],
    sources: [], types: [],
  }
  start = 0n
  view = new View()
  tiles = new TileStore()
  names = new Names()
  rows = new Rows()
  colours = new Colours(false)
  /** @type {Settings} */
  settings = { ...DEFAULTS, ...stored() }

  /**
   * Where the pointer is, or null.
   * @type {number|null}
   */
  pointer = null
  /** @type {string} the row's item */
  chosenRow = ''
  /** @type {ChosenEvent|null} */
  chosenEvent = null
  /** @type {ChosenBand|null} */
  chosenBand = null
  /** @type {{A: number|null, B: number|null}} */
  markers = { A: null, B: null }
  /** @type {Bookmark[]} */
  bookmarks = []
  /** @type {Area|null} */
  area = null
  /** @type {number[]|null} hits of the search in each 512th */
  strip = null
  /**
   * What a plain drag does.
   * @type {'pan'|'zoom'|'select'}
   */
  tool = 'pan'

  filter = {
    /** @type {Set<number>} */ types: new Set(),
    /** @type {Set<number>} rows of tasks */ tasks: new Set(),
    /** @type {Set<number>} rows of CPUs */ cpus: new Set(),
    /** In the language of `report -F`. */ text: '',
    onGraph: true, onList: true,
  }

  /** While the trace grows: whether the view stays at its end. */
  followsNow = true

  /** @param {import('./types.js').Trace} trace */
  setTrace(trace) {
    const isFirst = this.trace.id === ''
    this.trace = trace
    // Folders only where names alone would not tell recordings apart; the title's tip has them.
    const names = trace.sources.map(path => path.slice(path.lastIndexOf('/') + 1))
    if (new Set(names).size === names.length) trace.sources = names
    this.start = BigInt(trace.start)
    this.tiles.top = trace.levels.top
    this.#grow(trace, isFirst)
    this.rows.setTrace(trace)
    if (isFirst) this.view.set(0, trace.duration)
    this.emit('trace', isFirst)
  }

  /**
   * The trace has grown, or more of it is known. Rows and types come with the next `api/trace`.
   * @param {import('./types.js').Change} change
   */
  setChange(change) {
    const { trace } = this
    if (!trace.id) return
    trace.indexed = change.indexed
    trace.events = change.events
    trace.isLive = change.isLive
    trace.duration = change.duration
    this.#grow(change, false)
    this.emit('progress')
  }

  /** @param {import('./types.js').Change} now @param {boolean} isFirst */
  #grow(now, isFirst) {
    const { view, tiles } = this
    const before = view.duration
    view.duration = now.duration
    // Of a recording that goes on only the end changes; events of a CPU may come a little late.
    tiles.renew(now.id, now.isLive && now.indexed >= 1 ? now.duration - LATE : 0)
    const by = now.duration - before
    if (isFirst || !now.isLive || by <= 0) return
    if (this.followsNow) {
      if (view.from <= 0) view.set(view.from, now.duration)
      else view.set(view.from + by, view.to + by)
    }
    this.emit('grown')
  }

  /**
   * A time as it is set to be written.
   * @param {number} offset @param {number} [decimals] of a second
   */
  time(offset, decimals = 9) {
    return this.settings.times === 'absolute'
      ? formatAbsolute(this.start, offset, decimals) : formatSeconds(offset, decimals)
  }

  /** @param {Partial<Settings>} change */
  set(change) {
    Object.assign(this.settings, change)
    try {
      localStorage.setItem(STORE, JSON.stringify(this.settings))
    } catch { /* a browser may refuse: the settings last as long as the page */ }
    this.emit('settings')
  }

  /** @param {string} id */
  chooseRow(id) {
    if (this.chosenRow === id) return
    this.chosenRow = id
    this.emit('choice')
  }

  /** @param {ChosenEvent|null} event @param {'list'|'graph'} [by] who chose it */
  chooseEvent(event, by = 'graph') {
    this.chosenEvent = event
    if (event) this.chosenBand = null
    this.emit('choice')
    this.emit('event', by)
  }

  /** @param {ChosenBand|null} band */
  chooseBand(band) {
    this.chosenBand = band
    if (band) this.chosenEvent = null
    this.emit('choice')
    this.emit('band')
  }

  /**
   * What of a range is in the trace. It ends before its end: the last event's own nanosecond
   * belongs to a range that reaches there.
   * @param {number} from @param {number} to
   */
  within(from, to) {
    const { duration } = this.trace
    return { from: Math.max(0, from), to: to >= duration ? duration + 1 : to }
  }

  /** @param {Area|null} area @param {boolean} [isDone] the drag has ended */
  setArea(area, isDone = true) {
    this.area = area && { ids: area.ids, ...this.within(area.from, area.to) }
    this.emit('area', isDone)
  }

  /** @param {'A'|'B'} name @param {number|null} time */
  setMarker(name, time) {
    this.markers[name] = time
    this.emit('markers')
  }

  /** The time that actions are about: of the pointer, what is chosen, or the middle. */
  get focusTime() {
    return this.pointer ?? this.chosenEvent?.time ?? this.chosenBand?.band.start
      ?? (this.view.from + this.view.to) / 2
  }

  /** The server's number of the chosen row. */
  get chosenNumber() {
    return this.rows.byId.get(this.chosenRow)?.row
  }

  /**
   * Says something at the foot of the page for a while.
   * @param {string} text @param {boolean} [isError]
   */
  say(text, isError = false) {
    this.emit('say', { text, isError })
  }
}

/** @returns {Partial<Settings>} */
function stored() {
  try {
    const value = JSON.parse(localStorage.getItem(STORE) ?? '{}')
    return value && typeof value === 'object' ? value : {}
  } catch {
    return {}
  }
}
