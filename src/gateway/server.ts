import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { DrowseError } from '../errors/drowse-error.ts'

interface ServerOptions {
  /** `connection`: what is known of the connection the request came over, for Hono. */
  readonly fetch: (request: Request, connection: object) => Response | Promise<Response>
  /** 0: any free one. */
  readonly port: number
  readonly hostname?: string
}

export interface Server {
  readonly port: number
  /** Takes no new requests and lets those under way finish; after `graceMs` they are cut off. */
  close(graceMs?: number): Promise<void>
}

/** Resolves once requests are taken. Rejects with `port-in-use`. */
export async function startServer({ fetch, port, hostname = '127.0.0.1' }: ServerOptions): Promise<Server> {
  const listener = getRequestListener(fetch)
  let isClosing = false
  const server = createServer((request, response) => {
    // A browser keeps its connection for the next request, which this server won't take any more.
    response.once('close', () => isClosing && setImmediate(() => server.closeIdleConnections()))
    return listener(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, port)))
    server.listen(port, hostname, resolve)
  })
  const address = server.address()
  return {
    port: isAddressInfo(address) ? address.port : port,
    close: (graceMs = 10_000) =>
      new Promise((resolve) => {
        isClosing = true
        const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close(() => {
          clearTimeout(cutOff)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

function isAddressInfo(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}

function listenError(error: Error, port: number): DrowseError {
  const code = 'code' in error ? error.code : null
  switch (code) {
    case 'EADDRINUSE':
      return new DrowseError('port-in-use', `Port ${port} is taken by another program.`, {
        hint: 'Choose another with --port, or let --port 0 find a free one.',
        cause: error,
      })
    case 'EACCES':
      return new DrowseError('port-in-use', `Port ${port} may not be used without special rights.`, {
        hint: 'Choose one above 1023 with --port.',
        cause: error,
      })
    default:
      return new DrowseError('internal', `The server could not be started: ${error.message}.`, { cause: error })
  }
}
