// @ts-check
// What a person made of the page, in its address and in a file: view, rows, filters, markers.

import { el, later, saveAs } from './dom.js'

/** @typedef {import('./app.js').App} App */

const VERSION = 1

/**
 * What is kept; what is as at first is left out, so that addresses stay short.
 * @typedef {{v: number, from?: number, to?: number, row?: string, fold?: string[], hide?: string[],
 *   pin?: string[], order?: Record<string, string[]>, text?: string,
 *   extra?: Record<string, string>[], types?: number[], tasks?: number[], cpus?: number[],
 *   filter?: string, onGraph?: boolean, onList?: boolean, A?: number, B?: number,
 *   marks?: [string, number][], area?: import('./app.js').Area, event?: number}} Session
 */

/** @param {App} app @returns {Session} */
export function takeSession(app) {
  const { rows, filter, markers, view } = app
  /** @type {Session} */
  const session = { v: VERSION, from: Math.round(view.from), to: Math.round(view.to) }
  /**
   * @template {keyof Session} K
   * @param {K} key @param {Session[K]} value @param {boolean} isKept
   */
  const keep = (key, value, isKept) => {
    if (isKept) session[key] = value
  }
  keep('row', app.chosenRow, app.chosenRow !== '')
  keep('fold', [...rows.folded], rows.folded.size > 0)
  keep('hide', [...rows.hidden], rows.hidden.size > 0)
  keep('pin', rows.pinned, rows.pinned.length > 0)
  keep('order', rows.order, Object.keys(rows.order).length > 0)
  keep('text', rows.text, rows.text !== '')
  keep('extra', rows.extra.map(extra => extra.query), rows.extra.length > 0)
  keep('types', [...filter.types], filter.types.size > 0)
  keep('tasks', [...filter.tasks], filter.tasks.size > 0)
  keep('cpus', [...filter.cpus], filter.cpus.size > 0)
  keep('filter', filter.text, filter.text !== '')
  keep('onGraph', false, !filter.onGraph)
  keep('onList', false, !filter.onList)
  if (markers.A !== null) session.A = Math.round(markers.A)
  if (markers.B !== null) session.B = Math.round(markers.B)
  /** @type {[string, number][]} */
  const marks = app.bookmarks.map(mark => [mark.name, Math.round(mark.time)])
  keep('marks', marks, marks.length > 0)
  if (app.area) session.area = app.area
  if (app.chosenEvent) session.event = app.chosenEvent.index
  return session
}

/** @param {unknown} value @returns {string[]} */
const strings = value => (Array.isArray(value) ? value.filter(v => typeof v === 'string') : [])

/** @param {unknown} value @returns {number[]} */
const finite = value => (Array.isArray(value) ? value.filter(v => Number.isFinite(v)) : [])

/**
 * Takes over what a file or an address says, as far as it makes sense here.
 * @param {App} app @param {unknown} value
 * @param {(query: Record<string, string>) => Promise<void>} addRow
 */
