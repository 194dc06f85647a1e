// @ts-check
// The tiles that were answered, and those that are asked for. What is missing is stood in for by a
// coarser tile, so that no row is ever blank.

import { api } from './api.js'
import { writeRanges } from './decode.js'
import { Emitter } from './dom.js'

/** @typedef {import('./types.js').TileData} TileData */

const IN_FLIGHT = 6
const MOST_ROWS = 256
/** Row tiles that are kept; one has at most about 9 KB. */
const KEPT = 12_000

/** One row of one tile, and the picture that was made of it. */
export class RowTile {
  /** @type {ImageBitmap|null} */
  strip = null
  stripKey = ''

  /**
   * @param {TileData} data @param {number} level @param {number} tile @param {number} epoch
   * @param {number} knownTo
   */
  constructor(data, level, tile, epoch, knownTo) {
    /** What lay before this time was final when it was asked for. */
    this.knownTo = knownTo
    this.data = data
    this.level = level
    this.tile = tile
    this.epoch = epoch
  }

  /** Whether a finer tile could show no more. */
  get isComplete() {
    return this.data.kind === 0 || this.data.kind === 2
  }

  drop() {
    this.strip?.close()
    this.strip = null
  }
}

/** @typedef {{level: number, tile: number, rows: Map<number, RowTile>, used: number,
 *   pending: Set<number>}} Block */

/** @typedef {{level: number, tile: number, rows: number[], urgency: number}} Wish */

export class TileStore extends Emitter {
  /** @type {Map<string, Block>} */
  #blocks = new Map()
  /** @type {Wish[]} */
  #wishes = []
  /** @type {Map<AbortController, {level: number, tile: number}>} */
  #flights = new Map()
  #count = 0
  #clock = 0
  #failures = 0
  /** Tiles of an older epoch are shown until newer ones come. */
  epoch = 0
  knownTo = 0
  id = ''
  top = 20

