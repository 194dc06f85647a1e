// @ts-check
// A field for a filter: completes names, and shows under the text where the server stumbled.

import { api } from './api.js'
import { completions } from './compose.js'
import { clamp, el, later } from './dom.js'

/** @typedef {import('./app.js').App} App */

/**
 * Where a byte of the text as UTF-8 is among its characters.
 * @param {string} text @param {number} byte
 */
export function characterAt(text, byte) {
  const encoder = new TextEncoder()
  let bytes = 0
  let characters = 0
  for (const character of text) {
    if (bytes >= byte) break
    bytes += encoder.encode(character).length
    characters += character.length
  }
  return characters
}

export class Expression {
  #checks = 0
  /** @type {{text: string, note: string}[]} */
  #items = []
  #chosen = 0
  #from = 0

  /** @param {App} app @param {(text: string) => void} accept */
  constructor(app, accept) {
    this.app = app
    this.accept = accept
    this.input = el('textarea', {
      class: 'expression', rows: 2, spellcheck: 'false', 'aria-label': 'Filter expression',
      placeholder: 'sched_switch: next_pid == 300', role: 'combobox', 'aria-expanded': 'false',
      'aria-controls': 'completions', 'aria-autocomplete': 'list',
    })
    this.error = el('pre', { class: 'caret-error', role: 'alert' })
    this.list = el('div', { id: 'completions', class: 'completions', role: 'listbox', hidden: true,
      'aria-label': 'Completions' })
    this.element = el('div', { class: 'expression-box' }, this.input, this.list, this.error)
    const check = later(250, () => {
      // What is being completed is not finished: no word of it yet.
      if (this.#items.length === 0) void this.#check()
    })
    this.input.addEventListener('input', () => {
      this.#complete()
      check()
    })
    this.input.addEventListener('keydown', event => this.#key(event))
    this.input.addEventListener('blur', () => setTimeout(() => this.#close(), 120))
  }

  get text() {
    return this.input.value.replace(/\s*\n\s*/g, ' ').trim()
  }

  /** @param {string} text */
  setText(text) {
    if (this.input.value !== text) this.input.value = text
    this.error.textContent = ''
  }

  #complete() {
    const { trace } = this.app
    const { from, items } = completions(this.input.value, this.input.selectionStart, trace.types,
      trace.tasks.map(task => task.comm))
    this.#from = from
    this.#items = items
    this.#chosen = 0
    this.#draw()
  }

  #draw() {
    const items = this.#items
    this.list.hidden = items.length === 0
    this.input.setAttribute('aria-expanded', String(items.length > 0))
    this.list.replaceChildren(...items.map((item, i) => el('div', {
      role: 'option', id: `completion-${i}`, class: i === this.#chosen ? 'chosen' : '',
      'aria-selected': String(i === this.#chosen),
      onpointerdown: (/** @type {Event} */ event) => {
        event.preventDefault()
        this.#take(i)
      },
    }, el('span', {}, item.text.replace(/"$/, '')), el('small', {}, item.note))))
    this.input.setAttribute('aria-activedescendant', items.length
      ? `completion-${this.#chosen}` : '')
    this.list.children[this.#chosen]?.scrollIntoView({ block: 'nearest' })
  }

  #close() {
    this.#items = []
    this.#draw()
  }

  /** @param {number} i */
  #take(i) {
    const item = this.#items[i]
    if (!item) return
    const { input } = this
    input.setRangeText(item.text, this.#from, input.selectionStart, 'end')
    this.#close()
    void this.#check()
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const isOpen = this.#items.length > 0
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (event.key === ' ' && event.ctrlKey) this.#complete()
    else if (isOpen && by) {
      this.#chosen = clamp(this.#chosen + by, 0, this.#items.length - 1)
      this.#draw()
    } else if (isOpen && event.key === 'Tab') this.#take(this.#chosen)
    else if (isOpen && event.key === 'Escape') this.#close()
    else if (event.key === 'Enter' && !event.shiftKey) {
      this.#close()
      void this.#check().then(isGood => { if (isGood) this.accept(this.text) })
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  /** Whether the server takes it. */
  async #check() {
    const { text } = this
    const number = ++this.#checks
    let problem = ''
    const error = text ? await api.filter(text).catch(() => null) : null
    if (error) {
      problem = error.error
      if (error.position !== null) {
        problem = `${text}\n${' '.repeat(characterAt(text, error.position))}^ ${problem}`
      }
    }
    // Only the newest answer is shown; whether this text is good is another question.
    if (number !== this.#checks) return problem === ''
    this.error.textContent = problem
    this.input.setAttribute('aria-invalid', String(problem !== ''))
    return problem === ''
  }
}
