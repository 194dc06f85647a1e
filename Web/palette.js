// @ts-check
// Dialogs: the command palette, the list of keys, and one that asks for a line of text.

import { fuzzy, keyLabel } from './commands.js'
import { css } from './colours.js'
import { clamp, el } from './dom.js'

/** @typedef {import('./app.js').App} App */
/** @typedef {{title: string, group: string, keys: string[], run: () => void}} Choice */

const MOST = 60

/** @param {string} key */
export function keyCap(key) {
  return el('kbd', {}, keyLabel(key))
}

/**
 * At once: a field that lingers until the event of closing would swallow the next keys.
 * @param {HTMLDialogElement} dialog
 */
export function closeDialog(dialog) {
  dialog.close()
  dialog.remove()
}

/**
 * A dialog that goes away with Escape or a click beside it.
 * @param {string} name @param {string} label @param {...Node} content
 */
export function openDialog(name, label, ...content) {
  const dialog = el('dialog', { class: name, 'aria-label': label }, ...content)
  document.body.append(dialog)
  dialog.addEventListener('close', () => dialog.remove())
  dialog.addEventListener('cancel', event => {
    event.preventDefault()
    closeDialog(dialog)
  })
  dialog.addEventListener('click', event => {
    if (event.target === dialog) closeDialog(dialog)
  })
  dialog.showModal()
  return dialog
}

/**
 * Commands, rows of the graph (after a space or letters) and times, by what is typed.
 * @param {App} app @param {import('./commands.js').Commands} commands
 * @param {(id: string) => void} goToRow
 */
export function openPalette(app, commands, goToRow) {
  if (document.querySelector('dialog[open]')) return
  const input = el('input', {
    type: 'text', spellcheck: 'false', placeholder: 'A command, a task, a CPU …', role: 'combobox',
    'aria-expanded': 'true', 'aria-controls': 'palette-list', 'aria-label': 'Command',
  })
  const list = el('div', { id: 'palette-list', role: 'listbox', 'aria-label': 'Matches' })
  const dialog = openDialog('palette', 'Commands', input, list)
  /** @type {Choice[]} */
  const all = [...commands.all.values()].filter(command => command.id !== 'palette')
  for (const item of app.rows.byId.values()) {
    if (item.type === 'section') continue
    all.push({
      title: item.task ? `${item.task.comm}-${item.task.pid}` : `${item.label} ${item.note}`,
      group: 'Go to row', keys: [], run: () => goToRow(item.id),
    })
  }
  /** @type {Choice[]} */
  let shown = []
  let chosen = 0
  const draw = () => {
    list.replaceChildren(...shown.map((choice, i) => {
      const line = el('div', {
        role: 'option', id: `choice-${i}`, class: i === chosen ? 'chosen' : '',
        'aria-selected': String(i === chosen),
        onclick: () => run(i), onpointermove: () => { if (chosen !== i) { chosen = i; draw() } },
      }, el('span', { class: 'group' }, choice.group), el('span', { class: 'title' }, choice.title),
      ...choice.keys.slice(0, 2).map(keyCap))
      return line
    }))
    if (!shown.length) list.append(el('p', { class: 'none' }, 'Nothing of that name.'))
    input.setAttribute('aria-activedescendant', shown.length ? `choice-${chosen}` : '')
    list.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }
  const match = () => {
    const text = input.value
    shown = text.trim() === '' ? all.slice(0, MOST)
      : all.map(choice => ({ choice, score: Math.max(fuzzy(text, choice.title),
        fuzzy(text, `${choice.group} ${choice.title}`) - 20) }))
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score).slice(0, MOST).map(({ choice }) => choice)
    chosen = 0
    draw()
  }
  /** @param {number} i */
  const run = i => {
    const choice = shown[i]
    closeDialog(dialog)
    choice?.run()
  }
  input.addEventListener('input', match)
  input.addEventListener('keydown', event => {
    const by = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, PageDown: 8,
      PageUp: -8 })[event.key]
    if (by) {
      chosen = clamp(chosen + by, 0, Math.max(0, shown.length - 1))
      draw()
      event.preventDefault()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      run(chosen)
    }
  })
  match()
  input.focus()
}

/** Keys that are no commands: the mouse's, and those that are held. */
const OTHERS = /** @type {const} */ ([
  ['Moving', [['W / S', 'Zoom in, out (hold)'], ['A / D  or  ← / →', 'Move left, right (hold)']]],
  ['Mouse', [
    ['Drag', 'Move'], ['Shift + drag', 'Zoom to what is marked'],
    ['Alt + drag, or drag on the axis', 'Select an area'], ['Ctrl + wheel, pinch', 'Zoom'],
    ['Wheel', 'Scroll rows'], ['Shift + wheel', 'Move left, right'],
    ['Double click', 'Nearest event; on a waiting box: markers at its ends'],
  ]],
])

