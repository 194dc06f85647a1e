// @ts-check
// The filters' pane: ticks for events, tasks and CPUs, and an expression; for the list, the graph,
// or both.

import { api } from './api.js'
import { composeFilter } from './compose.js'
import { byId, el, later, setText } from './dom.js'
import { Expression } from './expression.js'
import { formatCount } from './time.js'

/** @typedef {import('./app.js').App} App */
/** @typedef {{key: number, label: string, note: string, count: number|null}} Entry */

const MOST = 400

/** Ticks of one kind. */
class Ticks {
  text = ''

  /**
   * @param {string} title @param {Set<number>} hidden @param {() => Entry[]} entries
   * @param {() => void} changed
   */
  constructor(title, hidden, entries, changed) {
    this.hidden = hidden
    this.entries = entries
    this.changed = changed
    this.summary = el('span', { class: 'count' })
    this.box = el('div', { class: 'ticks' })
    const search = el('input', { type: 'search', placeholder: `Find ${title.toLowerCase()}`,
      spellcheck: 'false', 'aria-label': `Find ${title.toLowerCase()}` })
    search.addEventListener('input', () => {
      this.text = search.value.toLowerCase()
      this.draw()
    })
    /** @param {string} name @param {boolean} isShown */
    const all = (name, isShown) => el('button', { onclick: () => {
      for (const entry of this.#found()) {
        if (isShown) hidden.delete(entry.key)
        else hidden.add(entry.key)
      }
      this.draw()
      changed()
    } }, name)
    this.element = el('details', { class: 'tick-group', open: title === 'Events' },
      el('summary', {}, title, this.summary),
      el('div', { class: 'tick-tools' }, search, all('All', true), all('None', false)), this.box)
    this.element.addEventListener('toggle', () => this.draw())
  }

  #found() {
    return this.entries().filter(entry => !this.text
      || `${entry.note} ${entry.label}`.toLowerCase().includes(this.text))
  }

  draw() {
    const all = this.entries()
    setText(this.summary, this.hidden.size
      ? `${formatCount(all.length - this.hidden.size)} of ${formatCount(all.length)}`
        : formatCount(all.length))
    if (!this.element.open) return
    const found = this.#found()
    this.box.replaceChildren(...found.slice(0, MOST).map(entry => {
      const tick = el('input', { type: 'checkbox' })
      tick.checked = !this.hidden.has(entry.key)
      tick.addEventListener('change', () => {
        if (tick.checked) this.hidden.delete(entry.key)
        else this.hidden.add(entry.key)
        this.changed()
        setText(this.summary,
          `${formatCount(all.length - this.hidden.size)} of ${formatCount(all.length)}`)
      })
      const only = el('button', { class: 'only', onclick: (/** @type {Event} */ event) => {
        event.preventDefault()
        for (const other of this.entries()) this.hidden.add(other.key)
        this.hidden.delete(entry.key)
        this.draw()
        this.changed()
      } }, 'only')
      return el('label', { class: 'tick' }, tick, el('span', { class: 'tick-name' }, entry.label),
        el('small', {}, entry.note), only,
        el('span', { class: 'count' }, entry.count === null ? '' : formatCount(entry.count)))
    }))
    if (found.length > MOST) {
      this.box.append(el('p', { class: 'none' },
        `… and ${formatCount(found.length - MOST)} more: find them by name`))
    }
  }
}

export class Filters {
  /** @type {Map<string, number>|null} counts of what is seen */
  #seen = null

