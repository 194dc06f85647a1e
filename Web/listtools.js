// @ts-check
// What stands beside the list's tab: which columns, whether it follows, what filter it has.

import { el, setText } from './dom.js'
import { COLUMNS } from './list.js'
import { formatCount } from './time.js'

/** @typedef {import('./app.js').App} App */

/**
 * @param {App} app @param {import('./bottom.js').Bottom} bottom
 * @param {import('./list.js').List} list @param {import('./filters.js').Filters} filters
 */
export function addListTools(app, bottom, list, filters) {
  const count = el('span', { class: 'list-count' })
  const clear = el('button', { class: 'flat', title: 'Clear the filter', hidden: true,
    onclick: () => filters.clear() }, 'Clear filter')
  const follow = el('input', { type: 'checkbox' })
  follow.addEventListener('change', () => app.set({ follow: follow.checked }))
  const columns = el('button', { class: 'flat', 'aria-haspopup': 'true' }, 'Columns')
  bottom.tools.append(count, clear,
    el('label', { title: 'List and graph follow each other (Shift+L)' }, follow, 'Follow'), columns)

  const write = () => {
    follow.checked = app.settings.follow
    const { total, filter } = list.pages
    clear.hidden = filter === ''
    setText(count, filter ? `${formatCount(total)} of ${formatCount(app.trace.events)} events` : '')
  }
  app.on('settings', write)
  app.on('list', write)
  app.on('tab', id => { bottom.tools.hidden = id !== 'events' })
  write()

  /** @type {HTMLElement|null} */
  let menu = null
  const close = () => {
    menu?.remove()
    menu = null
  }
  columns.addEventListener('click', () => {
    if (menu) return close()
    menu = el('div', { class: 'menu', role: 'group', 'aria-label': 'Columns' },
      ...COLUMNS.map(([id, title]) => {
        const tick = el('input', { type: 'checkbox' })
        tick.checked = !app.settings.hiddenColumns.includes(id)
        tick.addEventListener('change', () => {
          const others = app.settings.hiddenColumns.filter(name => name !== id)
          app.set({ hiddenColumns: tick.checked ? others : [...others, id] })
        })
        return el('label', {}, tick, title === '#' ? 'Number' : title)
      }))
    document.body.append(menu)
    const box = columns.getBoundingClientRect()
    menu.style.left = `${Math.min(box.left, innerWidth - menu.offsetWidth - 8)}px`
    menu.style.top = `${Math.max(4, box.top - menu.offsetHeight - 4)}px`
    menu.querySelector('input')?.focus()
    menu.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return
      close()
      columns.focus()
      event.stopPropagation()
    })
  })
  addEventListener('pointerdown', event => {
    if (menu && event.target instanceof Node && !menu.contains(event.target)
      && event.target !== columns) close()
  }, { capture: true })
}
