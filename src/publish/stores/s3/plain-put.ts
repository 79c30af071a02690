import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3'
import { HttpRequest } from '@smithy/core/protocols'
import { SignatureV4 } from '@smithy/signature-v4'
import { HASH_METADATA } from './client.ts'

/** What `put` takes of the SDK's input; the SHA-256 of the bytes is among the metadata. */
export type PlainPutInput = Pick<
  PutObjectCommandInput,
  'CacheControl' | 'ContentType' | 'ContentEncoding' | 'WebsiteRedirectLocation'
> & { readonly Key: string; readonly Body: Uint8Array; readonly Metadata: Readonly<Record<string, string>> }

export interface PlainPuts {
  /** Puts an object by one request. True when the store has answered that it has it; false when it hasn't, for whatever reason, and the SDK is to try. */
  put(input: PlainPutInput, until?: AbortSignal): Promise<boolean>
}

type Place = Pick<HttpRequest, 'protocol' | 'hostname' | 'port' | 'path'>

/**
 * A put as most puts are, with the SDK's own signer, credentials and connections, but without the forty steps that its commands pass for each request: they take
 * two thirds of the processor's time of a first publish. Retries, and the words for what goes wrong, stay the SDK's: what is not a plain success is sent again by it.
 */
export function plainPuts(client: S3Client): PlainPuts {
  const signer = new SignatureV4({
    credentials: client.config.credentials,
    region: client.config.region,
    service: 's3',
    sha256: client.config.sha256,
    uriEscapePath: false,
  })
  const place = placeOfPuts(client)
  let isUnderstood = true

  async function send(input: PlainPutInput, where: Place, until: AbortSignal | undefined): Promise<boolean> {
    const headers = headersOf(input)
    const path = where.path + encodeKey(input.Key)
    const request = new HttpRequest({
      ...where,
      path,
      method: 'PUT',
      headers: { host: hostOf(where), ...headers },
      body: input.Body,
    })
    const signed = await signer.sign(request, { signingDate: new Date(Date.now() + client.config.systemClockOffset) })
    const handled = HttpRequest.isInstance(signed) ? signed : new HttpRequest(signed)
    const { response } = await client.config.requestHandler.handle(handled, until === undefined ? {} : { abortSignal: until })
    await drained(response.body)
    // A store that signs or speaks in a way of its own is left to the SDK for good; a busy one, or a conflict, for this object.
    if (response.statusCode >= 300 && response.statusCode < 500 && response.statusCode !== 409) isUnderstood = false
    return response.statusCode === 200
  }

  return {
    async put(input, until) {
      const where = isUnderstood ? place() : null
      if (where === null) return false
      try {
        return await send(input, where, until)
      } catch {
        return false
      }
    },
  }
}

/** Where this client's puts go, learnt from the first that the SDK makes: the host and path before the key; null until then. */
function placeOfPuts(client: S3Client): () => Place | null {
  let place: Place | null = null
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { input, request } = args
        if (place === null && commandName === 'PutObjectCommand' && HttpRequest.isInstance(request) && 'Key' in input) {
          const { protocol, hostname, port, path } = request
          const key = encodeKey(String(input.Key))
          if (path.endsWith(`/${key}`))
            place = { protocol, hostname, path: path.slice(0, -key.length), ...(port === undefined ? {} : { port }) }
        }
        return next(args)
      },
    { step: 'build', name: 'placeOfPuts' },
  )
  return () => place
}

function headersOf({ Body, CacheControl, ContentType, ContentEncoding, WebsiteRedirectLocation, Metadata }: PlainPutInput) {
  const given = {
    'user-agent': 'drowse',
    'content-length': String(Body.byteLength),
    'content-type': ContentType,
    'cache-control': CacheControl,
    'content-encoding': ContentEncoding,
    'x-amz-website-redirect-location': WebsiteRedirectLocation,
    'x-amz-content-sha256': Metadata[HASH_METADATA],
    ...Object.fromEntries(Object.entries(Metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  }
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function hostOf({ hostname, port }: Place): string {
  return port === undefined ? hostname : `${hostname}:${port}`
}

/** As S3 wants it: all but unreserved characters and the slashes. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** An answer's body has to be read before its connection can be used again. */
async function drained(body: unknown): Promise<void> {
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return
  for await (const _ of body as AsyncIterable<unknown>);
}