  /** @param {number} level @param {number} tile */
  #block(level, tile) {
    const key = `${level}:${tile}`
    let block = this.#blocks.get(key)
    if (!block) {
      block = { level, tile, rows: new Map(), used: 0, pending: new Set() }
      this.#blocks.set(key, block)
    }
    block.used = this.#clock
    return block
  }

  /**
   * The blocks that can show a tile, the finest first.
   * @param {number} level @param {number} tile
   */
  chain(level, tile) {
    /** @type {Block[]} */
    const chain = []
    for (let l = level; l <= this.top; l++) {
      const block = this.#blocks.get(`${l}:${Math.floor(tile / 2 ** (l - level))}`)
      if (!block) continue
      block.used = this.#clock
      chain.push(block)
    }
    return chain
  }

  /**
   * What there is for a row.
   * @param {Block[]} chain @param {number} row
   */
  find(chain, row) {
    for (const block of chain) {
      const found = block.rows.get(row)
      if (found) return found
    }
    return null
  }

  /**
   * Whether this is the best there is to know.
   * @param {RowTile|null} found @param {number} level
   */
  isFinal(found, level) {
    if (found === null) return false
    const isNew = found.epoch === this.epoch
      || (found.tile + 1) * 512 * 2 ** found.level <= found.knownTo
    return isNew && (found.level === level || found.isComplete)
  }

  /** Once a frame, before tiles are wished for. */
  beginFrame() {
    this.#clock++
    this.#wishes = []
  }

  /**
   * Rows of a tile that the view has a use for; the least urgency is asked for first.
   * @param {number} level @param {number} tile @param {number[]} rows @param {number} urgency
   */
  wish(level, tile, rows, urgency) {
    if (tile < 0 || rows.length === 0) return
    const chain = this.chain(level, tile)
    const pending = this.#blocks.get(`${level}:${tile}`)?.pending
    const missing = rows.filter(row => !pending?.has(row)
      && !this.isFinal(this.find(chain, row), level))
    if (missing.length) this.#wishes.push({ level, tile, rows: missing, urgency })
  }

  /** Sends what was wished for, as far as there is room. */
  endFrame() {
    this.#wishes.sort((a, b) => a.urgency - b.urgency)
    this.#pump()
    this.#evict()
  }

  get isBusy() {
    return this.#flights.size > 0 || this.#wishes.length > 0
  }

  #pump() {
    while (this.#flights.size < IN_FLIGHT && this.#failures < 8) {
      const wish = this.#wishes[0]
      if (!wish) return
      const block = this.#block(wish.level, wish.tile)
      const rows = wish.rows.splice(0, MOST_ROWS).filter(row => !block.pending.has(row))
      if (wish.rows.length === 0) this.#wishes.shift()
      if (rows.length) void this.#fetch(block, rows)
    }
  }

  /** @param {Block} block @param {number[]} rows */
  async #fetch(block, rows) {
    const control = new AbortController()
    const { epoch, knownTo } = this
    this.#flights.set(control, block)
    for (const row of rows) block.pending.add(row)
    try {
      const answer = await api.tiles(block.level, block.tile, writeRanges(rows), this.id,
        control.signal)
      this.#failures = 0
      for (const row of rows) {
        const data = answer.rows.get(row) ?? { kind: /** @type {0} */ (0),
          count: /** @type {0} */ (0) }
        const old = block.rows.get(row)
        old?.drop()
        if (!old) this.#count++
        block.rows.set(row, new RowTile(data, block.level, block.tile, epoch, knownTo))
        if (data.kind === 2) this.emit('bands', { row, data })
      }
      // A block may have been thrown out while its rows were on their way.
      this.#blocks.set(`${block.level}:${block.tile}`, block)
    } catch (error) {
      if (!control.signal.aborted) {
        this.#failures++
        this.emit('error', error)
        setTimeout(() => {
          this.#failures = 0
          this.emit('loaded')
        }, 2000)
      }
    } finally {
      this.#flights.delete(control)
      for (const row of rows) block.pending.delete(row)
    }
    this.emit('loaded')
    this.#pump()
  }

  /**
   * What is on its way for a scale that was left gives way.
   * @param {number} level
   */
  abandon(level) {
    for (const [control, block] of this.#flights) {
      if (Math.abs(block.level - level) > 1 && block.level < this.top) control.abort()
    }
  }

  #evict() {
    if (this.#count <= KEPT) return
    const blocks = [...this.#blocks.entries()]
      .filter(([, b]) => b.level < this.top && b.pending.size === 0)
      .sort(([, a], [, b]) => a.used - b.used)
    for (const [key, block] of blocks) {
      if (this.#count <= KEPT * 0.8 || block.used === this.#clock) return
      for (const tile of block.rows.values()) tile.drop()
      this.#count -= block.rows.size
      this.#blocks.delete(key)
    }
  }

  /**
   * The trace has another id now: what was known may have grown.
   * @param {string} id @param {number} knownTo before this time nothing will change
   */
  renew(id, knownTo) {
    if (this.id === id) return
    this.id = id
    this.knownTo = knownTo
    this.epoch++
  }

  /** Pictures are made anew: the theme, or heights, are others. */
  dropStrips() {
    for (const block of this.#blocks.values()) {
      for (const tile of block.rows.values()) tile.drop()
    }
  }
}

/** The names that details of bands stand for. */
export class Names extends Emitter {
  /** @type {string[]} */
  #names = []
  #asks = false

  /** @param {number} number */
  get(number) {
    const name = this.#names[number]
    if (name === undefined) void this.more()
    return name ?? ''
  }

  async more() {
    if (this.#asks) return
    this.#asks = true
    try {
      const { names } = await api.names(this.#names.length)
      this.#names.push(...names)
      if (names.length) this.emit('change')
    } catch { /* asked for again with the next number that is not known */ }
    setTimeout(() => { this.#asks = false }, 500)
  }
}
