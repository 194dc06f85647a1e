// @ts-check
// What happened in a selected area: tables of the server's exact counts.

import { api } from './api.js'
import { writeRanges } from './decode.js'
import { el, later, saveAs } from './dom.js'
import { Table } from './table.js'
import { formatCount, formatDuration, formatPart } from './time.js'
import { Kind } from './types.js'

/** @typedef {import('./app.js').App} App */
/** @typedef {import('./types.js').Stats} Stats */
/**
 * @typedef {{id: string, title: string, count: number, table: Table<any>|null, extra?: Node}} View
 */

const KINDS = /** @type {Record<number, string>} */ ({
  [Kind.hard]: 'interrupt', [Kind.soft]: 'soft interrupt', [Kind.syscall]: 'system call',
  [Kind.function]: 'function', [Kind.pair]: 'pair',
})

export class AreaPane {
  /** @type {Stats|null} */
  stats = null
  #number = 0
  #shown = 'tasks'

  /** @param {App} app @param {import('./bottom.js').Bottom} bottom */
  constructor(app, bottom) {
    this.app = app
    this.bottom = bottom
    this.panel = bottom.add('area', 'Selection', true)
    const soon = later(120, () => void this.#ask())
    app.on('area', isDone => {
      if (!app.area) {
        bottom.setHidden('area', true)
        this.stats = null
        return
      }
      if (isDone) void this.#ask()
      else soon()
    })
  }

  /** Rows of the server, or none for all. */
  get #rows() {
    const { area, rows } = this.app
    if (!area?.ids) return undefined
    const numbers = new Set(area.ids.flatMap(id => {
      const item = rows.byId.get(id)
      return item ? rows.rowsOf(item) : []
    }))
    return numbers.size ? writeRanges(numbers) : undefined
  }

  async #ask() {
    const { area } = this.app
    if (!area) return
    const number = ++this.#number
    try {
      const stats = await api.stats(area.from, area.to, this.#rows)
      if (number !== this.#number || !this.app.area) return
      // Tasks that slept all the time would only hide the others.
      stats.tasks = stats.tasks.filter(t => t.running + t.runnable + t.blocked + t.events > 0)
      this.stats = stats
      this.draw()
      this.bottom.show('area')
    } catch (error) {
      this.app.say(String(error), true)
    }
  }

  draw() {
    const { stats, app } = this
    if (!stats) return
    const views = this.#views(stats)
    const shown = views.find(view => view.id === this.#shown && view.count)
      ?? views.find(view => view.count) ?? views[0]
    const copy = el('button', { disabled: !shown.table, onclick: () => void this.#copy(shown) },
      'Copy as CSV')
    const save = el('button', { disabled: !shown.table, onclick: () => {
      if (shown.table) saveAs(`kscope-${shown.id}.csv`, shown.table.csv, 'text/csv')
    } }, 'Save')
    const rows = app.area?.ids
    this.panel.replaceChildren(
      el('nav', { class: 'area-tabs', 'aria-label': 'Tables' },
        el('p', { class: 'area-head' }, el('b', {}, formatDuration(stats.to - stats.from)),
          el('br'), el('small', {}, `from ${app.time(stats.from)} s`), el('br'),
          el('small', {}, rows ? `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`
            : 'all rows')),
        ...views.map(view => el('button', {
          class: 'flat', 'aria-pressed': String(view === shown), disabled: !view.count,
          onclick: () => {
            this.#shown = view.id
            this.draw()
          },
        }, view.title, el('span', { class: 'count' }, formatCount(view.count))))),
      el('div', { class: 'area-body' },
        el('div', { class: 'area-tools' }, copy, save),
        shown.extra ?? '', shown.table?.element
          ?? el('p', { class: 'none' }, 'Nothing of that kind here.')))
  }

  /** @param {View} view */
  async #copy(view) {
    if (!view.table) return
    try {
      await navigator.clipboard.writeText(view.table.csv)
      this.app.say(`${view.title}: copied`)
    } catch {
      saveAs(`kscope-${view.id}.csv`, view.table.csv, 'text/csv')
    }
  }

  /** @param {Stats} stats @returns {View[]} */
  #views(stats) {
    const span = Math.max(1, stats.to - stats.from)
    return [
      this.#tasks(stats, span), this.#processes(stats, span), this.#cpus(stats, span),
      this.#latency(stats), this.#spans(stats), this.#events(stats),
    ]
  }

  /** @param {number} row */
  #goTo(row) {
    const item = this.app.rows.byRow.get(row)
    if (item) this.app.emit('go-row', item.id)
  }

