import { once } from 'node:events'
import { createServer } from 'node:http'

/** A request that a stand-in got. */
export interface TakenRequest {
  readonly method: string
  readonly url: string
  readonly authorization: string | null
  readonly body: string
}

export interface StandIn {
  readonly url: string
  readonly taken: readonly TakenRequest[]
  close(): void
}

/** An HTTP server that notes what it is asked and answers what `answer` says. */
export async function startStandIn(answer: (request: TakenRequest) => { status: number; body?: string }): Promise<StandIn> {
  const taken: TakenRequest[] = []
  const server = createServer((incoming, outgoing) => {
    void Array.fromAsync(incoming).then((chunks) => {
      const { method = '', url = '', headers } = incoming
      const request = { method, url, authorization: headers.authorization ?? null, body: Buffer.concat(chunks).toString() }
      taken.push(request)
      const { status, body = '' } = answer(request)
      outgoing.writeHead(status, { 'content-type': 'text/xml' })
      outgoing.end(body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    taken,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
