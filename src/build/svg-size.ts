const ROOT = /<svg\b([^>]*)>/i

/** A drawing's size in pixels, from its `width` and `height` or else its `viewBox`; null where it says none. */
export function svgSize(text: string): { readonly width: number; readonly height: number; readonly variants: [] } | null {
  const root = ROOT.exec(text)?.[1] ?? ''
  const [, , boxWidth, boxHeight] = (attribute(root, 'viewBox') ?? '').trim().split(/[\s,]+/)
  const width = pixels(attribute(root, 'width') ?? boxWidth)
  const height = pixels(attribute(root, 'height') ?? boxHeight)
  return width === null || height === null ? null : { width, height, variants: [] }
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1]
}

/** Lengths without a unit or in `px`; others depend on where the drawing stands. */
function pixels(length: string | undefined): number | null {
  const number = /^\s*(\d+(?:\.\d+)?)(?:px)?\s*$/.exec(length ?? '')?.[1]
  const rounded = number === undefined ? 0 : Math.round(Number(number))
  return rounded > 0 ? rounded : null
}
