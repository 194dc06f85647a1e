// @ts-check
// Tiles from bytes. The arrays lie in the answer's own buffer: nothing is copied.

/** @typedef {import('./types.js').TileData} TileData */

const MAGIC = 0x4C54534B

/** Takes arrays from a buffer one after another. */
class Reader {
  /** @param {ArrayBuffer} buffer @param {number} offset @param {number} end */
  constructor(buffer, offset, end) {
    this.buffer = buffer
    this.offset = offset
    this.end = end
  }

  /**
   * @template T
   * @param {{new (buffer: ArrayBuffer, offset: number, length: number): T, BYTES_PER_ELEMENT: number}} type
   * @param {number} count
   * @param {number} [align] where it begins: a multiple of so many bytes
   * @returns {T}
   */
  take(type, count, align = 1) {
    const start = Math.ceil(this.offset / align) * align
    const end = start + count * type.BYTES_PER_ELEMENT
    if (end > this.end) throw new Error(`a tile's row ends at ${this.end}, its data at ${end}`)
    this.offset = end
    return new type(this.buffer, start, count)
  }
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {{level: number, tile: number, rows: Map<number, TileData>}}
 */
export function decodeTile(buffer) {
  const head = new Reader(buffer, 0, buffer.byteLength).take(Uint32Array, 4)
  if (head[0] !== MAGIC) throw new Error('not a tile')
  /** @type {Map<number, TileData>} */
  const rows = new Map()
  let offset = 16
  for (let i = 0; i < head[3]; i++) {
    offset = Math.ceil(offset / 8) * 8
    const [row, kind, size, count] = new Reader(buffer, offset, buffer.byteLength)
      .take(Uint32Array, 4)
    offset += 16
    if (offset + size > buffer.byteLength) throw new Error('a tile is cut off')
    rows.set(row, decodeRow(new Reader(buffer, offset, offset + size), kind, count))
    offset += size
  }
  return { level: head[1], tile: head[2], rows }
}

/** @param {Reader} r @param {number} kind @param {number} n @returns {TileData} */
function decodeRow(r, kind, n) {
  if (kind === 1) {
    return {
      kind, count: n,
      column: r.take(Uint16Array, n), events: r.take(Uint16Array, n),
      switches: r.take(Uint16Array, n), a: r.take(Uint8Array, n), b: r.take(Uint8Array, n),
      c: r.take(Uint8Array, n), unknown: r.take(Uint8Array, n),
      who: r.take(Uint32Array, n, 4), latency: r.take(Float32Array, n),
    }
  }
  if (kind === 2) {
    const [m] = r.take(Uint32Array, 2)
    return {
      kind, count: n,
      start: r.take(Float64Array, n, 8), end: r.take(Float64Array, n, 8),
      tickTime: r.take(Float64Array, m, 8), tickIndex: r.take(Float64Array, m, 8),
      detail: r.take(Uint32Array, n, 8), tickType: r.take(Uint32Array, m, 8),
      bandKind: r.take(Uint8Array, n, 8), depth: r.take(Uint8Array, n, 8),
    }
  }
  if (kind === 3) {
    return {
      kind, count: n,
      column: r.take(Uint16Array, n), events: r.take(Uint16Array, n),
      min: r.take(Float32Array, n, 4), max: r.take(Float32Array, n), last: r.take(Float32Array, n),
    }
  }
  return { kind: 0, count: 0 }
}

/**
 * `0-7,12` of numbers.
 * @param {Iterable<number>} rows
 */
export function writeRanges(rows) {
  const sorted = [...rows].sort((a, b) => a - b)
  const parts = []
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i]
    while (sorted[i + 1] === sorted[i] + 1) i++
    parts.push(first === sorted[i] ? `${first}` : `${first}-${sorted[i]}`)
  }
  return parts.join(',')
}
