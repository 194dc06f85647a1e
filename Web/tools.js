// @ts-check
// Buttons on top and settings, each of which is a command too.

import { byId, el, icon } from './dom.js'

/** @typedef {import('./app.js').App} App */

const ICONS = {
  undo: 'M6.500 3L2 7l4.500 4V8.200c3.500 0 5.500 1 7 3.800-.3-4.300-2.800-6.600-7-6.800z',
  redo: 'M9.500 3L14 7l-4.500 4V8.200c-3.500 0-5.500 1-7 3.800.3-4.300 2.800-6.600 7-6.800z',
  fit: 'M1.500 3h1.400v10H1.500zm11.600 0h1.400v10h-1.400zM4 8l3-2.800v2h2v-2L12 8l-3 2.800v-2H7v2z',
  select: 'M2 2h3v1.300H3.300V5H2zm9 0h3v3h-1.300V3.300H11zM2 11h1.300v1.700H5V14H2zm10.700 0H14v3h-3v-1.300h1.700zM6.500 2h3v1.300h-3zm0 10.700h3V14h-3zM2 6.500h1.300v3H2zm10.700 0H14v3h-1.300z',
  filters: 'M1.500 2.500h13L9.500 8.600v5l-3-1.600V8.600z',
  theme: 'M8 1.500a6.500 6.500 0 100 13 6.500 6.500 0 000-13zm0 1.500v10A5 5 0 018 3z',
  help: 'M8 1.500a6.500 6.500 0 100 13 6.500 6.500 0 000-13zm-.8 8.700h1.500v1.500H7.200zM8 4.200c1.500 0 2.600.9 2.600 2.200 0 1.700-1.900 1.800-1.900 3h-1.400c0-1.900 1.800-2 1.800-3 0-.5-.4-.9-1.100-.9s-1.100.4-1.200 1.100H5.400C5.500 5.100 6.500 4.200 8 4.200z',
  palette: 'M2 3.500h12V5H2zm0 3.800h8v1.500H2zM2 11h10v1.500H2z',
}

/**
 * @param {App} app @param {import('./graph.js').Graph} graph
 * @param {import('./commands.js').Commands} commands
 * @param {{bottom: import('./bottom.js').Bottom, list: import('./list.js').List,
 *   search: import('./search.js').Search}} parts
 */
