// @ts-check
// The lower half: tabs, the line between the halves, and how high it is.

import { byId, clamp, el } from './dom.js'

/** @typedef {import('./app.js').App} App */

export class Bottom {
  /** @type {Map<string, {tab: HTMLButtonElement, panel: HTMLElement}>} */
  #tabs = new Map()
  current = ''
  #element = byId('bottom', HTMLElement)
  #splitter = byId('splitter', HTMLDivElement)
  #list = byId('tabs', HTMLDivElement)
  #panels = byId('panels', HTMLDivElement)

  /** @param {App} app */
  constructor(app) {
    this.app = app
    this.tools = el('div', { class: 'tab-tools' })
    this.#list.append(this.tools)
    this.#listen()
    this.apply()
    app.on('settings', () => this.apply())
  }

  /** @param {string} id @param {string} title @param {boolean} [isHidden] */
  add(id, title, isHidden = false) {
    const panel = el('div', {
      class: `panel panel-${id}`, role: 'tabpanel', id: `panel-${id}`,
        'aria-labelledby': `tab-${id}`,
      hidden: true,
    })
    const tab = el('button', {
      class: 'tab', role: 'tab', id: `tab-${id}`, 'aria-controls': `panel-${id}`, tabindex: -1,
      'aria-selected': 'false', hidden: isHidden, onclick: () => this.show(id),
    }, title)
    this.#tabs.set(id, { tab, panel })
    this.tools.before(tab)
    this.#panels.append(panel)
    if (!this.current && !isHidden) this.show(id)
    return panel
  }

  /** @param {string} id @param {boolean} isHidden */
  setHidden(id, isHidden) {
    const found = this.#tabs.get(id)
    if (!found) return
    found.tab.hidden = isHidden
    if (isHidden && this.current === id) this.show([...this.#tabs.keys()][0])
  }

  /** @param {string} id */
  show(id) {
    if (!this.#tabs.has(id)) return
    this.current = id
    for (const [name, { tab, panel }] of this.#tabs) {
      const isOn = name === id
      tab.setAttribute('aria-selected', String(isOn))
      tab.tabIndex = isOn ? 0 : -1
      if (isOn) tab.hidden = false
      panel.hidden = !isOn
    }
    if (!this.app.settings.listOpen) this.setOpen(true)
    this.app.emit('tab', id)
  }

  /** @param {boolean} isOpen */
  setOpen(isOpen) {
    this.app.set({ listOpen: isOpen })
  }

  apply() {
    const { listHeight, listOpen } = this.app.settings
    this.#element.hidden = !listOpen
    this.#splitter.classList.toggle('closed', !listOpen)
    const most = Math.max(120, innerHeight - 260)
    this.#element.style.height = `${clamp(listHeight, 90, most)}px`
    this.#splitter.setAttribute('aria-valuenow', String(Math.round(listHeight)))
  }

  #listen() {
    const { app } = this
    const splitter = this.#splitter
    splitter.addEventListener('pointerdown', event => {
      splitter.setPointerCapture(event.pointerId)
      const from = event.clientY
      const height = app.settings.listOpen ? app.settings.listHeight : 0
      /** @param {PointerEvent} moved */
      const move = moved => {
        const wanted = height + from - moved.clientY
        app.set({ listHeight: Math.max(90, wanted), listOpen: wanted > 50 })
      }
      splitter.addEventListener('pointermove', move)
      splitter.addEventListener('pointerup', () => {
        splitter.removeEventListener('pointermove', move)
      }, { once: true })
    })
    splitter.addEventListener('dblclick', () => this.setOpen(!app.settings.listOpen))
    splitter.addEventListener('keydown', event => {
      const by = event.key === 'ArrowUp' ? 24 : event.key === 'ArrowDown' ? -24 : 0
      if (event.key === 'Enter') this.setOpen(!app.settings.listOpen)
      else if (by) app.set({ listHeight: clamp(app.settings.listHeight + by, 90,
        innerHeight - 260) })
      else return
      event.preventDefault()
      event.stopPropagation()
    })
    this.#list.addEventListener('keydown', event => {
      const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
      if (!by) return
      const open = [...this.#tabs].filter(([, { tab }]) => !tab.hidden).map(([id]) => id)
      const next = open[(open.indexOf(this.current) + by + open.length) % open.length]
      this.show(next)
      this.#tabs.get(next)?.tab.focus()
      event.preventDefault()
      event.stopPropagation()
    })
    addEventListener('resize', () => this.apply())
  }
}
