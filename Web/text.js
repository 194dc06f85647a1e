// @ts-check
// Texts that fit where they are drawn. Measured once a text: measuring is slow.

export const FONT = '11px "Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", system-ui, sans-serif'
export const SMALL = FONT.replace('11px', '10px')

/** @type {Map<string, number>} */
const widths = new Map()

/** @param {CanvasRenderingContext2D} c @param {string} text */
export function widthOf(c, text) {
  const key = c.font.startsWith('10') ? `s${text}` : text
  let width = widths.get(key)
  if (width === undefined) {
    if (widths.size > 20_000) widths.clear()
    widths.set(key, width = c.measureText(text).width)
  }
  return width
}

/**
 * As much of a text as there is room for; none where that says nothing.
 * @param {CanvasRenderingContext2D} c @param {string} text @param {number} room
 */
export function fit(c, text, room) {
  if (room < 5 || !text) return ''
  const width = widthOf(c, text)
  if (width <= room) return text
  const fits = Math.floor((room - 8) * text.length / width)
  return fits >= 4 ? `${text.slice(0, fits)}…` : ''
}
