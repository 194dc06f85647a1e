// @ts-check
// All that can be done, each with a name and its keys: for the keyboard, the palette and the help.

/** @typedef {{id: string, title: string, group: string, keys: string[], run: () => void,
 *   shown?: string}} Command  shown: keys as the help writes them, where they are handled elsewhere */

export class Commands {
  /** @type {Map<string, Command>} */
  all = new Map()
  /** @type {Map<string, Command>} */
  #byKey = new Map()

  /**
   * @param {string} group
   * @param {[string, string, string[], () => void][]} list  id, title, keys, action
   */
  add(group, list) {
    for (const [id, title, keys, run] of list) {
      const command = { id, title, group, keys, run }
      this.all.set(id, command)
      for (const key of keys) this.#byKey.set(key, command)
    }
  }

  /** @param {string} key as `keyName` has it */
  forKey(key) {
    return this.#byKey.get(key)
  }

  /** @param {string} id */
  run(id) {
    this.all.get(id)?.run()
  }
}

/**
 * A key with what was held: `Ctrl+K`, `Shift+ArrowUp`, `?`.
 * @param {KeyboardEvent} event
 */
export function keyName(event) {
  const { key } = event
  const isLetter = key.length === 1
  const parts = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  if (event.shiftKey && (!isLetter || parts.length || /^[a-z]$/i.test(key))) parts.push('Shift')
  parts.push(isLetter ? (parts.length && /^[a-z]$/i.test(key)
    ? key.toUpperCase() : key.toLowerCase()) : key)
  return parts.join('+')
}

/** @param {string} key */
export function keyLabel(key) {
  return key.split('+').map(part => ({
    ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Enter: '⏎',
    ' ': 'Space',
  })[part] ?? part).join(key.length > 1 && key !== '+' ? '+' : '') || '+'
}

/**
 * How well a text fits what was typed: all letters in their order; those together and at the
 * beginnings of words count more. Below 0 is no fit.
 * @param {string} query @param {string} text
 */
export function fuzzy(query, text) {
  const wanted = query.toLowerCase().replace(/\s+/g, '')
  const lower = text.toLowerCase()
  const whole = lower.indexOf(query.toLowerCase().trim())
  if (whole >= 0) return 1000 - whole * 2 - text.length * 0.1
  let score = 0
  let at = -1
  for (const letter of wanted) {
    const next = lower.indexOf(letter, at + 1)
    if (next < 0) return -1
    const begins = next === 0 || /[^a-z0-9]/.test(lower[next - 1])
    score += next === at + 1 ? 8 : begins ? 6 : 1
    at = next
  }
  return score - text.length * 0.05
}
