// @ts-check
// Small helpers for elements and events. Texts are set as texts, never as HTML.

/**
 * Makes an element. Properties beginning with `on` are listeners, `class` and `aria-…` attributes.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node|string|null|undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child != null) element.append(child)
  return element
}

/**
 * The element of an id that index.html has.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id)
  if (!(element instanceof type)) throw new Error(`index.html has no #${id}`)
  return element
}

/**
 * Sets a text only where it differs: layout costs.
 * @param {Node} node @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/**
 * An icon of 16 by 16: the path's commands.
 * @param {string} path
 */
export function icon(path) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  shape.setAttribute('d', path)
  svg.append(shape)
  return svg
}

/** Who listens to what. */
export class Emitter {
  /** @type {Map<string, Set<(value: any) => void>>} */
  #listeners = new Map()

  /** @param {string} name @param {(value: any) => void} listener */
  on(name, listener) {
    const set = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, set.add(listener))
  }

  /** @param {string} name @param {any} [value] */
  emit(name, value) {
    for (const listener of this.#listeners.get(name) ?? []) listener(value)
  }
}

/**
 * Calls at most once a pause, the last time after it.
 * @param {number} pause in ms
 * @param {() => void} action
 */
export function later(pause, action) {
  let timer = 0
  return () => {
    clearTimeout(timer)
    timer = window.setTimeout(action, pause)
  }
}

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value))
}

/** @param {string} name @param {Blob|string} content @param {string} [type] */
export function saveAs(name, content, type = 'text/plain') {
  const blob = content instanceof Blob ? content : new Blob([content], { type })
  const link = el('a', { href: URL.createObjectURL(blob), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