export function addTools(app, graph, commands, { bottom, list, search }) {
  const tools = byId('tools', HTMLDivElement)
  /** @param {keyof typeof ICONS} id @param {string} title @param {string} [command] */
  const button = (id, title, command = id) => {
    const made = el('button', {
      class: 'tool', id: `tool-${id}`, title, 'aria-label': title,
        onclick: () => commands.run(command),
    }, icon(ICONS[id]))
    tools.append(made)
    return made
  }
  button('undo', 'Back to the view before (Ctrl+Z)')
  button('redo', 'Forth again (Ctrl+Y)')
  button('fit', 'Show the whole trace (Shift+F)', 'whole')
  const select = button('select', 'Dragging selects an area (x)')
  button('filters', 'Filters (i)')
  button('palette', 'All commands (Ctrl+K)')
  button('theme', 'Light, dark (Shift+T)')
  button('help', 'Keys (?)')

  const showTool = () => {
    select.setAttribute('aria-pressed', String(app.tool === 'select'))
    graph.overlay.classList.toggle('selecting', app.tool === 'select')
  }
  showTool()
  commands.add('Areas', [
    ['select', 'Dragging selects an area, or moves', ['x'], () => {
      app.tool = app.tool === 'select' ? 'pan' : 'select'
      showTool()
      app.say(app.tool === 'select' ? 'Dragging selects an area' : 'Dragging moves')
    }],
    ['select-view', 'Select what is seen', ['Ctrl+A'], () => app.setArea({
      from: Math.max(0, app.view.from), to: Math.min(app.view.duration, app.view.to), ids: null,
    })],
    ['select-row', 'Select what is seen of this row', ['Shift+R'], () => {
      if (!app.chosenRow) return app.say('Choose a row first: ↑ and ↓')
      app.setArea({ from: Math.max(0, app.view.from), to: Math.min(app.view.duration, app.view.to),
        ids: [app.chosenRow] })
    }],
    ['select-markers', 'Select what is between the markers', ['m'], () => {
      const { A, B } = app.markers
      if (A === null || B === null) return app.say('Set both markers first: Shift+A and Shift+B')
      app.setArea({ from: Math.min(A, B), to: Math.max(A, B), ids: null })
    }],
    ['clear', 'Let go of what is chosen', ['Escape'], () => {
      if (app.area) app.setArea(null)
      else {
        app.chooseEvent(null)
        app.chooseBand(null)
        app.chooseRow('')
      }
    }],
  ])
  commands.add('List', [
    ['search', 'Search events', ['/', 'Ctrl+F'], () => search.focus()],
    ['search-next', 'Next hit', ['F3'], () => void search.enter(1)],
    ['search-back', 'Previous hit', ['Shift+F3'], () => void search.enter(-1)],
    ['search-clear', 'Clear the search', [], () => search.clear()],
    ['list', 'Show or hide the list', ['Ctrl+B', 'q'],
      () => bottom.setOpen(!app.settings.listOpen)],
    ['list-focus', 'To the list', ['l'], () => {
      bottom.show('events')
      list.grid.focus()
    }],
    ['graph-focus', 'To the graph', ['t'], () => graph.body.focus()],
    ['follow', 'List and graph follow each other, or not', ['Shift+L'], () => {
      app.set({ follow: !app.settings.follow })
      app.say(app.settings.follow ? 'List and graph follow each other' : 'List and graph stay')
    }],
    ['row-filter', 'Filter rows by name', ['Ctrl+Shift+F', 'k'],
      () => byId('row-filter', HTMLInputElement).focus()],
  ])
  app.view.on('rest', () => {
    const { view } = app
    app.followsNow = view.to >= view.duration - view.span * 0.02
  })
  commands.add('Moving',
    [['now', 'To now, and stay there while the recording goes on', ['Shift+G'], () => {
    app.followsNow = true
    app.view.set(app.view.duration - app.view.span, app.view.duration, { animate: true })
  }]])
  commands.add('Settings', [
    ['times', 'Times from the beginning, or as the report shows them', ['Shift+O'], () => {
      app.set({ times: app.settings.times === 'offset' ? 'absolute' : 'offset' })
    }],
    ['habits', 'KernelShark’s habits: dragging zooms, the wheel zooms slowly, about marker A', [],
      () => {
      app.set({ kernelShark: !app.settings.kernelShark })
      app.say(app.settings.kernelShark ? 'KernelShark’s habits are on'
        : 'KernelShark’s habits are off')
    }],
    ['wheel', 'The wheel alone zooms, or scrolls rows', [], () => {
      app.set({ wheelZooms: !app.settings.wheelZooms })
      app.say(app.settings.wheelZooms ? 'The wheel zooms; with Ctrl it scrolls'
        : 'The wheel scrolls; with Ctrl it zooms')
    }],
    ['task-colour', 'Tasks’ rows in the colours of CPUs, or of tasks', ['Shift+C'], () => {
      app.set({ taskColour: app.settings.taskColour === 'cpu' ? 'task' : 'cpu' })
    }],
    ['arrows', 'Arrows of wake-ups, or none', [], () => app.set({ arrows: !app.settings.arrows })],
  ])

  const edge = byId('label-edge', HTMLDivElement)
  const setWidth = () => document.documentElement.style.setProperty('--labels',
    `${app.settings.labelWidth}px`)
  setWidth()
  edge.addEventListener('pointerdown', event => {
    edge.setPointerCapture(event.pointerId)
    /** @param {PointerEvent} moved */
    const move = moved => {
      const left = graph.body.getBoundingClientRect().left
      app.set({ labelWidth: Math.round(Math.max(90, Math.min(600, moved.clientX - left))) })
      setWidth()
      graph.resize()
    }
    edge.addEventListener('pointermove', move)
    edge.addEventListener('pointerup', () => edge.removeEventListener('pointermove', move),
      { once: true })
  })
}
