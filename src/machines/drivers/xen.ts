import { setTimeout as sleep } from 'node:timers/promises'
import { DrowseError } from '../../errors/drowse-error.ts'
import { greet } from '../../protocol/greet.ts'
import { createTurns, type Turns } from '../../protocol/turns.ts'
import type { Image } from '../image/types.ts'
import { createStopwatch, type Stopwatch } from '../stopwatch.ts'
import type { Awake, MachineDriver, MachineId, MachineState, MachineUsage, Tier } from '../types.ts'
import type { Agent } from './xen/agent.ts'
import { type Connection, connect } from './xen/connection.ts'
import { checkHostMemory, type Domain, hotVerb, isThere, letGo, plugDomain } from './xen/domain.ts'
import type { XenHost } from './xen/host.ts'
import { type HostPlace, hostPlace, XL } from './xen/host-files.ts'
import { newNote, readNote, writeNote } from './xen/note.ts'

export interface XenDriverOptions {
  /** The gateway's folder of a machine: which domain it is stands there. Its data is on the host. */
  readonly dataDir: (id: MachineId) => string
  readonly host: XenHost
  readonly image: Image
  /** The fencing epoch that a woken guest is told; asked at every wake. */
  readonly epoch: (id: MachineId) => number
  readonly memoryMb?: number
  /** Of a new data disk; it takes on the host what was written to it. */
  readonly diskMb?: number
  readonly type?: 'pv' | 'pvh'
  readonly now?: () => number
  /** How long a guest that was paused may take to answer before it is started cold instead; one that was saved, three times as long. */
  readonly resumeWithinMs?: number
}

interface Machine {
  readonly turns: Turns
  domain: Domain | null
  /** Whether this driver paused it. Says only how a wake is told of; what the state is, is observed. */
  paused: boolean
}

/** A machine on its host, as one verb sees it. */
interface Reach {
  readonly id: MachineId
  readonly name: string
  readonly agent: Agent
  readonly place: HostPlace
  readonly hasDisk: boolean
}

const OBSERVE_MS = 10_000
const SOON_MS = 60_000
/** In which a guest that runs has let go of its link. */
const LET_GO_MS = 500

/**
 * Each machine is a domain of Xen, on this computer or on one that ssh leads to. It has a disk of its own, and a link that a small agent on the host serves, which also pauses and
 * unpauses it; `xl` does the rest. It sleeps paused, as a file, or switched off. It dies with the gateway, whose connection the agent watches. Verbs on one machine run one
 * after the other, and what was begun on the host is finished before a verb returns: a deadline is looked at between steps.
 */
