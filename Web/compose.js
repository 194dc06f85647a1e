// @ts-check
// One filter in the language of `kscope report -F` from what is ticked and what is written.

/** @typedef {import('./types.js').EventType} EventType */

const SIGN = /[=<>!&|~"'()]/

/**
 * Which events, and which of these: `sched_switch: prev_pid == 1`.
 * @param {string} text
 * @returns {{events: string, expression: string, colon: number}} colon: where it is, or -1
 */
export function splitFilter(text) {
  const sign = text.search(SIGN)
  const head = sign < 0 ? text : text.slice(0, sign)
  const colon = head.lastIndexOf(':')
  // Without a comparison behind it the colon stands between a system and its event, or is being
  // written behind the events: then a space follows, or nothing.
  const isPart = colon >= 0 && sign < 0 && /^\w/.test(text.slice(colon + 1))
  if (colon < 0 || isPart) return { events: text.trim(), expression: '', colon: -1 }
  return { events: head.slice(0, colon).trim(), expression: text.slice(colon + 1).trim(), colon }
}

/**
 * The types that a list of events means; each name is an expression for the whole name.
 * @param {string} events @param {EventType[]} types
 */
export function typesOf(events, types) {
  const items = events.split(',').map(item => item.trim()).filter(Boolean)
  if (!items.length) return types
  return types.filter(type => items.some(item => {
    const [first, second] = item.split(/[/:]/)
    try {
      /** @param {string} pattern @param {string} name */
      const fits = (pattern, name) => new RegExp(`^(?:${pattern})$`, 'i').test(name)
      return second === undefined ? fits(first, type.name) || fits(first, type.system)
        : fits(first, type.system) && fits(second, type.name)
    } catch {
      return false
    }
  }))
}

/**
 * @param {string} field @param {number[]} hidden @param {number[]} all
 */
function numbers(field, hidden, all) {
  if (!hidden.length) return ''
  const shown = all.filter(n => !hidden.includes(n))
  if (shown.length && shown.length < hidden.length) {
    const either = shown.map(n => `${field} == ${n}`).join(' || ')
    return shown.length > 1 ? `(${either})` : either
  }
  return hidden.map(n => `${field} != ${n}`).join(' && ')
}

/**
 * @param {{types: EventType[], hiddenTypes: Set<number>, cpus: number[], hiddenCpus: number[],
 *   pids: number[], hiddenPids: number[], text: string}} what
 */
export function composeFilter(what) {
  const { events, expression } = splitFilter(what.text)
  const named = typesOf(events, what.types)
  const shown = named.filter(type => !what.hiddenTypes.has(type.type))
  const conditions = [
    numbers('CPU', what.hiddenCpus, what.cpus), numbers('PID', what.hiddenPids, what.pids),
  ].filter(Boolean)
  if (what.hiddenTypes.size === 0 && !conditions.length) return what.text.trim()
  if (!shown.length && named.length) return '.*: CPU == 1000000'
  const list = shown.length === named.length ? events || '.*'
    : shown.map(type => `${type.system}/${type.name}`).join(',')
  if (expression) conditions.unshift(conditions.length ? `(${expression})` : expression)
  return conditions.length ? `${list}: ${conditions.join(' && ')}` : list
}

const PSEUDO = ['COMM', 'PID', 'CPU', 'TIME']

/**
 * What may be written where the caret is.
 * @param {string} text @param {number} caret @param {EventType[]} types @param {string[]} comms
 * @returns {{from: number, items: {text: string, note: string}[]}}
 */
export function completions(text, caret, types, comms) {
  const before = text.slice(0, caret)
  const quoted = /COMM\s*[=!]=\s*"([^"]*)$/.exec(before) ?? /comm\s*[=!]=\s*"([^"]*)$/.exec(before)
  if (quoted) {
    const from = caret - quoted[1].length
    return { from, items: matching(quoted[1],
      [...new Set(comms)].map(c => ({ text: `${c}"`, note: 'task' }))) }
  }
  if ((before.match(/"/g)?.length ?? 0) % 2) return { from: caret, items: [] }
  const word = /[A-Za-z_]\w*$/.exec(before)?.[0] ?? ''
  const from = caret - word.length
  const { events, colon } = splitFilter(text)
  if (colon < 0 || caret <= colon) {
    const systems = [...new Set(types.map(type => type.system))]
    return { from, items: matching(word, [
      ...types.map(type => ({ text: type.name, note: type.system })),
      ...systems.map(system => ({ text: system, note: 'all of a system' })),
    ]) }
  }
  // Behind a field and its comparison a value is due, of which nothing is known.
  if (/[=<>~]\s*\w*$/.test(before) && !/(&&|\|\|)\s*\w*$/.test(before)) return { from, items: [] }
  /** @type {Map<string, string>} */
  const fields = new Map()
  for (const type of typesOf(events, types)) {
    for (const field of type.fields) {
      fields.set(field.name, fields.has(field.name) ? 'of several events' : type.name)
    }
  }
  return { from, items: matching(word, [
    ...[...fields].map(([name, note]) => ({ text: name, note })),
    ...PSEUDO.map(name => ({ text: name, note: 'of every event' })),
  ]) }
}

/**
 * Those that begin with the word first, then those that have it in them.
 * @param {string} word @param {{text: string, note: string}[]} items
 */
function matching(word, items) {
  const lower = word.toLowerCase()
  /** @param {{text: string}} item */
  const place = item => item.text.toLowerCase().indexOf(lower)
  return items.filter(item => place(item) >= 0 && item.text !== word)
    .sort((a, b) => Number(place(a) > 0) - Number(place(b) > 0)).slice(0, 40)
}
