// @ts-check
// Rows that a person adds: a field's values as a counter, pairs of events as spans.

import { api } from './api.js'
import { el } from './dom.js'
import { closeDialog, openDialog } from './palette.js'
import { formatCount } from './time.js'

/** @typedef {import('./app.js').App} App */

/**
 * Asks the server for a row and puts it on top.
 * @param {App} app @param {Record<string, string>} query
 */
export async function addRow(app, query) {
  const made = await api.rows(query)
  if (app.rows.extra.some(extra => extra.row === made.row)) return
  const label = query.kind === 'counter' ? `${query.event.replace(/^.*:/, '')}.${query.field}`
    : `${query.begin.replace(/^.*:/, '')} → ${query.end.replace(/^.*:/, '')}`
  app.rows.extra.push({
    row: made.row, kind: query.kind === 'counter' ? 'counter' : 'pairs', label,
    min: made.min ?? 0, max: made.max ?? 1, query,
  })
  app.rows.build()
  if (made.max !== undefined) app.say(`${label}: ${formatCount(made.min ?? 0)} to ${formatCount(made.max)}`)
}

/** @param {App} app */
export function openRowDialog(app) {
  if (document.querySelector('dialog[open]')) return
  const { types } = app.trace
  /** @param {string} name @param {(field: import('./types.js').Field) => boolean} fits */
  const fieldChoice = (name, fits) => {
    const event = el('select', { 'aria-label': `${name}: event` }, ...types
      .filter(type => type.fields.some(fits))
      .map(type => el('option', { value: type.type }, `${type.system}:${type.name}`)))
    const field = el('select', { 'aria-label': `${name}: field` })
    const fill = () => {
      const type = types[Number(event.value)]
      field.replaceChildren(...(type?.fields.filter(fits) ?? []).map(f => el('option', {}, f.name)))
    }
    event.addEventListener('change', fill)
    fill()
    return {
      element: el('p', {}, el('span', { class: 'field-name' }, name), event, field),
      get event() {
        const type = types[Number(event.value)]
        return type ? `${type.system}:${type.name}` : ''
      },
      get field() { return field.value },
    }
  }
  const isNumber = (/** @type {import('./types.js').Field} */ f) => f.kind !== 'text'
  const counter = fieldChoice('Values of', isNumber)
  const begin = fieldChoice('From', () => true)
  const end = fieldChoice('To', () => true)
  const error = el('p', { class: 'error', role: 'alert' })
  /** @param {() => Record<string, string>} query */
  const add = query => async () => {
    try {
      await addRow(app, query())
      closeDialog(dialog)
    } catch (problem) {
      error.textContent = problem instanceof Error ? problem.message : String(problem)
    }
  }
  const dialog = openDialog('prompt rows-dialog', 'New row', el('h2', {}, 'New row'),
    el('h3', {}, 'A field’s values'), counter.element,
    el('p', { class: 'hint' }, 'The highest and lowest value in each pixel.'),
    el('button', { onclick: add(() => ({ kind: 'counter', event: counter.event,
      field: counter.field })) }, 'Add the counter'),
    el('h3', {}, 'Pairs of events'), begin.element, end.element,
    el('p', { class: 'hint' },
      'From one event to the next of the other whose field has the same value.'),
    el('button', { onclick: add(() => ({
      kind: 'pairs', begin: `${begin.event}.${begin.field}`, end: `${end.event}.${end.field}`,
    })) }, 'Add the pairs'), error)
}
