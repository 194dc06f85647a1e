// @ts-check
// A table that sorts by any column and copies as CSV.

import { el } from './dom.js'

/**
 * @template T
 * @typedef {{title: string, value: (item: T) => number|string, unit?: string,
 *   text?: (item: T) => string|Node,
 *   part?: (item: T) => number}} Column  part: of 1, drawn as a bar
 */

/** @param {string|number} value */
function csvCell(value) {
  const text = String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Comma-separated values, as RFC 4180 has them.
 * @param {(string|number)[][]} lines
 */
export function toCsv(lines) {
  return lines.map(line => line.map(csvCell).join(',')).join('\r\n') + '\r\n'
}

/** @template T */
export class Table {
  #by = 0
  #isRising = false

  /**
   * @param {string} name @param {Column<T>[]} columns @param {T[]} items @param {number} by column
   * @param {(item: T) => void} [open]
   * @param {boolean} [isRising]
   */
  constructor(name, columns, items, by, open, isRising = false) {
    this.#isRising = isRising
    this.name = name
    this.columns = columns
    this.items = items
    this.#by = by
    this.open = open
    this.body = el('tbody')
    this.head = el('tr')
    this.element = el('table', { class: 'data', 'aria-label': name }, el('thead', {}, this.head),
      this.body)
    this.draw()
  }

  get sorted() {
    const column = this.columns[this.#by]
    const way = this.#isRising ? 1 : -1
    return [...this.items].sort((a, b) => {
      const x = column.value(a)
      const y = column.value(b)
      return way * (typeof x === 'number' && typeof y === 'number' ? x - y
        : String(x).localeCompare(String(y)))
    })
  }

  draw() {
    this.head.replaceChildren(...this.columns.map((column, i) => {
      const isNumber = this.items.length > 0 && typeof column.value(this.items[0]) === 'number'
      const sort = i === this.#by ? (this.#isRising ? 'ascending' : 'descending') : 'none'
      return el('th', { scope: 'col', 'aria-sort': sort, class: isNumber ? 'number' : '' },
        el('button', { class: 'flat', onclick: () => {
          this.#isRising = i === this.#by ? !this.#isRising : !isNumber
          this.#by = i
          this.draw()
        } }, column.title, el('span', { class: 'sort', 'aria-hidden': 'true' },
          sort === 'none' ? '' : sort === 'ascending' ? ' ▴' : ' ▾')))
    }))
    this.body.replaceChildren(...this.sorted.slice(0, 1000).map(item => {
      const line = el('tr', this.open ? { tabindex: 0, class: 'opens' } : {},
        ...this.columns.map(column => {
          const value = column.value(item)
          const cell = el('td', { class: typeof value === 'number' ? 'number' : '' },
            column.text ? column.text(item) : String(value))
          if (column.part) {
            cell.classList.add('part')
            cell.style.setProperty('--part', `${Math.min(1, column.part(item)) * 100}%`)
          }
          return cell
        }))
      const { open } = this
      if (open) {
        line.addEventListener('click', () => open(item))
        line.addEventListener('keydown', event => { if (event.key === 'Enter') open(item) })
      }
      return line
    }))
  }

  get csv() {
    return toCsv([this.columns.map(column => column.title + (column.unit ? ` ${column.unit}` : '')),
      ...this.sorted.map(item => this.columns.map(column => column.value(item)))])
  }
}
