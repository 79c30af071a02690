import * as v from 'valibot'

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const pixels = v.pipe(v.number(), v.integer(), v.minValue(1))
const fault = v.object({ fault: v.string() })
const version = v.object({ type: v.string(), width: pixels, blob: sha256 })

/** What a picture's bytes come to: its size and smaller versions of it, by type, best first, then by width; or why it is no picture. */
export const encodedSchema = v.union([fault, v.object({ width: pixels, height: pixels, variants: v.array(version) })])

/** The same for a file of the site, whose versions have public paths. */
export const pictureSchema = v.union([
  fault,
  v.object({ width: pixels, height: pixels, variants: v.array(v.object({ ...version.entries, path: v.string() })) }),
])

export type EncodedPicture = v.InferOutput<typeof encodedSchema>
export type Picture = v.InferOutput<typeof pictureSchema>
