import { hash } from 'node:crypto'
import { DrowseError } from '../errors/drowse-error.ts'
import type { ObjectInfo, Problem } from '../protocol/types.ts'
import type { Rendered } from '../render/types.ts'
import { keyOf, type PageRow } from './pages.ts'

const encoder = new TextEncoder()

/** A rendering as the object to publish under its path. */
export function toObject(path: string, rendered: Rendered): { object: ObjectInfo; bytes: Uint8Array } {
  const bytes = typeof rendered.content === 'string' ? encoder.encode(rendered.content) : rendered.content
  const object: ObjectInfo = {
    key: keyOf(path),
    hash: hash('sha256', bytes),
    sizeBytes: bytes.byteLength,
    contentType: rendered.contentType,
    cache: rendered.cache ?? 'page',
    ...(rendered.redirect === undefined ? {} : { redirect: rendered.redirect }),
  }
  return { object, bytes }
}

/** Why a page could not be rendered, for the person who can mend it. */
export function problemOf(page: PageRow, error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error)
  const hint = error instanceof DrowseError ? error.hint : undefined
  return {
    where: page.unit === '' ? page.path : `${page.path} (${page.unit})`,
    rule: `render/${error instanceof DrowseError ? error.code : 'failed'}`,
    message: `The page ${page.path} could not be rendered: ${message}`,
    severity: 'error',
    ...(hint === undefined ? {} : { hint }),
  }
}

/** Whether readers would get the very same. */
export function isSame(object: ObjectInfo, before: ObjectInfo | null): boolean {
  return before?.hash === object.hash && before.contentType === object.contentType && before.redirect === object.redirect
}
