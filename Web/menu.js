// @ts-check
// The menu of the right button: commands about the row and the place that was pointed at.

import { el } from './dom.js'

/** @typedef {import('./app.js').App} App */

/** @param {import('./graph.js').Graph} graph @param {import('./commands.js').Commands} commands */
export function startMenu(graph, commands) {
  const { app } = graph
  /** @type {HTMLElement|null} */
  let menu = null
  const close = () => {
    menu?.remove()
    menu = null
  }
  addEventListener('pointerdown', event => {
    if (menu && event.target instanceof Node && !menu.contains(event.target)) close()
  }, { capture: true })
  addEventListener('blur', close)

  app.on('menu', ({ x, y, time, py }) => {
    close()
    const hit = py === undefined ? null : graph.itemAt(py)
    if (hit) app.chooseRow(hit.item.id)
    const item = app.rows.byId.get(app.chosenRow)
    if (!item) return
    app.pointer = time
    /** @type {[string, () => void][]} */
    const lines = []
    /** @param {string} title @param {() => void} action */
    const add = (title, action) => lines.push([title, action])
    if (!item.canFold) {
      add('Nearest event', () => app.emit('near', { time, row: item.row }))
      add('Marker A here', () => app.setMarker('A', time))
      add('Marker B here', () => app.setMarker('B', time))
      add(app.rows.isPinned(item) ? 'Unpin this row' : 'Pin this row', () => commands.run('pin'))
    } else {
      add('Fold or unfold', () => commands.run('fold'))
    }
    add('Hide this row', () => commands.run('hide'))
    const { filter } = app
    if (item.task) {
      add('List: only this task', () => {
        for (const task of app.trace.tasks) filter.tasks.add(task.row)
        filter.tasks.delete(item.row)
        filter.onGraph = false
        app.emit('filter')
      })
      add('Hide this task everywhere', () => {
        filter.tasks.add(item.row)
        app.emit('filter')
      })
    }
    if (item.cpu) {
      add('List: only this CPU', () => {
        for (const cpu of app.trace.cpus) filter.cpus.add(cpu.row)
        filter.cpus.delete(item.row)
        filter.onGraph = false
        app.emit('filter')
      })
    }
    add('Select what is seen of this row', () => commands.run('select-row'))
    menu = el('div', { class: 'menu', role: 'menu' },
      ...lines.map(([title, action]) => el('button', {
      class: 'flat', role: 'menuitem', onclick: () => {
        close()
        action()
      },
    }, title)))
    document.body.append(menu)
    menu.style.left = `${Math.min(x, innerWidth - menu.offsetWidth - 6)}px`
    menu.style.top = `${Math.min(y, innerHeight - menu.offsetHeight - 6)}px`
    const buttons = [...menu.querySelectorAll('button')]
    buttons[0]?.focus()
    menu.addEventListener('keydown', event => {
      const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
      if (event.key === 'Escape') {
        close()
        graph.body.focus()
      } else if (by) {
        const at = buttons.findIndex(button => button === document.activeElement)
        buttons[(at + by + buttons.length) % buttons.length].focus()
      } else if (event.key !== 'Enter' && event.key !== ' ') return
      if (event.key !== 'Enter' && event.key !== ' ') event.preventDefault()
      event.stopPropagation()
    })
  })
  commands.add('Rows', [['menu', 'Menu of the row', ['ContextMenu', 'Shift+F10'], () => {
    const item = app.rows.byId.get(app.chosenRow)
    const top = item ? graph.topOf(item) : null
    if (top === null) return
    const box = graph.body.getBoundingClientRect()
    app.emit('menu', { x: box.left + 60, y: box.top + top + 20, time: app.focusTime })
  }]])
}
