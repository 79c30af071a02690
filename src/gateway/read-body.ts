import { DrowseError } from '../errors/drowse-error.ts'
import { saying } from '../errors/words/say.ts'
import type { Json } from '../protocol/types.ts'
import type { Fields } from './types.ts'

export type Body = { readonly type: 'fields'; readonly fields: Fields } | { readonly type: 'json'; readonly json: Json }

type BodyType = 'urlencoded' | 'multipart' | 'json'

/** Throws `body-too-large` for a request that says itself that it is. */
export function checkLength(request: Request, maxBytes: number): void {
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
}

/** What kind of body the request announces. Throws `type-unsupported`. */
export function bodyType(request: Request): BodyType {
  const [type = '', ...parameters] = (request.headers.get('Content-Type') ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='))
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
  switch (isUtf8 ? type.trim() : '') {
    case 'application/x-www-form-urlencoded':
      return 'urlencoded'
    case 'multipart/form-data':
      return 'multipart'
    case 'application/json':
      return 'json'
    default:
      throw new DrowseError('type-unsupported', saying('typeUnread'), {
        hint: saying('typeUnreadHint'),
      })
  }
}

/** Reads no more than `maxBytes`, then parses. Throws `body-too-large`, or `form-invalid` for what is not what it says it is. */
export async function readBody(request: Request, type: BodyType, maxBytes: number): Promise<Body> {
  const bytes = await readLimited(request, maxBytes)
  switch (type) {
    case 'urlencoded':
      return { type: 'fields', fields: Object.fromEntries(new URLSearchParams(decode(bytes))) }
    case 'multipart':
      return { type: 'fields', fields: await multipartFields(bytes, request.headers.get('Content-Type') ?? '') }
    case 'json':
      return { type: 'json', json: parseJson(decode(bytes)) }
  }
}

/** Throws `body-too-large`. */
export async function readLimited(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  if (request.body !== null) {
    for await (const chunk of request.body) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk)
    }
  }
  return Buffer.concat(chunks)
}

async function multipartFields(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<Fields> {
  const form = await new Response(bytes, { headers: { 'Content-Type': contentType } }).formData().catch((cause: unknown) => {
    throw new DrowseError('form-invalid', saying('formBroken'), { cause })
  })
  return Object.fromEntries(
    Array.from(form, ([name, value]) => {
      if (typeof value === 'string') return [name, value]
      throw new DrowseError('type-unsupported', saying('fileRefused', { field: name }))
    }),
  )
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new DrowseError('form-invalid', saying('notUtf8'), { cause })
  }
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DrowseError('form-invalid', 'The request’s body is not JSON.', { cause })
  }
}

function tooLarge(maxBytes: number): DrowseError {
  return new DrowseError('body-too-large', saying('tooLarge', { most: String(maxBytes) }), {
    hint: saying('tooLargeHint'),
  })
}
