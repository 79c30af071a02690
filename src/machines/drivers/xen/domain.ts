import { DrowseError } from '../../../errors/drowse-error.ts'
import { createLink, type Link } from '../../../protocol/link.ts'
import type { Agent, DomainInfo, DomainLink } from './agent.ts'
import type { XenHost } from './host.ts'
import { XL } from './host-files.ts'

/** A domain whose link this gateway holds. */
export interface Domain {
  readonly agent: Agent
  readonly plugged: DomainLink
  readonly link: Link
  /** Its link ends because it is to, and the domain need not. */
  letGo: boolean
}

/** What a domain takes beside its memory. */
const OVERHEAD_MB = 8

/** Gives a domain its link. It may be paused. */
export async function plugDomain(agent: Agent, name: string, host: string, deadline: AbortSignal): Promise<Domain> {
  const plugged = await agent.plug(name, deadline)
  const whyEnded = async () =>
    new DrowseError('machine-failed', `The domain ${name} ended, or the connection to ${host} did.`, {
      hint: 'The next wake starts it cold.',
    })
  return { agent, plugged, link: createLink(plugged.stream, plugged.stream, { whyEnded }), letGo: false }
}

/** Nothing is said over its link any more. */
export function letGo(domain: Domain): void {
  domain.letGo = true
  domain.link.break(new DrowseError('machine-failed', 'The domain was ended.', { hint: 'The next wake starts it cold.' }))
}

interface Named {
  readonly host: XenHost
  readonly agent: Agent
  readonly name: string
}

/** Pauses or unpauses, by the agent, and by `xl` when it refuses. Returns what the domain is afterwards. */
export async function hotVerb(
  verb: 'pause' | 'unpause',
  { host, agent, name }: Named,
  deadline: AbortSignal,
): Promise<DomainInfo> {
  try {
    return await agent[verb](name, deadline)
  } catch (error) {
    if (agent.isGone || deadline.aborted) throw error
    // It rejects where xl could do nothing either.
    await agent.info(name, deadline)
    await host.run(`${XL} ${verb} ${name}`)
    return await agent.info(name, deadline)
  }
}

/** Also of one that has ended, until the toolstack has cleared it away. */
export async function isThere(agent: Agent, name: string, deadline: AbortSignal): Promise<boolean> {
  const { state } = await agent.info(name, deadline).catch(() => ({ state: 'absent' }))
  return state !== 'absent'
}

interface Needed {
  readonly host: string
  readonly agent: Agent
  /** Which machine it is for. */
  readonly what: string
  readonly memoryMb: number
}

/** Throws `machine-failed` where the host has no room for another domain. */
export async function checkHostMemory({ host, agent, what, memoryMb }: Needed, deadline: AbortSignal): Promise<void> {
  const freeMb = await agent.memory(deadline)
  const neededMb = memoryMb + OVERHEAD_MB
  if (freeMb >= neededMb) return
  throw new DrowseError('machine-failed', `${host} has ${freeMb} MB of memory left for domains, and ${what} needs ${neededMb}.`, {
    hint: 'End a domain there, or give the site less with `machine.memoryMb`. Accepted writes are kept.',
  })
}
