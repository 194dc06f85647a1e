// What browsers have and the checker's library does not know yet. Not served.

type OffscreenContext = Omit<CanvasRenderingContext2D, 'canvas'>

declare class OffscreenCanvas {
  constructor(width: number, height: number)
  width: number
  height: number
  getContext(kind: '2d', options?: { willReadFrequently?: boolean }): OffscreenContext | null
  transferToImageBitmap(): ImageBitmap
}

interface CanvasPath {
  roundRect(x: number, y: number, w: number, h: number, radii: number | number[]): void
}

interface Uint16Array {
  findLastIndex(test: (value: number) => boolean): number
}
