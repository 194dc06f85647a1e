// @ts-check
// As much of a canvas' context as the graph uses, that writes SVG instead of pixels.

/** @param {string|number} text */
const escaped = text => String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)

/** @param {number} n */
const short = n => String(Math.round(n * 100) / 100)

/** For measuring only. */
const measure = document.createElement('canvas').getContext('2d')

export class SvgContext {
  fillStyle = /** @type {string|CanvasPattern} */ ('#000')
  strokeStyle = /** @type {string|CanvasPattern} */ ('#000')
  lineWidth = 1
  font = '11px sans-serif'
  textBaseline = 'middle'
  globalAlpha = 1
  imageSmoothingEnabled = true
  /** @type {string[]} */
  parts = []
  #path = ''
  #dash = ''
  /** @type {(() => void)[]} */
  #saved = []
  #clips = 0
  /** @type {Map<CanvasPattern, string>} */
  #patterns = new Map()

  /** @param {string} tag @param {string} attributes */
  #write(tag, attributes) {
    const alpha = this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : ''
    this.parts.push(`<${tag} ${attributes}${alpha}/>`)
  }

  /** @param {string|CanvasPattern} style */
  #paint(style) {
    if (typeof style === 'string') return escaped(style)
    let id = this.#patterns.get(style)
    if (!id) {
      id = `hatch${this.#patterns.size}`
      this.#patterns.set(style, id)
    }
    return `url(#${id})`
  }

  setTransform() {}

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  fillRect(x, y, w, h) {
    if (w <= 0 || h <= 0) return
    this.#write('rect', `x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" fill="${this.#paint(this.fillStyle)}"`)
  }

  clearRect() {}

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  strokeRect(x, y, w, h) {
    this.#write('rect', `x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" fill="none" stroke="${this.#paint(this.strokeStyle)}" stroke-width="${this.lineWidth}"`)
  }

  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) {
    const size = /(\d+)px/.exec(this.font)?.[1] ?? '11'
    this.parts.push(`<text x="${short(x)}" y="${short(y)}" dy=".35em" font-size="${size}" fill="${this.#paint(this.fillStyle)}">${escaped(text)}</text>`)
  }

  /** @param {string} text */
  measureText(text) {
    if (!measure) return { width: text.length * 6 }
    measure.font = this.font
    return measure.measureText(text)
  }

  /**
   * A part of a picture, as a picture of its own.
   * @param {ImageBitmap} image @param {number} sx @param {number} sy @param {number} sw
   * @param {number} sh @param {number} x @param {number} y @param {number} w @param {number} h
   */
  drawImage(image, sx, sy, sw, sh, x, y, w, h) {
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(sw))
    canvas.height = Math.max(1, Math.round(sh))
    canvas.getContext('2d')?.drawImage(image, sx, sy, sw, sh, 0, 0, canvas.width, canvas.height)
    this.parts.push(`<image x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" preserveAspectRatio="none" image-rendering="pixelated" href="${canvas.toDataURL()}"/>`)
  }

  beginPath() {
    this.#path = ''
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.#path += `M${short(x)} ${short(y)}`
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.#path += `L${short(x)} ${short(y)}`
  }

  /** @param {number[]} points */
  bezierCurveTo(...points) {
    this.#path += `C${points.map(short).join(' ')}`
  }

  /** @param {number} x @param {number} y @param {number} r */
  arc(x, y, r) {
    this.#path += `M${short(x - r)} ${short(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  rect(x, y, w, h) {
    this.#path += `M${short(x)} ${short(y)}h${short(w)}v${short(h)}h${short(-w)}z`
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h */
  roundRect(x, y, w, h) {
    this.rect(x, y, w, h)
  }

  fill() {
    this.#write('path', `d="${this.#path}" fill="${this.#paint(this.fillStyle)}"`)
  }

  stroke() {
    this.#write('path', `d="${this.#path}" fill="none" stroke="${this.#paint(this.strokeStyle)}" stroke-width="${this.lineWidth}"${this.#dash}`)
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.#dash = dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : ''
  }

  save() {
    const open = this.#clips
    this.#saved.push(() => {
      while (this.#clips > open) {
        this.parts.push('</g>')
        this.#clips--
      }
    })
  }

  restore() {
    this.#saved.pop()?.()
  }

  clip() {
    const id = `clip${this.parts.length}`
    this.parts.push(`<clipPath id="${id}"><path d="${this.#path}"/></clipPath><g clip-path="url(#${id})">`)
    this.#clips++
  }

  /** @param {string} attributes of a group @param {() => void} draw */
  group(attributes, draw) {
    this.parts.push(`<g ${attributes}>`)
    draw()
    this.parts.push('</g>')
  }

  /** @param {number} width @param {number} height @param {string} hatch colour */
  document(width, height, hatch) {
    const patterns = [...this.#patterns.values()].map(id => `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M-1 9L9 -1M-9 9L1 -1M7 9L17 -1" stroke="${hatch}" stroke-width="1.6"/></pattern>`)
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, Segoe UI, Helvetica Neue, Noto Sans, Liberation Sans, sans-serif"><defs>${patterns.join('')}</defs>${this.parts.join('')}</svg>`
  }
}