  /** @template T @param {string} title @param {(item: T) => number} value @param {number} whole */
  #share(title, value, whole) {
    return [
      { title, unit: 'ns', value, text: (/** @type {T} */ item) => formatDuration(value(item)),
        part: (/** @type {T} */ item) => value(item) / whole },
      { title: '%', value: (/** @type {T} */ item) => Number((value(item) / whole * 100).toFixed(3)),
        text: (/** @type {T} */ item) => formatPart(value(item) / whole) },
    ]
  }

  /** @template T @param {string} title @param {(item: T) => number} value */
  #time(title, value) {
    return { title, unit: 'ns', value,
      text: (/** @type {T} */ item) => formatDuration(value(item)) }
  }

  /** @template T @param {string} title @param {(item: T) => number} value */
  #count(title, value) {
    return { title, value, text: (/** @type {T} */ item) => formatCount(value(item)) }
  }

  /** @param {Stats} stats @param {number} span @returns {View} */
  #tasks(stats, span) {
    const { rows } = this.app
    /** @typedef {import('./types.js').TaskStats} Task */
    const table = new Table('CPU time by task', [
      { title: 'Task', value: (/** @type {Task} */ t) => rows.task(t.row)?.comm
        ?? rows.name(t.row) },
      { title: 'PID', value: (/** @type {Task} */ t) => rows.task(t.row)?.pid ?? 0 },
      ...this.#share('Running', (/** @type {Task} */ t) => t.running, span),
      this.#time('Waits for a CPU', (/** @type {Task} */ t) => t.runnable),
      this.#time('Blocked', (/** @type {Task} */ t) => t.blocked),
      this.#time('Sleeps, unknown', (/** @type {Task} */ t) => Math.max(0,
        span - t.running - t.runnable - t.blocked)),
      this.#count('Switches', (/** @type {Task} */ t) => t.switches),
      this.#count('Wake-ups', (/** @type {Task} */ t) => t.wakeups),
      this.#count('Events', (/** @type {Task} */ t) => t.events),
    ], stats.tasks, 2, t => this.#goTo(t.row))
    return { id: 'tasks', title: 'Tasks', count: stats.tasks.length, table }
  }

  /** @param {Stats} stats @param {number} span @returns {View} */
  #processes(stats, span) {
    const { rows } = this.app
    /**
     * @type {Map<number, {name: string, tgid: number, threads: number, running: number, runnable: number, row: number}>}
     */
    const groups = new Map()
    for (const task of stats.tasks) {
      const known = rows.task(task.row)
      if (!known) continue
      const tgid = known.tgid || known.pid
      const group = groups.get(tgid) ?? {
        name: known.comm, tgid, threads: 0, running: 0, runnable: 0, row: task.row,
      }
      if (known.pid === tgid) group.name = known.comm
      group.threads++
      group.running += task.running
      group.runnable += task.runnable
      groups.set(tgid, group)
    }
    const items = [...groups.values()]
    /** @typedef {typeof items[0]} Group */
    const table = new Table('CPU time by process', [
      { title: 'Process', value: (/** @type {Group} */ g) => g.name },
      { title: 'PID', value: (/** @type {Group} */ g) => g.tgid },
      ...this.#share('Running', (/** @type {Group} */ g) => g.running, span),
      this.#time('Waits for a CPU', (/** @type {Group} */ g) => g.runnable),
      this.#count('Threads', (/** @type {Group} */ g) => g.threads),
    ], items, 2, g => this.#goTo(g.row))
    return { id: 'processes', title: 'Processes', count: items.length, table }
  }

  /** @param {Stats} stats @param {number} span @returns {View} */
  #cpus(stats, span) {
    /** @typedef {import('./types.js').CpuStats} Cpu */
    const table = new Table('CPUs', [
      { title: 'CPU', value: (/** @type {Cpu} */ c) => this.app.rows.name(c.row) },
      ...this.#share('Busy', (/** @type {Cpu} */ c) => c.busy, span),
      this.#time('Hard interrupts', (/** @type {Cpu} */ c) => c.hard),
      this.#time('Soft interrupts', (/** @type {Cpu} */ c) => c.soft),
      this.#time('Unknown', (/** @type {Cpu} */ c) => c.unknown),
      this.#count('Switches', (/** @type {Cpu} */ c) => c.switches),
      this.#count('Events', (/** @type {Cpu} */ c) => c.events),
    ], stats.cpus, 1, c => this.#goTo(c.row))
    return { id: 'cpus', title: 'CPUs', count: stats.cpus.length, table }
  }

  /** @param {import('./types.js').Place|null} place */
  #show(place) {
    if (!place) return
    const { app } = this
    const wide = Math.max(1000, place.to - place.from)
    this.#goTo(place.row)
    app.view.set(place.from - wide, place.to + wide, { animate: true })
    app.setMarker('A', place.from)
    app.setMarker('B', place.to)
  }

  /** @param {Stats} stats @returns {View} */
  #latency(stats) {
    const { latency } = stats
    const most = Math.max(1, ...latency.histogram.map(b => b.count))
    /** @typedef {import('./types.js').Bucket} Bucket */
    const table = new Table('Waits for a CPU', [
      this.#time('From', (/** @type {Bucket} */ b) => b.from),
      this.#time('To', (/** @type {Bucket} */ b) => b.to),
      { ...this.#count('Count', (/** @type {Bucket} */ b) => b.count),
        part: (/** @type {Bucket} */ b) => b.count / most },
    ], latency.histogram, 0, undefined, true)
    const numbers = /** @type {[string, number][]} */ ([['p50', latency.p50], ['p90', latency.p90],
      ['p99', latency.p99], ['max', latency.max],
        ['mean', latency.count ? latency.total / latency.count : 0]])
    const extra = el('p', { class: 'numbers' }, ...numbers.map(([name, value]) => el('span', {},
      el('small', {}, name), el('b', {}, formatDuration(value)))),
    latency.worst ? el('button', { onclick: () => this.#show(latency.worst) }, 'Go to the worst')
      : null, el('small', {}, 'from when a task was woken, or made to leave, until it ran'))
    return { id: 'latency', title: 'Waits for a CPU', count: latency.count, table, extra }
  }

  /** @param {Stats} stats @returns {View} */
  #spans(stats) {
    /** @typedef {import('./types.js').SpanStats} Span */
    const most = Math.max(1, ...stats.spans.map(s => s.total))
    const table = new Table('Spans', [
      { title: 'Name', value: (/** @type {Span} */ s) => s.name },
      { title: 'Kind', value: (/** @type {Span} */ s) => KINDS[s.kind] ?? '' },
      this.#count('Count', (/** @type {Span} */ s) => s.count),
      { ...this.#time('Total', (/** @type {Span} */ s) => s.total),
        part: (/** @type {Span} */ s) => s.total / most },
      this.#time('Self', (/** @type {Span} */ s) => s.self),
      this.#time('p50', (/** @type {Span} */ s) => s.p50),
      this.#time('p99', (/** @type {Span} */ s) => s.p99),
      this.#time('Max', (/** @type {Span} */ s) => s.max),
    ], stats.spans, 3, s => this.#show(s.worst))
    return { id: 'spans', title: 'Spans', count: stats.spans.length, table }
  }

  /** @param {Stats} stats @returns {View} */
  #events(stats) {
    const { types } = this.app.trace
    const most = Math.max(1, ...stats.events.map(e => e.count))
    /** @typedef {{type: number, count: number}} Count */
    const table = new Table('Events by name', [
      { title: 'Event', value: (/** @type {Count} */ e) => types[e.type]?.name ?? String(e.type) },
      { title: 'System', value: (/** @type {Count} */ e) => types[e.type]?.system ?? '' },
      { ...this.#count('Count', (/** @type {Count} */ e) => e.count),
        part: (/** @type {Count} */ e) => e.count / most },
    ], stats.events, 2)
    return { id: 'events', title: 'Events', count: stats.events.length, table }
  }
}
