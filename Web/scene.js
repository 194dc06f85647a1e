// @ts-check
// What a frame is drawn from: the view's tiles, and for each row the best that is known of it.

/** @typedef {import('./tiles.js').RowTile} RowTile */

/**
 * A part of the view and what stands for it there.
 * @typedef {{found: RowTile, from: number, to: number, joins: boolean, last: number}} Segment
 *   joins: the segment before has bands too, so that what reaches in from there is drawn already;
 *   last: up to where bands may reach
 */

export class Scene {
  /** @param {import('./view.js').View} view @param {import('./tiles.js').TileStore} tiles */
  constructor(view, tiles) {
    this.view = view
    this.tiles = tiles
    this.level = view.level(tiles.top)
    this.tileSpan = 512 * 2 ** this.level
    this.first = Math.max(0, Math.floor(view.from / this.tileSpan))
    const end = Math.min(view.to, view.duration)
    this.last = Math.max(this.first, Math.ceil(end / this.tileSpan) - 1)
    /** @type {ReturnType<typeof tiles.chain>[]} */
    this.chains = []
    for (let tile = this.first; tile <= this.last; tile++) {
      this.chains.push(tiles.chain(this.level, tile))
    }
  }

  /** @param {number} row @returns {Segment[]} */
  segments(row) {
    /** @type {Segment[]} */
    const segments = []
    for (let i = 0; i < this.chains.length; i++) {
      const found = this.tiles.find(this.chains[i], row)
      const from = (this.first + i) * this.tileSpan
      const last = segments[segments.length - 1]
      if (!found) continue
      if (last && last.found === found) {
        last.to = from + this.tileSpan
      } else {
        segments.push({ found, from, to: from + this.tileSpan, joins: false, last: 0 })
      }
    }
    for (let i = segments.length - 1; i >= 0; i--) {
      const s = segments[i]
      const before = segments[i - 1]
      const after = segments[i + 1]
      s.joins = before !== undefined && before.found.data.kind === 2 && before.to === s.from
      s.last = after && after.from === s.to && after.found.data.kind === 2 ? after.last : s.to
    }
    return segments
  }

  /**
   * The bands of a row in the view, each once.
   * @param {number} row
   * @param {(band: import('./types.js').Band) => void} visit
   */
  bands(row, visit) {
    for (const segment of this.segments(row)) {
      const { data } = segment.found
      if (data.kind !== 2) continue
      const n = data.count
      for (let i = 0; i < n; i++) {
        const start = data.start[i]
        if (start >= segment.to) break
        if (data.end[i] <= segment.from || (segment.joins && start < segment.from)) continue
        // Ends are whole, also where the band is drawn only up to what is known.
        visit({
          start, end: data.end[i], kind: data.bandKind[i], depth: data.depth[i],
          detail: data.detail[i],
        })
      }
    }
  }

  /**
   * Asks for what these rows lack, and for what lies beside it.
   * @param {number[]} rows @param {number[]} near
   */
  wish(rows, near) {
    const { tiles, level } = this
    const middle = (this.first + this.last) / 2
    for (let tile = this.first; tile <= this.last; tile++) {
      tiles.wish(level, tile, rows, Math.abs(tile - middle) * 0.01)
    }
    const end = Math.ceil(this.view.duration / this.tileSpan)
    for (const tile of [this.last + 1, this.first - 1]) {
      if (tile < end) tiles.wish(level, tile, rows, 2)
    }
    if (near.length) {
      for (let tile = this.first; tile <= this.last; tile++) tiles.wish(level, tile, near, 3)
    }
    if (level + 1 <= tiles.top) {
      for (let tile = this.first >> 1; tile <= this.last >> 1; tile++) {
        tiles.wish(level + 1, tile, rows, 4)
      }
    }
    if (level > 0 && this.last - this.first < 8) {
      const centre = Math.floor((this.view.from + this.view.to) / this.tileSpan)
      tiles.wish(level - 1, centre, rows, 5)
    }
  }
}