/**
 * What the shapes and colours mean.
 * @param {import('./colours.js').Colours} colours
 */
function legend(colours) {
  const { theme } = colours
  const list = el('div', { class: 'legend' })
  /** @param {string} text @param {(c: CanvasRenderingContext2D) => void} draw */
  const add = (text, draw) => {
    const canvas = el('canvas', { width: 108, height: 36 })
    const c = canvas.getContext('2d')
    if (c) {
      c.scale(2, 2)
      draw(c)
    }
    list.append(canvas, el('span', {}, text))
  }
  /** @param {import('./colours.js').Rgb} colour @param {boolean} isSlanted */
  const box = (colour, isSlanted) => (/** @type {CanvasRenderingContext2D} */ c) => {
    c.fillStyle = isSlanted ? colours.hatch(c, colour, 0.28) : css(colour, 0.13)
    c.fillRect(2, 2, 50, 14)
    c.strokeStyle = css(colour)
    c.strokeRect(2.5, 2.5, 49, 13)
  }
  /** @param {string} fill @param {number} y @param {number} h */
  const bar = (fill, y, h) => (/** @type {CanvasRenderingContext2D} */ c) => {
    c.fillStyle = fill
    c.fillRect(2, y, 50, h)
  }
  add('runs: on a CPU’s row the task’s colour, on a task’s row the CPU’s',
    bar(colours.cpu(0).fill, 2, 14))
  add('woken, waits for a CPU', box(theme.woken, false))
  add('made to leave, waits for a CPU', box(theme.preempted, true))
  add('blocked, uninterruptible', bar(css(theme.blocked), 10, 4))
  add('sleeps, in the call that is named', bar(css(theme.sleeps), 12, 1))
  add('zoomed out: part of the time it waits for a CPU', bar(css(theme.waits), 6, 10))
  add('hard interrupt', bar(theme.hard.fill, 3, 10))
  add('soft interrupt', bar(theme.soft.fill, 3, 10))
  add('events were lost: nobody knows',
    c => bar(/** @type {string} */ (colours.hatch(c, theme.lost, 0.9)), 2, 14)(c))
  return list
}

/**
 * @param {import('./commands.js').Commands} commands
 * @param {import('./colours.js').Colours} colours
 */
export function openHelp(commands, colours) {
  if (document.querySelector('dialog[open]')) return
  /** @type {Map<string, [Node[], string][]>} */
  const groups = new Map()
  for (const [group, lines] of OTHERS) {
    groups.set(group, lines.map(([keys, what]) => [[el('span', { class: 'gesture' }, keys)], what]))
  }
  for (const command of commands.all.values()) {
    if (!command.keys.length) continue
    const lines = groups.get(command.group) ?? []
    groups.set(command.group, [...lines, [command.keys.map(keyCap), command.title]])
  }
  const columns = el('div', { class: 'columns' })
  for (const [group, lines] of groups) {
    columns.append(el('section', {}, el('h3', {}, group), el('dl', {}, ...lines.flatMap(
      ([keys, what]) => [el('dt', {}, ...keys), el('dd', {}, what)]))))
  }
  columns.append(el('section', {}, el('h3', {}, 'On the graph'), legend(colours)))
  const close = el('button', { class: 'flat close', 'aria-label': 'Close' }, '×')
  const dialog = openDialog('help', 'Keys', el('header', {}, el('h2', {}, 'Keys'), close), columns)
  close.addEventListener('click', () => closeDialog(dialog))
}

/**
 * Asks for a line of text.
 * @param {string} title @param {string} value @param {string} hint
 * @param {(text: string) => string|null} accept  what is wrong with it, or null
 */
export function ask(title, value, hint, accept) {
  if (document.querySelector('dialog[open]')) return
  const input = el('input', { type: 'text', spellcheck: 'false', value, 'aria-label': title })
  const error = el('p', { class: 'error', role: 'alert' })
  const form = el('form', {}, el('h2', {}, title), input, el('p', { class: 'hint' }, hint), error)
  const dialog = openDialog('prompt', title, form)
  form.addEventListener('submit', event => {
    event.preventDefault()
    const problem = accept(input.value)
    if (problem === null) closeDialog(dialog)
    else error.textContent = problem
  })
  input.select()
  input.focus()
}