export function xenDriver(options: XenDriverOptions) {
  const { host, image, memoryMb = 512, diskMb = 4096, type = 'pv', now = Date.now, resumeWithinMs = 5000 } = options
  const machines = new Map<MachineId, Machine>()
  let connection: Promise<Connection> | null = null
  let imageIsThere: Promise<void> | null = null
  let closed = false

  function machine(id: MachineId): Machine {
    const known = machines.get(id) ?? { turns: createTurns(), domain: null, paused: false }
    machines.set(id, known)
    return known
  }

  async function agentOf(): Promise<Agent> {
    const asked = connection
    const last = asked === null ? null : await asked.catch(() => null)
    if (last !== null && !last.agent.isGone) return last.agent
    // Another verb may have connected meanwhile.
    if (connection === asked || connection === null) connection = connect(host)
    return (await connection).agent
  }

  const placeOf = (id: MachineId, name: string) =>
    hostPlace(host, name, image, { type, memoryMb, diskMb, epoch: options.epoch(id) })

  /** Null where the machine has never been. */
  async function reach(id: MachineId): Promise<Reach | null> {
    const note = await readNote(options.dataDir(id), host.name)
    if (note === null) return null
    return { id, name: note.domain, agent: await agentOf(), place: placeOf(id, note.domain), hasDisk: note.hasDisk }
  }

  async function reachOrMake(id: MachineId): Promise<Reach> {
    const known = await reach(id)
    if (known !== null) return known
    // Reached first: a note of a host that is not there would be one of nothing.
    await agentOf()
    await writeNote(options.dataDir(id), newNote(host.name))
    return (await reach(id)) ?? (await reachOrMake(id))
  }

  function held(id: MachineId): Domain | null {
    const domain = machines.get(id)?.domain ?? null
    return domain === null || domain.link.fault !== null || domain.agent.isGone ? null : domain
  }

  async function observe(id: MachineId): Promise<MachineState> {
    const there = await reach(id)
    if (there === null) return 'absent'
    const { state } = await there.agent.info(there.name, AbortSignal.timeout(OBSERVE_MS))
    if (state === 'absent') return await there.place.look()
    return state === 'ended' || held(id) === null ? 'broken' : state
  }

  async function wake(id: MachineId, deadline: AbortSignal): Promise<Awake> {
    const known = machine(id)
    const release = await known.turns.take(deadline, `the wake of ${id}`)
    try {
      if (closed) throw new DrowseError('machine-failed', `The driver is closed, so ${id} can’t be woken.`)
      const watch = createStopwatch()
      const there = await reachOrMake(id)
      const resumed = await resume(there, watch, deadline)
      if (resumed !== null) return resumed
      // It rejects where xenstored is gone, for which xl would wait in vain.
      await there.agent.info(there.name, deadline)
      return (await restore(there, watch, deadline)) ?? (await boot(there, watch, deadline))
    } finally {
      release()
    }
  }

  /** Wakes a machine whose memory is held; null when there is none, or none any more, that answers. */
  async function resume(there: Reach, watch: Stopwatch, deadline: AbortSignal): Promise<Awake | null> {
    const domain = held(there.id)
    if (domain === null) return null
    const from = machine(there.id).paused ? 'paused' : 'running'
    // Asked of a running one too, which it does not disturb: somebody else may have paused it.
    return await goOn(there, domain, from, watch, deadline)
  }

  /** Wakes a machine from its memory image; null when there is none that fits, or it does not answer. The image is consumed either way. */
  async function restore(there: Reach, watch: Stopwatch, deadline: AbortSignal): Promise<Awake | null> {
    const { place, agent } = there
    if ((await place.look()) !== 'saved') return null
    await checkMemory(there, deadline)
    // There may be a domain beside it, of a gateway that died while it saved.
    await place.sweep()
    watch.lap('sweep')
    let domain: Domain
    try {
      await place.restore()
      watch.lap('restore')
      domain = await plug(there, deadline)
    } catch (error) {
      await abandon(there)
      if (deadline.aborted || agent.isGone) throw error
      watch.lap('abandon')
      return null
    }
    watch.lap('plug')
    return await goOn(there, domain, 'saved', watch, deadline)
  }

  /** Held when it rejects or returns null: nothing. */
  async function goOn(
    there: Reach,
    domain: Domain,
    from: Awake['from'],
    watch: Stopwatch,
    deadline: AbortSignal,
  ): Promise<Awake | null> {
    const { id } = there
    // One that was restored connects to its disks and its link anew first.
    const withinMs = from === 'saved' ? 3 * resumeWithinMs : resumeWithinMs
    const tooLate = new DrowseError('machine-failed', `The guest of ${id} did not answer within ${withinMs} ms of being woken.`)
    let patience: NodeJS.Timeout | undefined
    try {
      const { state } = await hot('unpause', there, deadline)
      if (state !== 'running') throw new DrowseError('machine-failed', `The domain of ${id} should be running and is “${state}”.`)
      machine(id).paused = false
      watch.lap('unpause')
      patience = from === 'running' ? undefined : setTimeout(() => domain.link.break(tooLate), withinMs)
      await greet(domain.link, now(), options.epoch(id), deadline)
      watch.lap('ready')
      return { link: domain.link, from, phases: watch.phases }
    } catch (error) {
      await abandon(there)
      if (deadline.aborted) throw error
      watch.lap('abandon')
      return null
    } finally {
      clearTimeout(patience)
    }
  }

  /** Held when it rejects: nothing. */
  async function boot(there: Reach, watch: Stopwatch, deadline: AbortSignal): Promise<Awake> {
    const { id, place, hasDisk } = there
    machine(id).domain = null
    imageIsThere ??= place.putImage()
    try {
      await imageIsThere
    } catch (error) {
      imageIsThere = null
      throw error
    }
    watch.lap('image')
    await place.prepare(hasDisk)
    if (!hasDisk) await writeNote(options.dataDir(id), { domain: there.name, host: host.name, hasDisk: true })
    await checkMemory(there, deadline)
    watch.lap('sweep')
    try {
      checkTime(deadline, `the domain of ${id} was created`)
      await place.create()
      watch.lap('create')
      const { link } = await plug(there, deadline)
      const { state } = await hot('unpause', there, deadline)
      if (state !== 'running') throw new DrowseError('machine-failed', `The new domain of ${id} is “${state}”.`)
      machine(id).paused = false
      await greet(link, now(), options.epoch(id), deadline)
      watch.lap('boot')
      return { link, from: 'off', phases: watch.phases }
    } catch (error) {
      await abandon(there)
      throw error
    }
  }

  async function plug({ id, name, agent }: Reach, deadline: AbortSignal): Promise<Domain> {
    const domain = await plugDomain(agent, name, host.name, deadline)
    machine(id).domain = domain
    void domain.link.broken.then(async () => {
      if (!domain.letGo) await endBroken(id, domain).catch(() => {})
    })
    return domain
  }

  const hot = async (verb: 'pause' | 'unpause', { agent, name }: Reach, deadline: AbortSignal) =>
    await hotVerb(verb, { host, agent, name }, deadline)

  const checkMemory = async ({ id, agent }: Reach, deadline: AbortSignal) =>
    await checkHostMemory({ host: host.name, agent, what: id, memoryMb }, deadline)

  /** Ends a machine that nobody can speak to any more, unless a verb already has. What it can't, the next wake does. */
  async function endBroken(id: MachineId, domain: Domain): Promise<void> {
    const release = await machine(id).turns.take(AbortSignal.timeout(SOON_MS), `the end of ${id}`)
    try {
      if (machine(id).domain !== domain || domain.agent.isGone) return
      const there = await reach(id)
      if (there !== null) await abandon(there)
    } finally {
      release()
    }
  }

  /** Ends the domain, however it is. Held afterwards: its disk. */
  async function abandon({ id, place }: Reach): Promise<void> {
    const known = machine(id)
    if (known.domain !== null) letGo(known.domain)
    known.domain = null
    known.paused = false
    await place.sweep()
  }

  async function suspend(id: MachineId, to: Tier, deadline: AbortSignal) {
    const release = await machine(id).turns.take(deadline, `the suspend of ${id}`)
    try {
      const watch = createStopwatch()
      const there = await reach(id)
      if (there === null) {
        if (to !== 'off') throw nothing(id)
      } else if (to === 'paused') await pause(there, watch, deadline)
      else if (to === 'saved') await save(there, watch, deadline)
      else await switchOff(there, watch, deadline)
      return { phases: watch.phases }
    } finally {
      release()
    }
  }

  async function pause(there: Reach, watch: Stopwatch, deadline: AbortSignal): Promise<Domain> {
    const { id } = there
    const known = machine(id).domain
    if (known === null) throw nothing(id)
    if (known.link.fault !== null) throw known.link.fault
    machine(id).paused = true
    const { state } = await hot('pause', there, deadline)
    watch.lap('pause')
    if (state !== 'paused') throw new DrowseError('machine-failed', `The domain of ${id} should be paused and is “${state}”.`)
    return known
  }

  /** A domain must run to be saved, and have no link: this is taken away first and given again if it could not be saved, to a paused domain. */
  async function save(there: Reach, watch: Stopwatch, deadline: AbortSignal): Promise<void> {
    const { id, place } = there
    if (held(id) === null && (await place.look()) === 'saved') return
    const domain = await pause(there, watch, deadline)
    try {
      checkTime(deadline, `${id} was saved`)
      await hot('unpause', there, deadline)
      domain.letGo = true
      await domain.plugged.unplug(deadline)
      checkTime(deadline, `${id} was saved`)
      watch.lap('unplug')
      await place.save()
      watch.lap('save')
    } catch (error) {
      await giveBack(there, domain)
      throw error
    }
    machine(id).domain = null
    machine(id).paused = false
    await place.keepMemory()
    watch.lap('keep')
  }

  /** Leaves a domain that could not be saved paused, with its link; one that this fails for is ended. */
  async function giveBack(there: Reach, domain: Domain): Promise<void> {
    const soon = AbortSignal.timeout(SOON_MS)
    try {
      const { state } = await hot('pause', there, soon)
      if (state !== 'paused') throw nothing(there.id)
      if (domain.letGo) {
        await hot('unpause', there, soon)
        await domain.plugged.unplug(soon)
        // Given at once, the new link would be taken for the old one, whose end the guest has still to see.
        await sleep(LET_GO_MS)
        await hot('pause', there, soon)
        await plug(there, soon)
      }
    } catch {
      await abandon(there)
    }
  }

  /** Asks first; destroys at the deadline. */
  async function switchOff(there: Reach, watch: Stopwatch, deadline: AbortSignal): Promise<void> {
    const { id, name, agent, place } = there
    const domain = held(id)
    if (domain !== null) {
      domain.letGo = true
      // One that can't be asked is destroyed.
      const asked = hot('unpause', there, deadline).then(() => host.run(`${XL} shutdown ${name}`))
      await asked.catch(() => {})
      watch.lap('ask')
      while (!deadline.aborted && (await isThere(agent, name, deadline))) await sleep(50)
      watch.lap('end')
    }
    await abandon(there)
    await place.forgetMemory()
    watch.lap('sweep')
  }

  async function usage(id: MachineId): Promise<MachineUsage | null> {
    const domain = held(id)
    const note = domain === null ? null : await readNote(options.dataDir(id), host.name)
    if (domain === null || note === null) return null
    const { state, cpuNs } = await domain.agent.info(note.domain, AbortSignal.timeout(OBSERVE_MS))
    return state === 'running' || state === 'paused' ? { cpuNs, memoryBytes: memoryMb * 2 ** 20 } : null
  }

  async function destroy(id: MachineId): Promise<void> {
    const release = await machine(id).turns.take(AbortSignal.timeout(SOON_MS), `the end of ${id}`)
    try {
      const there = await reach(id)
      if (there === null) return
      await abandon(there)
      await there.place.forgetMemory()
    } finally {
      release()
    }
  }

  /** A saved machine stays saved: only what runs is ended, which the agent does when its connection ends. */
  async function close(): Promise<void> {
    closed = true
    const ids = Array.from(machines.keys())
    // A verb under way finishes first.
    const releases = ids.map(async (id) => await machine(id).turns.take(AbortSignal.timeout(SOON_MS), `the end of ${id}`))
    for (const { domain } of machines.values()) if (domain !== null) letGo(domain)
    await Promise.allSettled(releases)
    if (connection !== null) await (await connection.catch(() => null))?.close()
    for (const release of releases) (await release.catch(() => null))?.()
    host.close()
  }

  const capabilities = { pause: true, save: true, clockSurvives: true, isolates: true }
  return { name: 'xen', capabilities, observe, wake, suspend, usage, destroy, close } satisfies MachineDriver
}

function nothing(id: MachineId): DrowseError {
  return new DrowseError('machine-failed', `There is no machine of ${id} to put to sleep; the next wake starts it cold.`)
}

function checkTime(deadline: AbortSignal, what: string): void {
  if (deadline.aborted) throw new DrowseError('machine-failed', `The deadline passed before ${what}.`)
}
