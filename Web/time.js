// @ts-check
// Times in nanoseconds: how they are written, read, and where the axis has its marks.

const THIN = '\u2009'
/** @type {[string, number][]} */
const UNITS = [['s', 1e9], ['ms', 1e6], ['µs', 1e3], ['ns', 1]]

/**
 * Digits in groups of three, from the decimal point on.
 * @param {string} digits
 */
function grouped(digits) {
  return digits.replace(/(\d{3})(?=\d)/g, `$1${THIN}`)
}

/**
 * Seconds with so many decimals: `1.234 567`.
 * @param {number} ns
 * @param {number} [decimals] of a second, 0 to 9
 */
export function formatSeconds(ns, decimals = 9) {
  const unit = 10 ** (9 - decimals)
  const whole = Math.round(ns / unit)
  return seconds(BigInt(whole), decimals)
}

/**
 * The same of a time that is exact beyond 2^53.
 * @param {bigint} start @param {number} offset @param {number} [decimals]
 */
export function formatAbsolute(start, offset, decimals = 9) {
  const unit = 10n ** BigInt(9 - decimals)
  const sum = start + BigInt(Math.round(offset))
  return seconds((sum + unit / 2n) / unit, decimals)
}

/** @param {bigint} count of units @param {number} decimals */
function seconds(count, decimals) {
  const sign = count < 0n ? '−' : ''
  const digits = String(count < 0n ? -count : count).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  return sign + whole + (decimals ? '.' + grouped(digits.slice(digits.length - decimals)) : '')
}

/**
 * A length of time, short: `1.23 ms`; exact below a microsecond.
 * @param {number} ns
 * @param {number} [digits] that count
 */
export function formatDuration(ns, digits = 4) {
  if (!Number.isFinite(ns)) return '–'
  const sign = ns < 0 ? '−' : ''
  const size = Math.abs(ns)
  const [name, unit] = UNITS.find(([, u]) => size >= u) ?? ['ns', 1]
  const value = size / unit
  const text = unit === 1
    ? String(Math.round(value))
    : value.toFixed(Math.max(0, Math.min(3, digits - String(Math.trunc(value)).length)))
  return `${sign}${text}${THIN}${name}`
}

/**
 * How many decimals of a second tell steps apart.
 * @param {number} step in ns
 */
export function decimalsFor(step) {
  return Math.max(0, Math.min(9, 9 - Math.floor(Math.log10(Math.max(1, step)) + 1e-9)))
}

/**
 * The smallest of 1, 2, 5 times a power of ten that is no less than this.
 * @param {number} least
 */
export function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-9)))
  for (const factor of [1, 2, 5, 10]) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power
  }
  return 10 * power
}

/**
 * A number with its digits in groups.
 * @param {number} value
 */
export function formatCount(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN)
}

/** @param {number} part of 1 */
export function formatPart(part) {
  const percent = part * 100
  const text = percent >= 10 || percent === 0 ? percent.toFixed(0)
    : percent >= 0.1 ? percent.toFixed(1) : '<0.1'
  return `${text}${THIN}%`
}

/**
 * Reads what a person writes: `1.5`, `1.5s`, `20ms`, `300us`, `7ns`, and with `@` before it a time
 * as the report shows it.
 * @param {string} text
 * @param {bigint} start of the trace
 * @returns {number|null} the offset in ns
 */
export function parseTime(text, start) {
  const match = /^(@)?\s*(-?\d+)(?:[.,](\d+))?\s*(s|ms|us|µs|ns)?$/.exec(
    text.trim().replace(/[\u2009_]|(?<=\d) (?=\d)/g, ''))
  if (!match) return null
  const [, at, whole, part = '', unit = 's'] = match
  const decimals = { s: 9, ms: 6, us: 3, 'µs': 3, ns: 0 }[unit] ?? 9
  const digits = (whole + part.slice(0, decimals).padEnd(decimals, '0'))
  const ns = BigInt(digits)
  return Number(at ? ns - start : ns)
}
