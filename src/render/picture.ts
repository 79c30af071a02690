import { posix } from 'node:path'
import { decoded } from '../content/markdown/lost-fragments.ts'
import { mediaKey } from '../content/sources.ts'
import type { Entry } from '../content/types.ts'
import type { Picture } from '../model/picture.ts'
import { files } from '../model/site-tables.ts'
import type { Read } from '../model/types.ts'
import type { ImageView } from './views.ts'

type Versions = Exclude<Picture, { readonly fault: string }>['variants']

/** A file of the site that an entry shows. */
export interface ShownFile {
  readonly path: string
  readonly picture: Picture | null
}

/** The file that an address in an entry means: beside the entry's own file, or by its public path. Null where it is none of the site's. */
export function fileShown(read: Read, url: string, entry: Pick<Entry, 'source'>): ShownFile | null {
  const path = decoded(url.replace(/[?#].*$/s, ''))
  const key = path.startsWith('/') ? path.slice(1) : mediaKey(posix.join(posix.dirname(entry.source), path))
  const file = key === null || key === '' ? null : read.row(files, `/${key}`)
  return file === null ? null : { path: file.path, picture: file.picture }
}

/** Smaller versions of a picture. */
export function versionsOf(picture: Picture | null): Versions {
  return picture === null || 'fault' in picture ? [] : picture.variants
}

/** How a picture is shown: its address, its size if that is known, and its smaller versions by type. */
export function pictureView({ path, picture }: ShownFile): Omit<ImageView, 'alt'> {
  const src = encodeURI(path).replace(/[?#]/g, encodeURIComponent)
  if (picture === null || 'fault' in picture) return { src }
  const byType = Map.groupBy(picture.variants, ({ type }) => type)
  const sources = [...byType].map(([type, versions]) => ({
    type,
    srcset: versions.map(({ path: version, width }) => `${encodeURI(version)} ${width}w`).join(', '),
  }))
  const { width, height } = picture
  return { src, width, height, ...(sources.length === 0 ? {} : { sources }) }
}
