// @ts-check
// The foot of the page, the notice of what is lacking, and how far the file is read.

import { byId, el, setText } from './dom.js'
import { formatCount, formatDuration, decimalsFor } from './time.js'

/** @typedef {import('./app.js').App} App */

/** @param {App} app */
export function startStatus(app) {
  const view = byId('status-view', HTMLSpanElement)
  const markers = byId('status-markers', HTMLSpanElement)
  const said = byId('status-say', HTMLSpanElement)
  const events = byId('status-events', HTMLSpanElement)
  const bar = byId('progress', HTMLDivElement)
  let timer = 0

  const write = () => {
    const decimals = Math.min(9, decimalsFor(app.view.span) + 3)
    setText(view, app.pointer === null
      ? `${app.time(app.view.from, decimals)} – ${app.time(app.view.to, decimals)}\u2009s  ·  ${formatDuration(app.view.span)}`
      : `${app.time(app.pointer)}\u2009s  ·  ${formatDuration(app.view.span)} wide`)
    const { A, B } = app.markers
    /** @type {string[]} */
    const parts = []
    if (A !== null) parts.push(`A ${app.time(A)}`)
    if (B !== null) parts.push(`B ${app.time(B)}`)
    if (A !== null && B !== null) parts.push(`B − A = ${formatDuration(B - A)}  (${formatCount(Math.abs(B - A))} ns)`)
    setText(markers, parts.join('  \u00b7  '))
  }
  app.on('frame', write)
  app.on('pointer', write)
  app.on('say', ({ text, isError }) => {
    setText(said, text)
    said.classList.toggle('error', isError)
    clearTimeout(timer)
    timer = window.setTimeout(() => setText(said, ''), isError ? 9000 : 5000)
  })
  app.on('progress', () => {
    const { indexed, isLive } = app.trace
    setText(events, `${formatCount(app.trace.events)} events${isLive ? '  ·  live' : ''}`)
    bar.hidden = indexed >= 1
    bar.setAttribute('aria-valuenow', String(Math.round(indexed * 100)))
    byId('progress-bar', HTMLDivElement).style.width = `${indexed * 100}%`
  })
  app.on('trace', () => {
    const [file] = app.trace.files
    const name = app.trace.sources.join(', ')
    document.title = name ? `${name} · kscope` : 'kscope'
    setText(byId('file', HTMLSpanElement), file
      ? `${name}  ·  Linux ${file.kernel}  ·  ${formatDuration(app.trace.duration)}` : name)
    byId('file', HTMLSpanElement).title = app.trace.files.map(f => f.path).join('\n')
    notice(app)
  })
}

/**
 * What is wrong with the file, and what to record to see more.
 * @param {App} app
 */
function notice(app) {
  const element = byId('notice', HTMLDivElement)
  const lines = [
    ...app.trace.problems.map(text => el('p', { class: 'problem' }, text)),
    ...app.trace.hints.map(text => el('p', {}, text)),
  ]
  const shown = lines.map(line => line.textContent).join('\n')
  if (element.dataset.closed === shown) return
  element.hidden = lines.length === 0
  element.replaceChildren(el('div', {}, ...lines), el('button', {
    class: 'flat', 'aria-label': 'Close', onclick: () => {
      element.dataset.closed = shown
      element.hidden = true
    },
  }, '×'))
}
