// @ts-check
// The list of all events: as many lines as are seen are in the document, however many there are.

import { api } from './api.js'
import { byId, clamp, el, later, setText } from './dom.js'
import { Pages } from './pages.js'
import { formatCount } from './time.js'
import { NONE } from './types.js'

/** @typedef {import('./app.js').App} App */
/** @typedef {import('./types.js').EventLine} EventLine */

const LINE = 22
/** Browsers cannot scroll through more pixels than some millions. */
const HIGHEST = 6e6

/** @type {[string, string][]} */
export const COLUMNS = [
  ['index', '#'], ['cpu', 'CPU'], ['time', 'Time'], ['task', 'Task'], ['pid', 'PID'],
  ['flags', 'Flags'], ['event', 'Event'], ['info', 'Info'],
]

export class List {
  pages = new Pages()
  /** The place that is on top; a part of a line too. */
  top = 0
  /** @type {number} the chosen place, or -1 */
  chosen = -1
  /** @type {{root: HTMLElement, cells: HTMLElement[], place: number}[]} */
  #pool = []
  #scrolls = 0
  #follows = later(120, () => void this.#follow())

  /** @param {App} app @param {HTMLElement} parent */
  constructor(app, parent) {
    this.app = app
    this.head = el('div', { class: 'list-head', role: 'row' })
    this.lines = el('div', { class: 'list-lines', role: 'presentation' })
    this.spacer = el('div', { class: 'list-spacer' })
    this.bar = el('div', { class: 'list-scroll', tabindex: -1, 'aria-hidden': 'true' }, this.spacer)
    this.strip = el('canvas', { class: 'list-strip', 'aria-hidden': 'true' })
    this.grid = el('div', {
      class: 'list', role: 'grid', tabindex: 0, 'aria-label': 'Events', 'data-own-keys': '',
    }, this.head, this.lines)
    this.empty = el('p', { class: 'none', hidden: true })
    parent.append(this.grid, this.empty, this.strip, this.bar)
    this.#listen()
    this.#columns()
  }

