// @ts-check
// The names beside the graph: a tree, of which only what is in sight is in the document.

import { byId, el, icon, setText } from './dom.js'
import { css } from './colours.js'

/** @typedef {import('./graph.js').Graph} Graph */
/** @typedef {import('./rows.js').Item} Item */

const PIN = 'M9.5 1.5l5 5-1.2 1.2-.8-.2-2.6 2.6-.3 2.6-1 1L5.500 10.600 2 14H1.500v-.6L5 10 2 6.900l1-1 2.600-.3 2.600-2.600-.2-.8z'
const CHEVRON = 'M6 3l5 5-5 5z'
const CROSS = 'M8 3.500C4.500 3.500 2 8 2 8s2.500 4.500 6 4.500S14 8 14 8s-2.500-4.500-6-4.500zm0 7a2.500 2.500 0 110-5 2.500 2.500 0 010 5z'

/**
 * @typedef {{root: HTMLElement, fold: HTMLButtonElement, swatch: HTMLElement, name: HTMLElement,
 *   note: HTMLElement, pin: HTMLButtonElement, hide: HTMLButtonElement, id: string}} Label
 */

export class Labels {
  /** @type {Label[]} */
  #pool = []
  #element = byId('labels', HTMLDivElement)
  #line = byId('drop-line', HTMLDivElement)

  /** @param {Graph} graph */
  constructor(graph) {
    this.graph = graph
    this.app = graph.app
    this.app.on('frame', () => this.#update())
    this.app.on('choice', () => this.#update())
  }

  #update() {
    let used = 0
    const { app, graph } = this
    const { pinnedHeight } = app.rows
    const pinned = app.rows.pinnedItems.length
    graph.eachVisible((item, top) => {
      const label = this.#pool[used] ?? this.#make()
      this.#fill(label, item, top, used < pinned)
      // What scrolls slips below what is pinned.
      const cut = used < pinned ? 0 : Math.max(0, pinnedHeight - top)
      label.root.style.clipPath = cut ? `inset(${cut}px 0 0 0)` : ''
      used++
    })
    for (let i = used; i < this.#pool.length; i++) this.#pool[i].root.hidden = true
    const chosen = this.#pool.find(label => label.id === app.chosenRow && !label.root.hidden)
    if (chosen) this.graph.body.setAttribute('aria-activedescendant', chosen.root.id)
    else this.graph.body.removeAttribute('aria-activedescendant')
  }

  #make() {
    const fold = el('button', { class: 'fold', tabindex: -1, 'aria-label': 'Fold' }, icon(CHEVRON))
    const swatch = el('span', { class: 'swatch', 'aria-hidden': 'true' })
    const name = el('span', { class: 'name' })
    const note = el('span', { class: 'note' })
    const pin = el('button', { class: 'pin', tabindex: -1, title: 'Pin to the top (p)' }, icon(PIN))
    const hide = el('button', { class: 'hide', tabindex: -1, title: 'Hide this row (h)' },
      icon(CROSS))
    const root = el('div', { class: 'label', role: 'treeitem', id: `label-${this.#pool.length}` },
      fold, swatch, name, note, el('span', { class: 'actions' }, pin, hide))
    /** @type {Label} */
    const label = { root, fold, swatch, name, note, pin, hide, id: '' }
    fold.addEventListener('click', () => this.app.rows.toggleFold(label.id))
    pin.addEventListener('click', () => this.app.rows.togglePin(label.id))
    hide.addEventListener('click', () => {
      this.app.rows.toggleHidden(label.id, true)
      this.app.say(`${label.name.textContent} is hidden: Filters, or 'Show all rows', brings it back`)
    })
    root.addEventListener('pointerdown', event => this.#down(event, label))
    root.addEventListener('dblclick', () => {
      if (this.app.rows.byId.get(label.id)?.canFold) this.app.rows.toggleFold(label.id)
    })
    root.addEventListener('contextmenu', event => {
      event.preventDefault()
      this.app.chooseRow(label.id)
      this.app.emit('menu', { x: event.clientX, y: event.clientY, time: this.app.focusTime })
    })
    this.#pool.push(label)
    this.#element.append(root)
    return label
  }

  /** @param {Label} label @param {Item} item @param {number} top @param {boolean} isPinned */
  #fill(label, item, top, isPinned) {
    const { app } = this
    const { root } = label
    root.hidden = false
    label.id = item.id
    root.style.transform = `translateY(${top}px)`
    root.style.height = `${item.height}px`
    const isFolded = app.rows.folded.has(item.id) && !app.rows.text
    root.className = `label ${item.type} level-${isPinned ? 1 : item.level}${
      isPinned ? ' pinned' : ''}${item.height > 90 ? ' tall' : ''}${item.id === app.chosenRow ? ' chosen' : ''}`
    root.setAttribute('aria-level', String(item.level + 1))
    root.setAttribute('aria-selected', String(item.id === app.chosenRow))
    if (item.canFold) root.setAttribute('aria-expanded', String(!isFolded))
    else root.removeAttribute('aria-expanded')
    label.fold.hidden = !item.canFold
    label.fold.classList.toggle('open', item.canFold && !isFolded)
    setText(label.name, item.label)
    setText(label.note, item.note)
    root.title = item.task && item.task.comms.length > 1
      ? `${item.task.comms.join(' → ')} (${item.task.pid})` : `${item.label} ${item.note}`
    const ink = item.cpu ? app.colours.cpu(item.cpu.cpu)
      : item.task ? app.colours.task(item.task.tgid, item.task.pid) : null
    label.swatch.hidden = !ink
    if (ink) label.swatch.style.backgroundColor = css(ink.colour)
    label.pin.hidden = label.hide.hidden = item.canFold
    label.pin.classList.toggle('on', isPinned)
    label.pin.setAttribute('aria-label', isPinned ? 'Unpin' : 'Pin')
    label.hide.setAttribute('aria-label', 'Hide')
  }

  /**
   * Choosing, and dragging to another place.
   * @param {PointerEvent} event @param {Label} label
   */
  #down(event, label) {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest('button'))) {
      return
    }
    const { app, graph } = this
    app.chooseRow(label.id)
    graph.body.focus({ preventScroll: true })
    const { root } = label
    const id = label.id
    const from = event.clientY
    root.setPointerCapture(event.pointerId)
    let target = ''
    /** @param {PointerEvent} moved */
    const move = moved => {
      if (Math.abs(moved.clientY - from) < 6 && !target) return
      const y = moved.clientY - graph.body.getBoundingClientRect().top
      const hit = graph.itemAt(y)
      if (!hit) return
      const item = app.rows.byId.get(id)
      const fits = item && (hit.item.parent === item.parent
        || (app.rows.isPinned(hit.item) && app.rows.isPinned(item)))
      target = fits ? hit.item.id : target || ' '
      this.#line.hidden = !fits
      this.#line.style.transform = `translateY(${moved.clientY > from
        ? hit.top + hit.item.height - 1 : hit.top - 1}px)`
      root.classList.add('dragged')
    }
    const up = () => {
      root.removeEventListener('pointermove', move)
      root.classList.remove('dragged')
      this.#line.hidden = true
      if (target.trim() && target !== id) app.rows.moveTo(id, target)
    }
    root.addEventListener('pointermove', move)
    root.addEventListener('pointerup', up, { once: true })
    root.addEventListener('pointercancel', up, { once: true })
  }
}
