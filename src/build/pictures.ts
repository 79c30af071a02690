import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { mediaKey } from '../content/sources.ts'
import { DrowseError } from '../errors/drowse-error.ts'
import { type EncodedPicture, encodedSchema, type Picture } from '../model/picture.ts'
import { svgSize } from './svg-size.ts'

/** Raster files that are measured and given smaller versions. Whatever else shows something, such as SVG, is only measured. */
const RASTER = /\.(?:jpe?g|png|webp|avif|gif|tiff?)$/i
const SVG = /\.svg$/i

/** Names how pictures are encoded, so that what an older Drowse kept is not taken for this one's. */
const RECIPE = '1'

/** How many are encoded at a time; each uses several threads. */
const ENCODERS = 2

/** What no picture has any more is kept for so long after it was made: it may come back, as with another branch. */
const KEPT_MS = 30 * 86_400_000

interface PictureFile {
  readonly path: string
  /** SHA-256 of its bytes. */
  readonly hash: string
  /** Where it is on disk. */
  readonly file: string
}

/** Where a site's pictures are kept once they are encoded: builds, `dev` and syncs share them. */
export function picturesDir(siteDir: string): string {
  return join(siteDir, '.drowse', 'pictures')
}

/** The picture files among a folder's files. */
export function picturesAmong(
  files: Iterable<readonly [path: string, { readonly hash: string; readonly file: string }]>,
): readonly PictureFile[] {
  return [...files].flatMap(([path, { hash: hashOf, file }]) => (isPicture(path) ? [{ path, hash: hashOf, file }] : []))
}

export function isPicture(path: string): boolean {
  return (RASTER.test(path) || SVG.test(path)) && mediaKey(path) !== null
}

/**
 * Measures pictures and encodes smaller versions of them; by the path of the file. What was made once is kept in `dir` by the hash of the file and never made
 * again. A file that is no picture is noted as such. The encoder is loaded only where there is something to encode.
 */
export async function preparePictures(files: readonly PictureFile[], dir: string): Promise<ReadonlyMap<string, Picture>> {
  const pictures = new Map<string, Picture>()
  const waiting = [...files]
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const picture = SVG.test(file.path) ? svgSize(await readFile(file.file, 'utf8')) : await kept(file, dir)
      if (picture !== null) pictures.set(file.path, named(picture, mediaKey(file.path) ?? file.path))
    }
  }
  await Promise.all(Array.from({ length: Math.min(ENCODERS, files.length) }, work))
  return pictures
}

/** Removes from `dir` what was made more than a month ago for pictures that are not among all of the site's. */
export function prunePictures(dir: string, files: readonly PictureFile[], pictures: ReadonlyMap<string, Picture>): void {
  if (!existsSync(dir)) return
  const used = new Set(files.map(noteOf))
  for (const picture of pictures.values()) if ('variants' in picture) for (const { blob } of picture.variants) used.add(blob)
  const before = Date.now() - KEPT_MS
  for (const name of readdirSync(dir)) {
    if (used.has(name)) continue
    const file = join(dir, name)
    const madeAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs
    if (madeAt !== undefined && madeAt < before) rmSync(file, { force: true })
  }
}

/** The bytes of a picture's versions by their SHA-256, each read when it is asked for. */
export function versionBytes(
  picture: Picture | null | undefined,
  dir: string,
): readonly (readonly [hash: string, () => Uint8Array])[] {
  if (!picture || 'fault' in picture) return []
  return picture.variants.map(({ blob }) => [blob, () => readFileSync(join(dir, blob))] as const)
}

/** Where each version is published: `/assets/media/pier.jpg-800w.3f2a9c01.avif`. */
function named(picture: EncodedPicture, key: string): Picture {
  if ('fault' in picture) return picture
  const variants = picture.variants.map(({ type, width, blob }) => {
    const path = `/assets/${key}-${width}w.${blob.slice(0, 8)}.${type.slice('image/'.length)}`
    return { type, width, path, blob }
  })
  return { ...picture, variants }
}

/** The name of the file that says what a picture came to. */
function noteOf({ hash: hashOf }: Pick<PictureFile, 'hash'>): string {
  return `${hashOf}-${RECIPE}.json`
}

async function kept(file: PictureFile, dir: string): Promise<EncodedPicture> {
  const note = join(dir, noteOf(file))
  const known = recalled(note)
  if (known !== null) return known
  const { encodePicture } = await import('./encode-picture.ts')
  makeFolder(dir)
  const picture = await encodePicture(await readFile(file.file), (version) => {
    const blob = hash('sha256', version)
    writeWhole(join(dir, blob), version)
    return blob
  })
  writeWhole(note, JSON.stringify(picture))
  return picture
}

/** What was noted of a picture; null for nothing, or for what can't be read. */
function recalled(note: string): EncodedPicture | null {
  if (!existsSync(note)) return null
  try {
    const known = v.safeParse(encodedSchema, JSON.parse(readFileSync(note, 'utf8')))
    return known.success ? known.output : null
  } catch {
    return null
  }
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (cause) {
    throw new DrowseError('folder-unwritable', `The folder ${dir}, which keeps pictures once they are encoded, can’t be made.`, {
      cause,
      hint: 'Give yourself the right to write there, or set `pictures: false` in site.yaml.',
    })
  }
}

/** Another process may be at the same picture. */
function writeWhole(file: string, content: Uint8Array | string): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, content)
  renameSync(draft, file)
}
