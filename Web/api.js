// @ts-check
// What is asked of the server. Addresses are relative: the token is in the page's own.

import { decodeTile } from './decode.js'
import { NONE } from './types.js'

/** An error as the server told it, with the byte of the text it is about, where known. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status @param {number|null} position */
  constructor(message, status, position) {
    super(message)
    this.status = status
    this.position = position
  }
}

/**
 * @param {string} path
 * @param {Record<string, string|number|undefined>} [query]
 */
export function address(path, query = {}) {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) text.set(name, String(value))
  }
  const tail = text.toString()
  return tail ? `api/${path}?${tail}` : `api/${path}`
}

/**
 * @param {string} path
 * @param {Record<string, string|number|undefined>} [query]
 * @param {AbortSignal} [signal]
 */
async function ask(path, query, signal) {
  const response = await fetch(address(path, query), { signal })
  if (response.ok) return response
  let text = `${response.status} ${response.statusText}`
  let position = null
  try {
    const body = await response.json()
    text = body.error ?? text
    position = body.position ?? null
  } catch { /* no JSON: the status has to do */ }
  throw new ApiError(text, response.status, position)
}

/**
 * @param {string} path
 * @param {Record<string, string|number|undefined>} [query]
 */
async function json(path, query) {
  return (await ask(path, query)).json()
}

/**
 * A 404 is an answer here: there is none.
 * @template T @param {Promise<T>} promise
 */
async function orNone(promise) {
  try {
    return await promise
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}

/**
 * Server-sent events.
 * @param {string} url
 * @param {(value: any) => void} onData
 * @param {() => void} onEnd also after an error: the browser would ask for all of it again
 */
function listen(url, onData, onEnd) {
  const source = new EventSource(url)
  source.onmessage = message => onData(JSON.parse(message.data))
  source.onerror = () => {
    source.close()
    onEnd()
  }
  return () => source.close()
}

/** @param {number|undefined} row */
const rowOrAny = row => (row === undefined || row === NONE ? undefined : row)

export const api = {
  /** @returns {Promise<import('./types.js').Trace>} */
  trace: () => json('trace'),

  /** @param {(change: import('./types.js').Change) => void} onChange @param {() => void} onEnd */
  changes: (onChange, onEnd) => listen(address('changes'), onChange, onEnd),

  /**
   * @param {number} level @param {number} tile @param {string} rows @param {string} id
   * @param {AbortSignal} [signal]
   */
  async tiles(level, tile, rows, id, signal) {
    const response = await ask('tiles', { level, tile, rows, id }, signal)
    return decodeTile(await response.arrayBuffer())
  },

  /** @param {number} from @returns {Promise<{names: string[]}>} */
  names: from => json('names', { from }),

  /** @param {number} first @param {number} count @param {string} filter
   *  @returns {Promise<import('./types.js').EventPage>} */
  events: (first, count, filter) => filter
    ? json('events', { place: first, count, filter }) : json('events', { index: first, count }),

  /**
   * @param {number} time @param {number} [row]
   * @returns {Promise<{index: number, time: number}|null>}
   */
  near: (time, row) => orNone(json('events/near', { time, row: rowOrAny(row) })),

  /** @param {number} time @param {number} direction @param {number} [row]
   *  @returns {Promise<{index: number, time: number}|null>} */
  next: (time, direction, row) => orNone(
    json('events/next', { time, direction, row: rowOrAny(row) })),

  /** @param {number} index @returns {Promise<import('./types.js').EventDetail>} */
  one: index => json('events/one', { index }),

  /** @param {number} row @param {number} time @param {number} direction
   *  @returns {Promise<import('./types.js').WakeUp|null>} */
  wakeups: (row, time, direction) => orNone(json('wakeups', { row, time, direction })),

  /**
   * What is wrong with a filter, or null.
   * @param {string} text
   * @returns {Promise<{error: string, position: number|null}|null>}
   */
  async filter(text) {
    try {
      const answer = await json('filter', { text })
      return answer.ok ? null : { error: answer.error, position: answer.position ?? null }
    } catch (error) {
      if (error instanceof ApiError && error.status === 400) {
        return { error: error.message, position: error.position }
      }
      throw error
    }
  },

  /**
   * @param {{text: string, kind: string, ignoreCase?: number}} query
   * @param {(state: import('./types.js').SearchState) => void} onState
   * @param {() => void} onEnd
   */
  search: (query, onState, onEnd) => listen(address('search', query), onState, onEnd),

  /**
   * Whether a search would be refused, and why.
   * @param {{text: string, kind: string}} query
   */
  async searchError(query) {
    const stop = new AbortController()
    try {
      await ask('search', query, stop.signal)
      return null
    } catch (error) {
      return error instanceof ApiError ? error : null
    } finally {
      stop.abort()
    }
  },

  /** @param {number} id @param {number} index @param {number} direction
   *  @returns {Promise<{index: number, time: number, number: number, hits: number}|null>} */
  searchNext: (id, index, direction) => orNone(json('search/next', { id, index, direction })),

  /** @param {number} from @param {number} to @param {string} [rows]
   *  @returns {Promise<import('./types.js').Stats>} */
  stats: (from, to, rows) => json('stats', { from: Math.round(from), to: Math.round(to), rows }),

  /** @param {Record<string, string>} query
   *  @returns {Promise<{row: number, kind: string, min?: number, max?: number}>} */
  rows: query => json('rows', query),
}
