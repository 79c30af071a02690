import { DrowseError } from '../errors/drowse-error.ts'
import { saying } from '../errors/words/say.ts'
import type { Saying } from '../errors/words/types.ts'
import { type Allowance, createAllowance, UNLIMITED } from './allowance.ts'
import { networkOf } from './client-address.ts'
import { createProofs } from './proof.ts'
import type { Fields, GatewayOptions, VisitorLimits } from './types.ts'

const HOUR_MS = 3_600_000
/** Networks whose writes are counted: some 2 MB. */
const NETWORKS = 10_000
/** Visitors’ writes that may wait for the machine: two full batches. */
const MOST_WAITING = 1000

/** From here on visitors must show a proof. */
const STRAIN = 0.5
const STRAINED_MS = 60_000

/** What stands between a visitor’s write that is sound and the journal. */
export interface VisitorGates {
  /**
   * Lets one fresh write in and keeps its place until `done`. Throws `too-many-writes` where its network or the whole site has had its share, `queue-full` where too many wait already.
   * Where half of what the site takes at once is gone, or the budget of wakes is spent: `proof-needed`, unless the form holds a proof. `client`: see `clientAddress`; `proof`: the fields it
   * would be in. A program is told to come later instead.
   */
  admit(client: string | null, proof: Fields | 'program' | 'unasked'): Promise<{ done(): void }>
}

export function visitorGates(
  { site, journal, writes, limits }: Pick<GatewayOptions, 'site' | 'journal' | 'writes' | 'limits'>,
  now: () => number = () => performance.now(),
): VisitorGates {
  const ofNetworks = allowed(limits?.writesPerNetwork, NETWORKS)
  const ofSite = allowed(limits?.writesPerHour, 1)
  const proofs = createProofs()
  /** Admitted, and not in the journal yet. */
  let arriving = 0

  function allowed(most: VisitorLimits['writesPerHour'] | undefined, keys: number): Allowance {
    return most == null ? UNLIMITED : createAllowance({ most, windowMs: HOUR_MS, keys, now })
  }

  function refuse(network: string | null): void {
    if (network !== null && ofNetworks.waitMs(network) > 0) throw tooMany(saying('networkSpent'), ofNetworks.waitMs(network))
    if (ofSite.waitMs(site) > 0) throw tooMany(saying('siteSpent'), ofSite.waitMs(site))
    if (journal.backlog(site) + arriving >= MOST_WAITING) throw queueFull(writes.heldMs(site))
  }

  return {
    async admit(client, proof) {
      const network = client === null ? null : networkOf(client)
      refuse(network)
      const isStrained = proof !== 'unasked' && (ofSite.strain(site) >= STRAIN || writes.heldMs(site) > 0)
      if (isStrained && proof === 'program') throw tooMany(saying('manyWriting'), STRAINED_MS)
      if (isStrained && proof !== 'program' && !(await proofs.check(proof))) throw await proofs.challenge()
      // Others may have come in while that was looked at.
      refuse(network)
      if (network !== null) ofNetworks.take(network)
      ofSite.take(site)
      arriving += 1
      return {
        done() {
          arriving -= 1
        },
      }
    },
  }
}

function tooMany(message: Saying, waitMs: number): DrowseError {
  const seconds = Math.ceil(waitMs / 1000)
  return new DrowseError('too-many-writes', message, {
    hint: seconds < 90 ? saying('sendSoon') : saying('sendLater', { count: Math.ceil(seconds / 60) }),
    details: { retryAfterSeconds: seconds },
  })
}

function queueFull(heldMs: number): DrowseError {
  return new DrowseError('queue-full', saying('queueFull'), {
    hint: saying('queueFullHint'),
    details: { retryAfterSeconds: Math.max(30, Math.ceil(heldMs / 1000)) },
  })
}
