// Modules of the page that need no browser.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import test from 'node:test'

import { keyName, fuzzy } from '../../Web/commands.js'
import { decodeTile, writeRanges } from '../../Web/decode.js'
import {
  decimalsFor, formatAbsolute, formatCount, formatDuration, formatPart, formatSeconds, niceStep,
  parseTime,
} from '../../Web/time.js'

const plain = text => text.replaceAll('\u2009', ' ')

test('seconds have their digits in groups', () => {
  assert.equal(plain(formatSeconds(1_234_567_890)), '1.234 567 890')
  assert.equal(plain(formatSeconds(1_234_567_890, 3)), '1.235')
  assert.equal(plain(formatSeconds(1_999_999_999, 0)), '2')
  assert.equal(plain(formatSeconds(-5_000, 6)), '−0.000 005')
})

test('absolute times are exact beyond 2^53', () => {
  const start = 9_123_456_789_012_345_678n
  assert.equal(plain(formatAbsolute(start, 1)), '9123456789.012 345 679')
})

test('lengths of time are short', () => {
  assert.equal(plain(formatDuration(999)), '999 ns')
  assert.equal(plain(formatDuration(1500)), '1.500 µs')
  assert.equal(plain(formatDuration(12_345_678)), '12.35 ms')
  assert.equal(plain(formatDuration(-2e9)), '−2.000 s')
})

test('what is written is read again', () => {
  assert.equal(parseTime('1.25', 0n), 1.25e9)
  assert.equal(parseTime('300us', 0n), 300_000)
  assert.equal(parseTime('1.5 ms', 0n), 1_500_000)
  assert.equal(parseTime('@55.311214001', 55_311_214_000n), 1)
  assert.equal(parseTime(formatSeconds(1_234_567_890), 0n), 1_234_567_890)
  assert.equal(parseTime('soon', 0n), null)
})

test('steps of the grid are 1, 2 or 5', () => {
  assert.deepEqual([1, 1.1, 3, 7, 40, 600].map(niceStep), [1, 2, 5, 10, 50, 1000])
  assert.deepEqual([1, 1000, 5000, 1e9].map(decimalsFor), [9, 6, 6, 0])
})

test('numbers and parts', () => {
  assert.equal(plain(formatCount(1234567)), '1 234 567')
  assert.equal(plain(formatPart(0.5)), '50 %')
  assert.equal(plain(formatPart(0.012)), '1.2 %')
})

test('rows are written as ranges', () => {
  assert.equal(writeRanges([12, 0, 1, 2, 3, 7, 8]), '0-3,7-8,12')
  assert.equal(writeRanges([]), '')
})

test('letters in their order fit, others do not', () => {
  assert.ok(fuzzy('ftwh', 'Fit the whole trace') > 0)
  assert.ok(fuzzy('xyz', 'Fit the whole trace') < 0)
  assert.ok(fuzzy('whole', 'Show the whole trace') > fuzzy('whole', 'who else'))
})

test('keys have one name each', () => {
  const key = (name, held = {}) => keyName({ key: name, ctrlKey: false, altKey: false,
    metaKey: false, shiftKey: false, ...held })
  assert.equal(key('k', { ctrlKey: true }), 'Ctrl+K')
  assert.equal(key('A', { shiftKey: true }), 'Shift+A')
  assert.equal(key('?', { shiftKey: true }), '?')
  assert.equal(key('ArrowUp', { altKey: true }), 'Alt+ArrowUp')
})

/** Tiles as the mock server writes them, which shares no code with the page. */
function tileOf(level, tile, rows) {
  const code = `
import sys; sys.path.insert(0, 'Tests/WebTests')
from mock_trace import Trace; import mock_tiles
sys.stdout.buffer.write(mock_tiles.tile(Trace(0.3), ${level}, ${tile}, [${rows}]))`
  const bytes = execFileSync('python3', ['-c', code], { maxBuffer: 1e8 })
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
}

test('tiles of columns are read', () => {
  const { level, tile, rows } = decodeTile(tileOf(20, 0, [0, 1, 9]))
  assert.deepEqual([level, tile, [...rows.keys()]], [20, 0, [0, 1, 9]])
  const row = rows.get(0)
  assert.equal(row.kind, 1)
  assert.equal(row.who.length, row.count)
  assert.ok(row.column.every((c, i) => i === 0 || c > row.column[i - 1]))
  assert.ok(row.a.some(a => a > 0))
})

test('tiles of bands are read', () => {
  const row = decodeTile(tileOf(11, 40, [0])).rows.get(0)
  assert.equal(row.kind, 2)
  assert.ok(row.count > 0)
  for (let i = 0; i < row.count; i++) assert.ok(row.end[i] > row.start[i])
  assert.equal(row.tickTime.length, row.tickType.length)
})

test('a tile that is cut off is an error', () => {
  const whole = tileOf(11, 40, [0])
  assert.throws(() => decodeTile(whole.slice(0, whole.byteLength - 9)))
  assert.throws(() => decodeTile(new ArrayBuffer(64)), /not a tile/)
})
