import sharp, { type Sharp } from 'sharp'
import type { EncodedPicture } from '../model/picture.ts'

/** A column of text is some 600 pixels wide, and screens have up to three for each of them. */
const WIDTHS = [480, 800, 1200, 1600]

/** Narrower pictures gain nothing from other versions. */
const SMALL = 200

const ENCODINGS = [
  { type: 'image/avif', encode: (image: Sharp) => image.avif({ quality: 55, effort: 3 }) },
  { type: 'image/webp', encode: (image: Sharp) => image.webp({ quality: 78, effort: 4 }) },
] as const

/** More is no photograph; a few bytes can ask for any size. */
const MOST_PIXELS = 200_000_000

/** Measures a picture and encodes it as AVIF and WebP at several widths, upright and without what cameras note in it. `keep` takes each version's bytes and names them. */
export async function encodePicture(bytes: Uint8Array, keep: (version: Uint8Array) => string): Promise<EncodedPicture> {
  try {
    const options = { failOn: 'truncated', limitInputPixels: MOST_PIXELS } as const
    const { autoOrient, pages = 1 } = await sharp(bytes, options).metadata()
    const { width, height } = autoOrient
    // What moves stays as it is.
    if (width < SMALL || pages > 1) return { width, height, variants: [] }
    const widths = [...WIDTHS.filter((each) => each < width), ...(width <= (WIDTHS.at(-1) ?? 0) ? [width] : [])]
    const variants = []
    for (const { type, encode } of ENCODINGS)
      for (const each of widths) {
        const version = await encode(sharp(bytes, options).autoOrient().resize({ width: each })).toBuffer()
        variants.push({ type, width: each, blob: keep(version) })
      }
    return { width, height, variants }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}