export async function applySession(app, value, addRow) {
  if (typeof value !== 'object' || value === null) throw new Error('this is no session')
  const session = /** @type {Session} */ (value)
  if (session.v !== VERSION) throw new Error(`a session of version ${session.v}, which this page does not know`)
  const { rows, filter } = app
  for (const query of Array.isArray(session.extra) ? session.extra : []) {
    await addRow(query).catch(error => app.say(String(error), true))
  }
  if (session.fold) rows.folded = new Set(strings(session.fold))
  rows.hidden = new Set(strings(session.hide))
  rows.pinned = strings(session.pin)
  rows.order = {}
  for (const [parent, ids] of Object.entries(session.order ?? {})) rows.order[parent] = strings(ids)
  rows.text = typeof session.text === 'string' ? session.text : ''
  for (const [key, set] of /** @type {const} */ ([['types', filter.types], ['tasks', filter.tasks],
    ['cpus', filter.cpus]])) {
    set.clear()
    for (const number of finite(session[key])) set.add(number)
  }
  filter.text = typeof session.filter === 'string' ? session.filter : ''
  filter.onGraph = session.onGraph !== false
  filter.onList = session.onList !== false
  app.markers.A = Number.isFinite(session.A) ? session.A ?? null : null
  app.markers.B = Number.isFinite(session.B) ? session.B ?? null : null
  app.bookmarks = (Array.isArray(session.marks) ? session.marks : [])
    .filter(mark => Array.isArray(mark) && Number.isFinite(mark[1]))
    .map(([name, time]) => ({ name: String(name), time }))
  rows.layout()
  if (Number.isFinite(session.from) && Number.isFinite(session.to)) {
    app.view.set(session.from ?? 0, session.to ?? 0)
  }
  if (typeof session.row === 'string') app.chooseRow(session.row)
  app.emit('markers')
  app.emit('bookmarks')
  app.emit('filter')
  const { area } = session
  if (area && Number.isFinite(area.from) && Number.isFinite(area.to)) {
    app.setArea({ from: area.from, to: area.to, ids: area.ids ? strings(area.ids) : null })
  }
}

/** @param {App} app @param {Session} session */
function toFragment(app, session) {
  const text = JSON.stringify({ ...session, from: undefined, to: undefined })
  const range = `${session.from}-${session.to}`
  return text === `{"v":${VERSION}}` ? `#${range}` : `#${range}&${encodeURIComponent(text)}`
}

/** @param {string} fragment @returns {unknown} */
export function fromFragment(fragment) {
  const match = /^#(-?\d+)-(-?\d+)(?:&(.*))?$/.exec(fragment)
  if (!match) return null
  try {
    const rest = match[3] ? JSON.parse(decodeURIComponent(match[3])) : { v: VERSION }
    return { ...rest, from: Number(match[1]), to: Number(match[2]) }
  } catch {
    return null
  }
}

/**
 * Keeps the address in step, and adds the commands that save and open.
 * @param {App} app @param {import('./commands.js').Commands} commands
 * @param {(query: Record<string, string>) => Promise<void>} addRow
 */
export function startSession(app, commands, addRow) {
  let isReady = false
  let written = ''
  const write = later(300, () => {
    if (!isReady) return
    written = toFragment(app, takeSession(app))
    if (location.hash !== written) history.replaceState(null, '', written)
  })
  for (const name of ['choice', 'markers', 'bookmarks', 'filter', 'area', 'event']) app.on(name,
    write)
  app.view.on('rest', write)
  app.rows.on('change', write)
  const read = async () => {
    const session = fromFragment(location.hash)
    if (session) {
      await applySession(app, session, addRow).catch(error => app.say(String(error), true))
    }
  }
  addEventListener('hashchange', () => {
    if (location.hash !== written) void read()
  })
  app.on('trace', async isFirst => {
    if (!isFirst) return
    await read()
    isReady = true
  })

  const open = () => {
    const input = el('input', { type: 'file', accept: '.json,application/json' })
    input.addEventListener('change', async () => {
      const [file] = input.files ?? []
      if (!file) return
      try {
        await applySession(app, JSON.parse(await file.text()), addRow)
        app.say(`${file.name} is open`)
      } catch (error) {
        app.say(`${file.name}: ${error instanceof Error ? error.message : error}`, true)
      }
    })
    input.click()
  }
  commands.add('Session', [
    ['save-session', 'Save the session as a file', ['Ctrl+S'], () => {
      const [source = 'trace'] = app.trace.sources
      saveAs(`${source}.kscope.json`, JSON.stringify(takeSession(app), null, 2), 'application/json')
    }],
    ['open-session', 'Open a session’s file …', ['Ctrl+O'], open],
    ['copy-link', 'Copy this page’s address', [], async () => {
      try {
        await navigator.clipboard.writeText(location.href)
        app.say('The address is copied; it holds as long as this kscope runs')
      } catch {
        app.say(location.href)
      }
    }],
  ])
}
