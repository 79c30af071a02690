import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { headersOf } from '../../../src/publish/headers.ts'
import type { Publisher, Store } from '../../../src/publish/types.ts'

/** A store's public objects over HTTP, with the headers they were published with, as a bucket answers. */
export async function startOrigin(store: Store, publisher: Publisher) {
  const requests: string[] = []
  const server = createServer((incoming, outgoing) => {
    const answer = async () => {
      requests.push(incoming.url ?? '')
      const storeKey = decodeURIComponent((incoming.url ?? '').slice(1))
      const info = publisher.published(storeKey.replace(/^site\//, ''))
      const bytes = info === null ? null : await store.get(storeKey)
      if (info === null || bytes === null) {
        outgoing.writeHead(404, { 'Content-Type': 'application/xml' }).end('<Error/>')
        return
      }
      const { contentType, cacheControl } = headersOf(storeKey, info)
      outgoing.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': cacheControl, ETag: `"${info.hash}"` }).end(bytes)
    }
    void answer()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/site`, requests, close: () => void server.close() }
}
