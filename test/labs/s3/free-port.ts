import { once } from 'node:events'
import { createServer } from 'node:net'

/** TCP ports of the loopback interface that nobody used a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  try {
    return await Promise.all(
      servers.map(async (server) => {
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
        const address = server.address()
        if (address === null || typeof address === 'string') throw new Error('The port of a new server is not known.')
        return address.port
      }),
    )
  } finally {
    for (const server of servers) server.close()
  }
}
