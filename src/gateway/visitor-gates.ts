import { DrowseError } from '../errors/drowse-error.ts'
import { type Allowance, createAllowance, UNLIMITED } from './allowance.ts'
import { networkOf } from './client-address.ts'
import type { GatewayOptions, VisitorLimits } from './types.ts'

const HOUR_MS = 3_600_000
/** Networks whose writes are counted: some 2 MB. */
const NETWORKS = 10_000
/** Visitors’ writes that may wait for the machine: two full batches. */
const MOST_WAITING = 1000

/** What stands between a visitor’s write that is sound and the journal. */
export interface VisitorGates {
  /**
   * Lets one fresh write in and keeps its place until `done`. Throws `too-many-writes` where its network or the whole site has had its share, `queue-full` where too many wait already.
   * `client`: see `clientAddress`.
   */
  admit(client: string | null): { done(): void }
}

export function visitorGates(
  { site, journal, writes, limits }: Pick<GatewayOptions, 'site' | 'journal' | 'writes' | 'limits'>,
  now: () => number = () => performance.now(),
): VisitorGates {
  const ofNetworks = allowed(limits?.writesPerNetwork, NETWORKS)
  const ofSite = allowed(limits?.writesPerHour, 1)
  /** Admitted, and not in the journal yet. */
  let arriving = 0

  function allowed(most: VisitorLimits['writesPerHour'] | undefined, keys: number): Allowance {
    return most == null ? UNLIMITED : createAllowance({ most, windowMs: HOUR_MS, keys, now })
  }

  return {
    admit(client) {
      const network = client === null ? null : networkOf(client)
      if (network !== null && ofNetworks.waitMs(network) > 0)
        throw tooMany('More was sent from your network lately than is taken from one.', ofNetworks.waitMs(network))
      if (ofSite.waitMs(site) > 0) throw tooMany('More is being sent to this site than it takes at once.', ofSite.waitMs(site))
      if (journal.backlog(site) + arriving >= MOST_WAITING) throw queueFull(writes.heldMs(site))
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

function tooMany(message: string, waitMs: number): DrowseError {
  const seconds = Math.ceil(waitMs / 1000)
  const when = seconds < 90 ? 'in a minute' : `in about ${Math.ceil(seconds / 60)} minutes`
  return new DrowseError('too-many-writes', message, {
    hint: `Nothing of yours was lost: keep this page and send it again ${when}.`,
    details: { retryAfterSeconds: seconds },
  })
}

function queueFull(heldMs: number): DrowseError {
  return new DrowseError('queue-full', 'So much was sent by others that this could not be taken.', {
    hint: 'Nothing of yours was lost: keep this page and send it again in a few minutes.',
    details: { retryAfterSeconds: Math.max(30, Math.ceil(heldMs / 1000)) },
  })
}