  #listen() {
    const { app, grid, bar } = this
    this.pages.on('change', () => this.draw())
    bar.addEventListener('scroll', () => {
      if (this.#scrolls > 0) {
        this.#scrolls--
        return
      }
      this.top = bar.scrollTop / this.#scale
      this.draw(false)
    })
    grid.addEventListener('wheel', event => {
      event.preventDefault()
      const lines = event.deltaMode === 1 ? event.deltaY : event.deltaY / LINE
      this.scrollTo(this.top + lines)
    }, { passive: false })
    grid.addEventListener('keydown', event => this.#key(event))
    new ResizeObserver(() => this.draw()).observe(grid)
    app.on('event', by => { if (by !== 'list') void this.#showChosen() })
    app.on('settings', () => {
      this.#columns()
      this.draw()
    })
    app.view.on('rest', () => { if (app.settings.follow) this.#follows() })
    app.on('search', () => this.#drawStrip())
  }

  #columns() {
    const hidden = new Set(this.app.settings.hiddenColumns)
    this.head.replaceChildren(...COLUMNS.map(([id, title]) => el('span', {
      role: 'columnheader', class: `c-${id}`, hidden: hidden.has(id),
    }, title)))
    for (const line of this.#pool) {
      line.cells.forEach((cell, i) => { cell.hidden = hidden.has(COLUMNS[i][0]) })
    }
  }

  get #room() {
    return Math.max(1, Math.floor((this.grid.clientHeight - LINE - 2) / LINE))
  }

  /** Pixels of the scroll bar for a line. */
  get #scale() {
    return Math.min(LINE, HIGHEST / Math.max(1, this.pages.total))
  }

  /** @param {number} top */
  scrollTo(top) {
    this.top = clamp(top, 0, Math.max(0, this.pages.total - this.#room))
    this.draw()
  }

  /** @param {boolean} [setsBar] */
  draw(setsBar = true) {
    const { pages, app } = this
    const most = Math.max(0, pages.total - this.#room)
    this.top = clamp(this.top, 0, most)
    const height = `${Math.round(pages.total * this.#scale)}px`
    if (this.spacer.style.height !== height) this.spacer.style.height = height
    if (setsBar) {
      const wanted = Math.round(this.top * this.#scale)
      if (Math.abs(this.bar.scrollTop - wanted) > 1) {
        const before = this.bar.scrollTop
        this.bar.scrollTop = wanted
        if (this.bar.scrollTop !== before) this.#scrolls++
      }
    }
    this.grid.setAttribute('aria-rowcount', String(pages.total))
    const first = Math.floor(this.top)
    const count = Math.min(this.#room + 2, pages.total - first)
    const shift = -(this.top - first) * LINE
    for (let i = 0; i < count; i++) {
      const line = this.#pool[i] ?? this.#make()
      this.#fill(line, first + i)
      line.root.hidden = false
      line.root.style.transform = `translateY(${i * LINE + shift}px)`
    }
    for (let i = Math.max(0, count); i < this.#pool.length; i++) this.#pool[i].root.hidden = true
    const { error } = pages
    this.empty.hidden = pages.total > 0
    setText(this.empty, error ? `The filter is refused: ${error.message}`
      : pages.filter ? 'No event passes the filter.'
        : app.trace.indexed < 1 ? 'Events appear as the file is read.'
          : 'This trace has no events.')
    app.emit('list', this)
  }

  #make() {
    const hidden = new Set(this.app.settings.hiddenColumns)
    const cells = COLUMNS.map(([id]) => el('span', {
      role: 'gridcell', class: `c-${id}`, hidden: hidden.has(id),
    }))
    const swatch = el('i', { class: 'swatch', 'aria-hidden': 'true' })
    const root = el('div', { class: 'line', role: 'row', id: `line-${this.#pool.length}` },
      ...cells)
    cells[3].before(swatch)
    const line = { root, cells, swatch, place: -1 }
    root.addEventListener('pointerdown', () => this.choose(line.place))
    this.#pool.push(line)
    this.lines.append(root)
    return line
  }

  /**
   * @param {{root: HTMLElement, cells: HTMLElement[], place: number}} line @param {number} place
   */
  #fill(line, place) {
    const { app } = this
    const event = this.pages.at(place)
    line.place = place
    const isChosen = place === this.chosen
    line.root.className = `line${isChosen ? ' chosen' : ''}${event ? '' : ' waits'}${place % 2 ? ' odd' : ''}`
    line.root.setAttribute('aria-selected', String(isChosen))
    line.root.setAttribute('aria-rowindex', String(place + 1))
    if (isChosen) this.grid.setAttribute('aria-activedescendant', line.root.id)
    const type = event ? app.trace.types[event.type] : undefined
    const texts = event ? [
      formatCount(event.index), String(event.cpu), app.time(event.time), event.comm,
      String(event.pid), event.flags, type ? type.name : String(event.type), event.info,
    ] : ['', '', '…', '', '', '', '', '']
    texts.forEach((text, i) => setText(line.cells[i], text))
    const swatch = /** @type {HTMLElement} */ (line.cells[3].previousElementSibling)
    const task = event && event.row !== NONE ? app.rows.task(event.row) : null
    swatch.style.backgroundColor = task ? app.colours.task(task.tgid, task.pid).fill : 'transparent'
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const page = this.#room - 1
    const from = this.chosen < 0 ? Math.floor(this.top) : this.chosen
    const to = /** @type {Record<string, number>} */ ({
      ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + page, PageUp: from - page,
      Home: 0, End: this.pages.total - 1,
    })[event.key]
    if (to === undefined) return
    event.preventDefault()
    this.choose(clamp(to, 0, this.pages.total - 1))
  }

  /** @param {number} place */
  choose(place) {
    if (place < 0 || place >= this.pages.total) return
    this.chosen = place
    this.#reveal(place)
    const event = this.pages.at(place)
    if (event) this.#tell(event)
    else this.#waitFor(place)
  }

  /** @param {number} place */
  #waitFor(place) {
    const wait = () => {
      const event = this.pages.at(place)
      if (place !== this.chosen) return
      if (event) this.#tell(event)
      else setTimeout(wait, 30)
    }
    setTimeout(wait, 30)
  }

  /** @param {EventLine} event */
  #tell(event) {
    const row = event.row === NONE
      ? this.app.trace.cpus.find(cpu => cpu.cpu === event.cpu)?.row ?? NONE : event.row
    this.app.chooseEvent({ index: event.index, time: event.time, row }, 'list')
    if (this.app.settings.follow) this.app.view.show(event.time)
  }

  /** @param {number} place */
  #reveal(place) {
    const room = this.#room
    if (place < this.top) this.top = place
    else if (place >= this.top + room) this.top = place - room + 1
    this.draw()
  }

  /** The graph chose an event: its line comes into sight. */
  async #showChosen() {
    const event = this.app.chosenEvent
    if (!event) return
    const place = await this.pages.placeOf(event.index)
    if (this.app.chosenEvent !== event) return
    this.chosen = place
    if (place < this.top || place >= this.top + this.#room) {
      this.scrollTo(place - Math.floor(this.#room / 3))
    } else {
      this.draw()
    }
  }

  /** The graph rests elsewhere: the list shows where its left edge is. */
  async #follow() {
    const { app } = this
    if (!app.settings.follow) return
    const chosen = app.chosenEvent
    if (chosen && chosen.time >= app.view.from && chosen.time <= app.view.to) return
    if (!app.trace.events) return
    const near = await api.near(Math.max(0, Math.round(app.view.from)))
    if (!near || !app.settings.follow) return
    this.scrollTo(await this.pages.placeOf(near.index))
  }

  /** Hits beside the scroll bar. */
  #drawStrip() {
    const { strip, app } = this
    const ratio = window.devicePixelRatio || 1
    strip.hidden = !app.strip
    if (!app.strip) return
    strip.width = Math.round(strip.clientWidth * ratio)
    strip.height = Math.round(strip.clientHeight * ratio)
    const c = strip.getContext('2d')
    if (!c) return
    c.fillStyle = app.colours.theme.hit
    const each = strip.height / app.strip.length
    const most = Math.max(1, ...app.strip)
    app.strip.forEach((hits, i) => {
      c.globalAlpha = 0.25 + 0.75 * hits / most
      if (hits) c.fillRect(0, i * each, strip.width, Math.max(1.5, each))
    })
  }
}