  /** @param {App} app @param {import('./pages.js').Pages} pages */
  constructor(app, pages) {
    this.app = app
    this.pages = pages
    const { filter } = app
    const changed = () => this.#changed()
    /** @param {string} kind @param {number} key @param {number|null} whole */
    const count = (kind, key, whole) => (this.#seen ? this.#seen.get(`${kind}${key}`) ?? 0 : whole)
    this.groups = [
      new Ticks('Events', filter.types, () => app.trace.types.map(type => ({
        key: type.type, label: type.name, note: type.system,
        count: count('e', type.type, type.count),
      })), changed),
      new Ticks('Tasks', filter.tasks, () => app.trace.tasks.map(task => ({
        key: task.row, label: task.comm, note: String(task.pid),
        count: count('t', task.row, task.events),
      })).sort((a, b) => (b.count ?? 0) - (a.count ?? 0)), changed),
      new Ticks('CPUs', filter.cpus, () => app.trace.cpus.map(cpu => ({
        key: cpu.row, label: `CPU ${cpu.cpu}`, note: app.trace.sources[cpu.source] ?? '',
        count: count('c', cpu.row, cpu.events),
      })), changed),
    ]
    this.expression = new Expression(app, text => {
      filter.text = text
      this.#changed()
    })
    this.element = byId('drawer', HTMLElement)
    this.#build()
    const recount = later(300, () => void this.#count())
    app.view.on('rest', () => { if (!this.element.hidden) recount() })
    app.on('trace', () => this.draw())
    app.on('filter', () => this.apply())
  }

  #build() {
    const { filter } = this.app
    /** @param {'onGraph'|'onList'} name @param {string} title */
    const target = (name, title) => {
      const tick = el('input', { type: 'checkbox' })
      tick.checked = filter[name]
      tick.addEventListener('change', () => {
        filter[name] = tick.checked
        this.#changed()
      })
      return el('label', {}, tick, title)
    }
    const close = el('button', { class: 'flat', 'aria-label': 'Close',
      onclick: () => this.toggle(false) }, '×')
    const clear = el('button', { onclick: () => this.clear() }, 'Clear all')
    this.shown = el('code', { class: 'composed' })
    this.element.append(
      el('header', {}, el('h2', {}, 'Filters'), clear, close),
      el('p', { class: 'targets' }, 'Apply to ', target('onList', 'list'),
        target('onGraph', 'graph')),
      el('h3', {}, 'Expression'), this.expression.element,
      el('p', { class: 'hint' }, 'As for kscope report -F. Enter applies it, Tab completes.'),
      ...this.groups.map(group => group.element),
      el('p', { class: 'hint' }, 'Counts are of what is seen. In all, as one filter:'), this.shown)
  }

  /** @param {boolean} [isOpen] */
  toggle(isOpen = this.element.hidden) {
    this.element.hidden = !isOpen
    if (!isOpen) return byId('body', HTMLDivElement).focus()
    this.draw()
    void this.#count()
    this.expression.input.focus()
  }

  clear() {
    const { filter } = this.app
    filter.types.clear()
    filter.tasks.clear()
    filter.cpus.clear()
    filter.text = ''
    this.#changed()
  }

  draw() {
    if (this.element.hidden) return
    for (const group of this.groups) group.draw()
  }

  #changed() {
    this.app.emit('filter')
  }

  /** What is hidden, as one text for the server. */
  get composed() {
    const { trace, filter } = this.app
    return composeFilter({
      types: trace.types, hiddenTypes: filter.types, text: filter.text,
      cpus: trace.cpus.map(cpu => cpu.cpu),
      hiddenCpus: trace.cpus.filter(cpu => filter.cpus.has(cpu.row)).map(cpu => cpu.cpu),
      pids: trace.tasks.map(task => task.pid),
      hiddenPids: trace.tasks.filter(task => filter.tasks.has(task.row)).map(task => task.pid),
    })
  }

  apply() {
    const { app } = this
    const { filter, rows } = app
    const text = this.composed
    this.expression.setText(filter.text)
    if (this.shown) setText(this.shown, text || '(none)')
    const forList = filter.onList ? text : ''
    if (forList !== this.pages.filter) this.pages.reset(forList, app.trace.events)
    /** @type {Set<string>} */
    const hidden = new Set()
    if (filter.onGraph) {
      for (const row of filter.tasks) hidden.add(`task:${row}`)
      for (const row of filter.cpus) hidden.add(`cpu:${row}`)
    }
    rows.filtered = hidden
    rows.layout()
    this.draw()
    byId('tool-filters', HTMLButtonElement).setAttribute('aria-pressed', String(text !== ''))
  }

  /** Counts of what is in the view. */
  async #count() {
    const { from, to } = this.app.within(this.app.view.from, this.app.view.to)
    try {
      const stats = await api.stats(from, to)
      this.#seen = new Map([
        ...stats.events.map(e => /** @type {[string, number]} */ ([`e${e.type}`, e.count])),
        ...stats.tasks.map(t => /** @type {[string, number]} */ ([`t${t.row}`, t.events])),
        ...stats.cpus.map(c => /** @type {[string, number]} */ ([`c${c.row}`, c.events])),
      ])
    } catch {
      this.#seen = null
    }
    this.draw()
  }
}
