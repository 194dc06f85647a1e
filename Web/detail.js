// @ts-check
// The pane beside the list: all that is known of the chosen event or band.

import { api } from './api.js'
import { el } from './dom.js'
import { describeBand } from './draw.js'
import { formatCount, formatDuration } from './time.js'
import { Kind, NONE } from './types.js'

/** @typedef {import('./graph.js').Graph} Graph */

export class Detail {
  #number = 0

  /** @param {Graph} graph @param {HTMLElement} parent */
  constructor(graph, parent) {
    this.graph = graph
    this.app = graph.app
    this.parent = parent
    this.app.on('event', () => void this.#event())
    this.app.on('band', () => this.#band())
    this.#nothing()
  }

  #nothing() {
    this.parent.replaceChildren(el('p', { class: 'none' },
      'Choose an event in the list or on the graph to see all of it.'))
  }

  async #event() {
    const chosen = this.app.chosenEvent
    if (!chosen) return
    const number = ++this.#number
    try {
      const one = await api.one(chosen.index)
      if (number !== this.#number) return
      this.#show(one)
    } catch (error) {
      if (number !== this.#number) return
      this.parent.replaceChildren(el('p', { class: 'none' }, String(error)))
    }
  }

  /** @param {import('./types.js').EventDetail} one */
  #show(one) {
    const { app } = this
    const type = app.trace.types[one.type]
    const fields = el('table', { class: 'fields' }, el('thead', {}, el('tr', {},
      ...['Field', 'Value', 'Raw'].map(name => el('th', { scope: 'col' }, name)))))
    const body = el('tbody')
    for (const field of one.fields) {
      body.append(el('tr', {}, el('th', { scope: 'row' }, field.name), el('td', {}, field.value),
        el('td', { class: 'raw' }, field.raw)))
    }
    fields.append(body)
    this.parent.replaceChildren(
      el('h3', {}, el('small', {}, `${type?.system ?? ''} `), type?.name ?? 'event',
        el('small', {}, ` #${formatCount(one.index)}`)),
      el('p', { class: 'line-text' }, one.text), fields,
      one.stack?.length ? el('details', { open: true }, el('summary', {}, 'Kernel stack'),
        el('ol', { class: 'stack' }, ...one.stack.map(frame => el('li', {}, frame)))) : null ?? '',
      el('details', {}, el('summary', {}, 'Format'), el('pre', {}, one.format)))
  }

  #band() {
    const { app, graph } = this
    const chosen = app.chosenBand
    this.#number++
    if (!chosen || !graph.current) return this.#nothing()
    const item = app.rows.byRow.get(chosen.row)
    if (!item) return
    const { band } = chosen
    const [what, length] = describeBand(graph.current, item, band)
    /** @type {[string, string|Node][]} */
    const lines = [
      ['row', app.rows.name(chosen.row)], ['from', `${app.time(band.start)} s`],
      ['to', `${app.time(band.end)} s`],
      ['length', `${length}  (${formatCount(band.end - band.start)} ns)`],
    ]
    /** @param {number} row */
    const link = row => el('button', { class: 'link', onclick: () => {
      const target = app.rows.byRow.get(row)
      if (target) app.emit('go-row', target.id)
    } }, app.rows.name(row))
    if (item.type === 'cpu' && band.kind === Kind.running) lines.push(['task', link(band.detail)])
    if (band.kind === Kind.woken && band.detail !== NONE) lines.push(['woken by',
      link(band.detail)])
    if (band.kind === Kind.preempted && band.detail !== NONE) lines.push(['left for',
      link(band.detail)])
    const body = el('tbody')
    for (const [name, value] of lines) {
      body.append(el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, value)))
    }
    /** @param {string} text @param {() => void} action */
    const button = (text, action) => el('button', { onclick: action }, text)
    const wide = band.end - band.start
    this.parent.replaceChildren(el('h3', {}, what), el('table', { class: 'fields' }, body),
      el('p', { class: 'buttons' },
        button('Zoom to it', () => app.view.set(band.start - wide * 0.2, band.end + wide * 0.2,
          { animate: true })),
        button('Markers at its ends', () => {
          app.setMarker('A', band.start)
          app.setMarker('B', band.end)
        }),
        button('Select its time', () => app.setArea({ from: band.start, to: band.end, ids: null })),
        band.kind === Kind.woken ? button(`Waited ${formatDuration(wide)}: to the waker`,
          () => app.emit('wakeup', -1)) : null))
  }
}
