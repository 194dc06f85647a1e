// @ts-check
// The box beside the pointer.

import { el, byId } from './dom.js'
import { describeBand } from './draw.js'
import { hitColumns } from './hit.js'
import { formatCount, formatDuration, formatPart } from './time.js'
import { NONE } from './types.js'

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {import('./rows.js').Item} Item */

export class Tip {
  #element = byId('tip', HTMLDivElement)
  #shown = ''

  hide() {
    if (this.#element.hidden) return
    this.#element.hidden = true
  }

  /**
   * @param {Graph} graph @param {Item} item
   * @param {{band: import('./types.js').Band|null, px: number,
   *   tick: {time: number, index: number, type: number}|null}} hit
   * @param {number} x @param {number} y of the window
   */
  show(graph, item, hit, x, y) {
    const lines = describe(graph, item, hit)
    const text = lines.map(line => line.join('\t')).join('\n')
    if (text !== this.#shown) {
      this.#shown = text
      this.#element.replaceChildren(...lines.map(([name, value], i) => el('div',
        { class: i === 0 ? 'tip-head' : 'tip-line' },
        el('span', {}, name), value ? el('b', {}, value) : null)))
    }
    this.#element.hidden = false
    const { offsetWidth: w, offsetHeight: h } = this.#element
    const left = x + 16 + w > innerWidth ? x - w - 12 : x + 16
    const top = y + 18 + h > innerHeight ? y - h - 12 : y + 18
    this.#element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`
  }
}

/**
 * @param {Graph} graph @param {Item} item @param {Parameters<Tip['show']>[2]} hit
 * @returns {string[][]}
 */
function describe(graph, item, hit) {
  const { app } = graph
  const title = item.task ? `${item.task.comm}-${item.task.pid}` : item.label
  if (hit.tick) {
    const type = app.trace.types[hit.tick.type]
    return [[title, ''], [type ? `${type.system}:${type.name}` : 'event',
      `#${formatCount(hit.tick.index)}`], ['at', `${app.time(hit.tick.time)}\u2009s`]]
  }
  if (hit.band && graph.current) {
    const [what, length] = describeBand(graph.current, item, hit.band)
    return [[title, ''], [what, length], ['from', `${app.time(hit.band.start)}\u2009s`]]
  }
  const sum = hitColumns(graph, item, hit.px)
  if (!sum) return [[title, ''], ['nothing here', '']]
  if ('min' in sum) {
    return [[title, ''], ['last', formatCount(sum.last ?? 0)],
      ['from, to', `${formatCount(sum.min ?? 0)} – ${formatCount(sum.max ?? 0)}`]]
  }
  const lines = [[title, formatDuration(sum.width)]]
  if (item.type === 'cpu') {
    lines.push(['busy', formatPart(sum.a)])
    if (sum.who !== NONE) lines.push(['mostly', app.rows.name(sum.who)])
    if (sum.b) lines.push(['hard interrupts', formatPart(sum.b)])
    if (sum.c) lines.push(['soft interrupts', formatPart(sum.c)])
  } else {
    lines.push(['runs', formatPart(sum.a)])
    if (sum.who !== NONE) lines.push(['mostly on', `CPU ${sum.who}`])
    if (sum.b) lines.push(['waits for a CPU', formatPart(sum.b)])
    if (sum.c) lines.push(['blocked', formatPart(sum.c)])
    if (sum.latency) lines.push(['longest wait', formatDuration(sum.latency)])
  }
  if (sum.unknown) lines.push(['unknown: events lost', formatPart(sum.unknown)])
  lines.push(['switches', formatCount(sum.switches)], ['events', formatCount(sum.events)])
  return lines
}
