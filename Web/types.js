// @ts-check
// What the server answers (Documentation/viewer-protocol.md), as types for the checker.

/**
 * @typedef {{row: number, cpu: number, source: number, events: number, lost: number}} Cpu
 * @typedef {{row: number, pid: number, tgid: number, parent: number, comm: string, comms: string[],
 *   source: number, born: number|null, gone: number|null, running: number, events: number}} Task
 * @typedef {{name: string, kind: string}} Field
 * @typedef {{type: number, system: string, name: string, count: number|null, fields: Field[]}} EventType
 * @typedef {{path: string, bytes: number, kernel: string, cpus: number, clock: string}} TraceFile
 * @typedef {{id: string, files: TraceFile[], start: string, duration: number, events: number,
 *   indexed: number, isLive: boolean, levels: {base: number, top: number, columns: number},
 *   problems: string[], hints: string[], cpus: Cpu[], tasks: Task[], sources: string[],
 *   types: EventType[]}} Trace
 * @typedef {{id: string, indexed: number, duration: number, events: number, isLive: boolean}} Change
 *
 * @typedef {{index: number, time: number, cpu: number, row: number, pid: number, comm: string,
 *   flags: string, type: number, info: string, place?: number}} EventLine
 * @typedef {{total: number, events: EventLine[]}} EventPage
 * @typedef {{index: number, time: number, type: number, text: string,
 *   fields: {name: string, value: string, raw: string}[], format: string, stack?: string[]}} EventDetail
 * @typedef {{time: number, row: number, from: number}} WakeUp
 * @typedef {{id: number, done: number, hits: number, first: number, strip: number[]}} SearchState
 *
 * @typedef {{row: number, from: number, to: number}} Place
 * @typedef {{row: number, busy: number, hard: number, soft: number, unknown: number,
 *   switches: number, events: number}} CpuStats
 * @typedef {{row: number, running: number, runnable: number, blocked: number, switches: number,
 *   wakeups: number, events: number}} TaskStats
 * @typedef {{name: string, kind: number, count: number, total: number, self: number, p50: number,
 *   p99: number, max: number, worst: Place|null}} SpanStats
 * @typedef {{from: number, to: number, count: number}} Bucket
 * @typedef {{count: number, total: number, p50: number, p90: number, p99: number, max: number,
 *   worst: Place|null, histogram: Bucket[]}} LatencyStats
 * @typedef {{from: number, to: number, cpus: CpuStats[], tasks: TaskStats[], latency: LatencyStats,
 *   spans: SpanStats[], events: {type: number, count: number}[]}} Stats
 *
 * @typedef {{kind: 0, count: 0}} Empty
 * @typedef {{kind: 1, count: number, column: Uint16Array, events: Uint16Array,
 *   switches: Uint16Array, a: Uint8Array, b: Uint8Array, c: Uint8Array, unknown: Uint8Array,
 *   who: Uint32Array, latency: Float32Array}} Columns
 * @typedef {{kind: 2, count: number, start: Float64Array, end: Float64Array,
 *   tickTime: Float64Array, tickIndex: Float64Array, detail: Uint32Array, tickType: Uint32Array,
 *   bandKind: Uint8Array, depth: Uint8Array}} Bands
 * @typedef {{kind: 3, count: number, column: Uint16Array, events: Uint16Array,
 *   min: Float32Array, max: Float32Array, last: Float32Array}} Counter
 * @typedef {Empty|Columns|Bands|Counter} TileData
 *
 * @typedef {{start: number, end: number, kind: number, depth: number, detail: number}} Band
 * @typedef {{from: number, to: number}} Range
 */

/** What a band is. */
export const Kind = Object.freeze({
  running: 0, woken: 1, preempted: 2, blocked: 3, sleeps: 4, hard: 5, soft: 6, syscall: 7,
  function: 8, lost: 9, pair: 10,
})

/** Rows and names: nobody, nothing. */
export const NONE = 4294967295
