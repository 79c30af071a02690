import * as v from 'valibot'
import { DrowseError } from '../../errors/drowse-error.ts'
import { pictureSchema } from '../../model/picture.ts'
import type { WriteHandler } from '../types.ts'
import { hasOtherPlugins, useExtension } from './extension-files.ts'
import { readFolder } from './read-folder.ts'
import { keepRevision } from './revisions.ts'
import { useTheme } from './theme-files.ts'

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))

/** What the owner's folder has that the machine has not. Bytes travel as the write's blobs. */
export const syncSchema = v.object({
  changed: v.array(v.object({ path: v.string(), hash: sha256, picture: v.exactOptional(v.nullable(pictureSchema)) })),
  removed: v.array(v.string()),
  theme: v.nullable(
    v.object({
      bundle: sha256,
      templates: v.record(v.string(), v.string()),
      assets: v.array(v.object({ name: v.string(), path: v.string(), blob: sha256, contentType: v.string() })),
    }),
  ),
  /** Left out where it is as it was; null for a site without one. */
  extension: v.exactOptional(v.nullable(v.object({ bundle: sha256, plugins: v.boolean(), shortcodes: v.boolean() }))),
})

export type SyncPayload = v.InferOutput<typeof syncSchema>

/**
 * `site.sync`: the folder's changed files and theme reach the machine. All or nothing: a file with an error, or two pages at one path, rejects the write and
 * leaves the site as it was.
 */
export const siteSync: WriteHandler = {
  kind: 'site.sync',
  apply({ change, write, blob, keep, parts }) {
    const payload = v.parse(syncSchema, write.payload)
    for (const hash of write.blobs) keep(blob(hash))
    for (const { path } of payload.changed) keepRevision(change, path, write)
    for (const path of payload.removed) keepRevision(change, path, write)
    if (payload.theme) useTheme(change, payload.theme)
    const { extension } = payload
    const everything = extension !== undefined && hasOtherPlugins(change, extension)
    if (extension !== undefined) useExtension(change, extension)
    const problems = readFolder(change, payload, { ...parts, everything, bytesOf: (file) => blob(file.hash) })
    const errors = problems.filter((problem) => problem.severity === 'error')
    if (errors.length > 0) {
      throw new DrowseError('content-invalid', `${errors.length} of the folder’s files can’t be read.`, {
        hint: 'Mend them and sync again; the site stays as it was.',
        details: { problems },
      })
    }
    return { result: { changed: payload.changed.length, removed: payload.removed.length } }
  },
}
