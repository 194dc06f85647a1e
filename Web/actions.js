// @ts-check
// What the commands do. Parts of the page that come later add theirs.

import { api } from './api.js'
import { Kind, NONE } from './types.js'
import { ask } from './palette.js'
import { formatDuration, parseTime } from './time.js'

/** @typedef {import('./app.js').App} App */
/** @typedef {import('./graph.js').Graph} Graph */

/** @param {App} app @param {Graph} graph @param {import('./commands.js').Commands} commands */
export function addActions(app, graph, commands) {
  const { view, rows } = app

  /** @param {string} id */
  const goToRow = id => {
    const item = rows.byId.get(id)
    if (!item) return
    rows.hidden.delete(id)
    for (let up = rows.byId.get(item.parent); up; up = rows.byId.get(up.parent)) {
      rows.folded.delete(up.id)
      rows.hidden.delete(up.id)
    }
    rows.layout()
    app.chooseRow(id)
    graph.showItem(item)
  }

  /** @param {number} by */
  const moveRow = by => {
    const all = [...rows.pinnedItems, ...rows.items]
    const at = all.findIndex(item => item.id === app.chosenRow)
    const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))]
    if (!next) return
    app.chooseRow(next.id)
    graph.showItem(next)
  }

  // One step after another: a key may be pressed faster than the server answers.
  let steps = Promise.resolve()
  /** @param {() => Promise<void>} step */
  const inTurn = step => {
    steps = steps.then(step, step)
  }

  /** @param {number} direction @param {boolean} ofRow */
  const nextEvent = async (direction, ofRow) => {
    const row = ofRow ? app.chosenNumber : undefined
    const from = app.chosenEvent?.time ?? app.chosenBand?.band.start
      ?? (app.pointer ?? (view.from + view.to) / 2)
    const next = await api.next(Math.round(from), direction, row)
    if (!next) return app.say(direction > 0 ? 'No event after this one'
      : 'No event before this one')
    goToEvent({ ...next, row: row ?? NONE })
  }

  /** @param {import('./app.js').ChosenEvent} event */
  const goToEvent = event => {
    app.chooseEvent(event)
    view.show(event.time)
  }

  /** @param {number} direction */
  const wakeUp = async direction => {
    const row = app.chosenNumber
    if (row === undefined || row === NONE || !rows.task(row)) {
      return app.say('Choose the row of a task first: wake-ups are followed from task to task')
    }
    const band = app.chosenBand?.row === row ? app.chosenBand.band : null
    // A wait is followed from its own beginning on, which must not be skipped.
    const time = band && direction < 0 && band.kind !== Kind.woken ? band.end
      : band && direction < 0 ? band.start + 1
        : app.chosenEvent?.time ?? band?.start ?? app.focusTime
    const found = await api.wakeups(row, Math.round(time), direction)
    if (!found) return app.say('No wake-up that way')
    const other = rows.byRow.get(direction < 0 ? found.from : found.row)
    if (!other) {
      app.say('Woken by an interrupt while idle')
    } else {
      goToRow(other.id)
      app.say(direction < 0 ? `woken by ${rows.name(found.from)}` : `woke ${rows.name(found.row)}`)
    }
    const near = await api.near(found.time, direction < 0 && other ? found.from : undefined)
    if (near) goToEvent({ ...near, time: found.time, row: other?.row ?? NONE })
  }

  /** @param {string} what @param {(id: string) => void} action */
  const onRow = (what, action) => () => {
    if (rows.byId.has(app.chosenRow)) action(app.chosenRow)
    else app.say(`Choose a row to ${what}: ↑ and ↓`)
  }

  /** Tasks of which the view has nothing are hidden, until all are shown again. */
  const onlySeen = async () => {
    const { from, to } = app.within(view.from, view.to)
    const { tasks } = await api.stats(from, to)
    const seen = new Set(tasks.filter(t => t.events + t.running + t.runnable + t.blocked > 0)
      .map(t => t.row))
    let count = 0
    for (const item of rows.byId.values()) {
      if (item.type !== 'task' || seen.has(item.row)) continue
      rows.hidden.add(item.id)
      count++
    }
    rows.layout()
    app.say(`${count} tasks are hidden: Shift+H shows all rows`)
  }

  const goToTime = () => ask('Go to time', '',
    'Seconds from the beginning, or with s, ms, us, ns; @ before it: a time as the report shows it',
    text => {
      const time = parseTime(text, app.start)
      if (time === null) return `${text} is no time: write 1.25, 300us, or @55.3112`
      view.set(time - view.span / 2, time + view.span / 2, { animate: true })
      void api.near(Math.max(0, time)).then(near => {
        if (near) app.chooseEvent({ ...near, row: NONE })
      })
      return null
    })

  const bookmark = () => {
    const time = app.focusTime
    ask('New bookmark', `mark ${app.bookmarks.length + 1}`, `At ${app.time(time)} s`, name => {
      app.bookmarks.push({ name: name.trim() || `mark ${app.bookmarks.length + 1}`, time })
      app.bookmarks.sort((a, b) => a.time - b.time)
      app.emit('bookmarks')
      return null
    })
  }

  /** @param {number} direction */
  const nextBookmark = direction => {
    const middle = (view.from + view.to) / 2
    const all = direction > 0 ? app.bookmarks : [...app.bookmarks].reverse()
    const least = view.span * 1e-3
    const next = all.find(mark => (mark.time - middle) * direction > least) ?? all[0]
    if (!next) return app.say('There are no bookmarks yet: b sets one')
    view.set(next.time - view.span / 2, next.time + view.span / 2, { animate: true })
    app.say(next.name)
  }

  /** @param {'A'|'B'} name */
  const mark = name => {
    app.setMarker(name, app.focusTime)
    const { A, B } = app.markers
    if (A !== null && B !== null) app.say(`B − A = ${formatDuration(B - A)}`)
  }

  const zoomToMarkers = () => {
    const { A, B } = app.markers
    if (A === null || B === null) return app.say('Set both markers first: Shift+A and Shift+B')
    const wide = Math.abs(B - A) || 1000
    view.set(Math.min(A, B) - wide * 0.1, Math.max(A, B) + wide * 0.1, { animate: true })
  }

  const fit = () => {
    const band = app.chosenBand?.band
    const target = app.area ?? (band ? { from: band.start, to: band.end } : null)
    if (!target) return view.fit()
    const wide = Math.max(target.to - target.from, 100)
    const from = target.from - wide * 0.1
    const isThere = Math.abs(view.from - from) < wide * 0.02
      && Math.abs(view.span - wide * 1.2) < wide * 0.05
    if (isThere) view.fit()
    else view.set(from, from + wide * 1.2, { animate: true })
  }

  app.on('go-row', goToRow)
  app.on('go-event', event => goToEvent({ ...event, row: event.row ?? NONE }))
  app.on('wakeup', wakeUp)
  app.on('near', async ({ time, row, mark: marks }) => {
    const near = await api.near(Math.round(Math.max(0, time)), row)
    if (!near) return
    app.chooseEvent({ ...near, row })
    if (marks) app.setMarker('A', near.time)
  })

  commands.add('Moving', [
    ['fit', 'Fit what is chosen; again: the whole trace', ['f'], fit],
    ['whole', 'Show the whole trace', ['Shift+F', 'Home'], () => view.fit()],
    ['goto', 'Go to a time …', ['g'], goToTime],
    ['undo', 'Back to the view before', ['Ctrl+Z', 'u'], () => {
      if (!view.undo()) app.say('This is the first view')
    }],
    ['redo', 'Forth again', ['Ctrl+Y', 'Ctrl+Shift+Z', 'r'], () => {
      if (!view.redo()) app.say('This is the last view')
    }],
    ['start', 'To the beginning', ['Ctrl+Home'], () => view.set(0, view.span, { animate: true })],
    ['end', 'To the end', ['End', 'Ctrl+End'],
      () => view.set(view.duration - view.span, view.duration, { animate: true })],
    ['page-right', 'A page to the right', ['Shift+ArrowRight', 'Shift+D'],
      () => view.pan(view.span * 0.8, { animate: true })],
    ['page-left', 'A page to the left', ['Shift+ArrowLeft'],
      () => view.pan(-view.span * 0.8, { animate: true })],
  ])
  commands.add('Events', [
    ['next', 'Next event on this row', ['.'], () => inTurn(() => nextEvent(1, true))],
    ['previous', 'Previous event on this row', [','], () => inTurn(() => nextEvent(-1, true))],
    ['next-any', 'Next event of all', ['Ctrl+ArrowRight'], () => inTurn(() => nextEvent(1, false))],
    ['previous-any', 'Previous event of all', ['Ctrl+ArrowLeft'],
      () => inTurn(() => nextEvent(-1, false))],
    ['woken-by', 'To who woke this task', ['['], () => inTurn(() => wakeUp(-1))],
    ['woke', 'To whom this task woke next', [']'], () => inTurn(() => wakeUp(1))],
  ])
  commands.add('Markers', [
    ['marker-a', 'Marker A here', ['Shift+A'], () => mark('A')],
    ['marker-b', 'Marker B here', ['Shift+B'], () => mark('B')],
    ['zoom-markers', 'Zoom to the markers', ['z'], zoomToMarkers],
    ['clear-markers', 'Clear the markers', ['Ctrl+Shift+D'], () => {
      app.setMarker('A', null)
      app.setMarker('B', null)
    }],
    ['bookmark', 'New bookmark here …', ['b'], bookmark],
    ['next-bookmark', 'Next bookmark', ['n'], () => nextBookmark(1)],
    ['previous-bookmark', 'Previous bookmark', ['Shift+N'], () => nextBookmark(-1)],
    ['clear-bookmarks', 'Remove all bookmarks', [], () => {
      app.bookmarks = []
      app.emit('bookmarks')
    }],
  ])
  commands.add('Rows', [
    ['row-down', 'Row below', ['ArrowDown'], () => moveRow(1)],
    ['row-up', 'Row above', ['ArrowUp'], () => moveRow(-1)],
    ['rows-down', 'Rows below', ['PageDown'], () => moveRow(10)],
    ['rows-up', 'Rows above', ['PageUp'], () => moveRow(-10)],
    ['fold', 'Fold or unfold', ['Enter', 'e'], onRow('fold', id => {
      const item = rows.byId.get(id)
      const target = item?.canFold ? item : rows.byId.get(item?.parent ?? '')
      if (!target) return
      app.chooseRow(target.id)
      rows.toggleFold(target.id)
    })],
    ['fold-all', 'Fold all processes', [], () => {
      for (const item of rows.byId.values()) if (item.type === 'process') rows.folded.add(item.id)
      rows.layout()
    }],
    ['unfold-all', 'Unfold all', ['Shift+E'], () => {
      rows.folded.clear()
      rows.layout()
    }],
    ['pin', 'Pin or unpin the row', ['p'], onRow('pin', id => rows.togglePin(id))],
    ['hide', 'Hide the row', ['h'], onRow('hide', id => rows.toggleHidden(id, true))],
    ['only-seen', 'Hide the tasks that do nothing in this view', ['o'], () => void onlySeen()],
    ['show-all', 'Show all rows', ['Shift+H'], () => {
      rows.hidden.clear()
      app.filter.tasks.clear()
      app.filter.cpus.clear()
      rows.layout()
      app.emit('filter')
    }],
    ['move-up', 'Move the row up', ['Alt+ArrowUp'], onRow('move', id => rows.moveBy(id, -1))],
    ['move-down', 'Move the row down', ['Alt+ArrowDown'], onRow('move', id => rows.moveBy(id, 1))],
  ])
  return { goToRow }
}
