import { once } from 'node:events'
import { DrowseError } from '../../../errors/drowse-error.ts'
import { type Agent, createAgent } from './agent.ts'
import type { XenHost } from './host.ts'

/** The host's agent, over the connection that it lives by. */
export interface Connection {
  readonly agent: Agent
  /** Ends it: the agent ends the domains whose links it holds. Returns once it has. */
  close(): Promise<void>
}

const PROGRAM = 'drowse-xen-agent'
const PREFIX = 'drowse-'
const CONNECT_MS = 30_000
const CLOSE_MS = 60_000
const END_MS = 1000

/** Throws `machine-failed` or `program-missing`, saying what stands in the way: ssh, the agent, Xen, permission. */
export async function connect(host: XenHost): Promise<Connection> {
  const child = host.stay(`${PROGRAM} ${PREFIX}`)
  const { stdin, stdout, stderr } = child
  if (stdin === null || stdout === null || stderr === null)
    throw new DrowseError('internal', 'The Xen host’s agent has no streams.')
  let said = ''
  stderr.on('data', (chunk: Buffer) => {
    said = (said + String(chunk)).slice(-2000)
  })
  const ended = Promise.withResolvers<void>()
  let why: Error | null = null
  child.once('error', (error) => {
    why = error
    ended.resolve()
  })
  child.once('close', () => ended.resolve())
  const agent = createAgent(stdout, stdin)
  try {
    // Its first answer shows that it is there.
    await agent.memory(AbortSignal.timeout(CONNECT_MS))
  } catch (cause) {
    // One that ends by itself clears its socket away, which the next connection would stumble over.
    const late = setTimeout(() => child.kill('SIGKILL'), END_MS)
    await ended.promise
    clearTimeout(late)
    throw explain(host.name, child.exitCode, said, why ?? cause)
  }
  return {
    agent,
    async close() {
      stdin.end()
      if (child.exitCode !== null || child.signalCode !== null) return
      const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS)
      await Promise.race([ended.promise, once(child, 'close')])
      clearTimeout(late)
    },
  }
}

function explain(name: string, exitCode: number | null, said: string, cause: unknown): DrowseError {
  const words = said
    .trim()
    .split(/\s*\n\s*/)
    .slice(-3)
    .join(' ')
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return new DrowseError('program-missing', 'The program ssh is not on this computer.', {
      cause,
      hint: 'On Debian it comes with the package openssh-client: `apt-get install openssh-client`.',
    })
  }
  if (exitCode === 127) {
    return new DrowseError('program-missing', `The program ${PROGRAM} is not on ${name}, or can’t be started: ${words}`, {
      cause,
      hint: 'It is built there, once for each version of Xen: the manual’s page on machines tells how.',
    })
  }
  const what = exitCode === 255 ? `ssh can’t reach ${name}` : `${PROGRAM} did not answer on ${name}`
  return new DrowseError('machine-failed', `${what}${words === '' ? '.' : `: ${words}`}`, {
    cause,
    hint: 'Nothing is lost: accepted writes are applied once the host can be used.',
  })
}
