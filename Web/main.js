// @ts-check
// Puts the parts of the page together.

import { addActions } from './actions.js'
import { api } from './api.js'
import { App } from './app.js'
import { AreaPane } from './area.js'
import { Bottom } from './bottom.js'
import { Commands } from './commands.js'
import { Detail } from './detail.js'
import { byId, el, later } from './dom.js'
import { Filters } from './filters.js'
import { addRow, openRowDialog } from './extra.js'
import { Graph } from './graph.js'
import { Keys } from './keys.js'
import { Labels } from './labels.js'
import { List } from './list.js'
import { addListTools } from './listtools.js'
import { startMenu } from './menu.js'
import { openHelp, openPalette } from './palette.js'
import { Pointer } from './pointer.js'
import { addPictures } from './picture.js'
import { Search } from './search.js'
import { startSession } from './session.js'
import { startStatus } from './status.js'
import { startTheme } from './theme.js'
import { Tip } from './tip.js'
import { addTools } from './tools.js'

const app = new App()
const commands = new Commands()
startTheme(app, commands)
startStatus(app)
const graph = new Graph(app)
new Labels(graph)
new Pointer(graph, new Tip())
const { goToRow } = addActions(app, graph, commands)
const bottom = new Bottom(app)
const eventsPanel = bottom.add('events', 'Events')
const listBox = el('div', { class: 'list-box' })
const detailBox = el('aside', { class: 'detail', 'aria-label': 'Details', tabindex: 0 })
eventsPanel.append(listBox, detailBox)
const list = new List(app, listBox)
new Detail(graph, detailBox)
const search = new Search(app)
const area = new AreaPane(app, bottom)
const filters = new Filters(app, list.pages)
addListTools(app, bottom, list, filters)
addTools(app, graph, commands, { bottom, list, search })
commands.add('Page', [
  ['palette', 'All commands, rows and tasks …', ['Ctrl+K', 'Ctrl+P', 'Ctrl+Shift+P'],
    () => openPalette(app, commands, goToRow)],
  ['filters', 'Filters', ['i'], () => filters.toggle()],
  ['help', 'List of keys', ['?', 'F1'], () => openHelp(commands, app.colours)],
])
commands.add('Rows', [
  ['new-row', 'New row: values of a field, or pairs of events …', ['c'], () => openRowDialog(app)],
])
addPictures(graph, commands)
startSession(app, commands, query => addRow(app, query))
startMenu(graph, commands)
new Keys(app, commands)

const rowFilter = byId('row-filter', HTMLInputElement)
rowFilter.addEventListener('input', () => app.rows.setText(rowFilter.value))

/** Asks for the trace again; not twice at a time. */
let isAsking = false
async function refresh() {
  if (isAsking) return
  isAsking = true
  try {
    const trace = await api.trace()
    const isFirst = app.trace.id === ''
    app.setTrace(trace)
    if (trace.isLive && !isFirst) list.pages.grow(trace.events)
    else list.pages.reset(list.pages.filter, trace.events)
    if (isFirst) {
      graph.resize()
      document.body.classList.add('ready')
    }
    app.emit('progress')
  } catch (error) {
    app.say(`The server does not answer: ${error instanceof Error ? error.message : error}`, true)
  } finally {
    isAsking = false
  }
}

const refreshSoon = later(300, () => void refresh())
let lastRefresh = 0
function listenToChanges() {
  api.changes(change => {
    app.setChange(change)
    if (change.id === app.trace.id || app.trace.id === '') return
    // While the file is being read the id changes all the time.
    if (performance.now() - lastRefresh > 700) {
      lastRefresh = performance.now()
      void refresh()
    } else {
      refreshSoon()
    }
  }, () => {
    app.say('The server is gone; what was loaded stays', true)
    setTimeout(listenToChanges, 3000)
  })
}

app.tiles.on('error', error => app.say(`Tiles: ${error instanceof Error ? error.message : error}`,
  true))
void refresh().then(listenToChanges)
// For the tests, and for the curious at the console.
Object.assign(globalThis, { kscope: { app, graph, list, search, commands, area, filters } })
