import { Duplex, type Readable, type Writable } from 'node:stream'
import { DrowseError } from '../../../errors/drowse-error.ts'

export type DomainState = 'absent' | 'running' | 'paused' | 'ended'

/** A domain as Xen saw it when it was asked. */
export interface DomainInfo {
  readonly state: DomainState
  readonly cpuNs: number
  /** How long Xen took for what was asked. */
  readonly xenNs: number
}

/** The gateway's end of the connection to a host's agent; agent.c says what goes over it. Every request rejects with `machine-failed` at its deadline. */
export interface Agent {
  info(name: string, deadline: AbortSignal): Promise<DomainInfo>
  /** What the domain is afterwards; `paused` if it worked. */
  pause(name: string, deadline: AbortSignal): Promise<DomainInfo>
  unpause(name: string, deadline: AbortSignal): Promise<DomainInfo>
  /** Gives a domain its link: a stream that ends when the domain does. */
  plug(name: string, deadline: AbortSignal): Promise<DomainLink>
  /** Megabytes that are free for domains. */
  memory(deadline: AbortSignal): Promise<number>
  readonly isGone: boolean
}

/** A link's bytes. To destroy the stream does not take the link away from the domain. */
export interface DomainLink {
  readonly stream: Duplex
  /** Takes the link away, after which the domain can be saved; its stream ends. */
  unplug(deadline: AbortSignal): Promise<void>
}

/** How much may be under way in each direction of a link. */
const WINDOW_BYTES = 256 * 1024
const FRAME_BYTES = 64 * 1024
const HEAD_BYTES = 8

interface Channel {
  readonly stream: Duplex
  take(bytes: Buffer): void
  taken(sizeBytes: number): void
  end(): void
}

/** Speaks over a pair of streams, which belong to it. */
export function createAgent(readable: Readable, writable: Writable): Agent {
  const waiting = new Map<number, PromiseWithResolvers<string>>()
  const channels = new Map<number, Channel>()
  let next = 1
  let isGone = false
  let rest: Buffer = Buffer.alloc(0)

  function end(): void {
    isGone = true
    for (const { reject } of waiting.values()) reject(gone())
    waiting.clear()
    for (const channel of channels.values()) channel.end()
    channels.clear()
  }

  for (const stream of [readable, writable]) {
    stream.on('error', end)
    stream.on('close', end)
  }
  readable.on('end', end)
  readable.on('data', (chunk: Buffer) => {
    rest = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.byteLength >= HEAD_BYTES) {
      const size = HEAD_BYTES + rest.readUInt32LE(4)
      if (rest.byteLength < size) return
      const [channel, bytes] = [rest.readUInt32LE(0), rest.subarray(HEAD_BYTES, size)]
      rest = rest.subarray(size)
      if (channel === 0) hear(bytes.toString())
      else channels.get(channel)?.take(bytes)
    }
  })

  function hear(text: string): void {
    const [number = '', verb = '', ...words] = text.split(' ')
    if (verb === 'took') channels.get(Number(words[0]))?.taken(Number(words[1]))
    if (verb === 'gone') close(Number(words[0]))
    const asked = waiting.get(Number(number))
    waiting.delete(Number(number))
    if (verb === 'ok') asked?.resolve(words.join(' '))
    if (verb === 'error') asked?.reject(new DrowseError('machine-failed', words.join(' ')))
  }

  function close(number: number): void {
    channels.get(number)?.end()
    channels.delete(number)
  }

  function send(channel: number, bytes: Uint8Array): void {
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUInt32LE(channel, 0)
    head.writeUInt32LE(bytes.byteLength, 4)
    writable.cork()
    writable.write(head)
    writable.write(bytes)
    process.nextTick(() => writable.uncork())
  }

  async function ask(request: string, deadline: AbortSignal): Promise<string> {
    if (isGone) throw gone()
    if (deadline.aborted) throw late(request)
    const number = next++
    const asked = Promise.withResolvers<string>()
    const expire = () => {
      waiting.delete(number)
      asked.reject(late(request))
    }
    waiting.set(number, asked)
    deadline.addEventListener('abort', expire, { once: true })
    send(0, Buffer.from(`${number} ${request}`))
    try {
      return await asked.promise
    } finally {
      deadline.removeEventListener('abort', expire)
    }
  }

  async function askState(request: string, deadline: AbortSignal): Promise<DomainInfo> {
    const [state, cpuNs, xenNs] = (await ask(request, deadline)).split(' ')
    if (state !== 'absent' && state !== 'running' && state !== 'paused' && state !== 'ended') throw gone()
    return { state, cpuNs: Number(cpuNs), xenNs: Number(xenNs) }
  }

  function open(number: number): Channel {
    let room = WINDOW_BYTES
    let pending: { bytes: Buffer; done: () => void } | null = null
    const push = () => {
      while (pending !== null && room > 0) {
        const part = pending.bytes.subarray(0, Math.min(room, FRAME_BYTES))
        send(number, part)
        room -= part.byteLength
        const { bytes, done } = pending
        pending = part.byteLength === bytes.byteLength ? null : { bytes: bytes.subarray(part.byteLength), done }
        if (pending === null) done()
      }
    }
    let untold = 0
    const tell = () => {
      if (untold > 0 && !isGone) send(0, Buffer.from(`0 took ${number} ${untold}`))
      untold = 0
    }
    const stream = new Duplex({
      read: tell,
      write(chunk: Buffer, _, done) {
        pending = { bytes: chunk, done }
        push()
      },
    })
    return {
      stream,
      take(bytes) {
        untold += bytes.byteLength
        // Else it is told when the reader asks for more.
        if (stream.push(bytes)) tell()
      },
      taken(sizeBytes) {
        room += sizeBytes
        push()
      },
      end: () => void stream.destroy(),
    }
  }

  async function plug(name: string, deadline: AbortSignal): Promise<DomainLink> {
    const number = next++
    const channel = open(number)
    channels.set(number, channel)
    try {
      await ask(`plug ${number} ${name}`, deadline)
    } catch (error) {
      channels.delete(number)
      throw error
    }
    return {
      stream: channel.stream,
      async unplug(soon) {
        await ask(`unplug ${number}`, soon)
        close(number)
      },
    }
  }

  return {
    info: (name, deadline) => askState(`info ${name}`, deadline),
    pause: (name, deadline) => askState(`pause ${name}`, deadline),
    unpause: (name, deadline) => askState(`unpause ${name}`, deadline),
    plug,
    memory: async (deadline) => Number(await ask('memory', deadline)),
    get isGone() {
      return isGone
    },
  }
}

function gone(): DrowseError {
  return new DrowseError('machine-failed', 'The connection to the Xen host’s agent is gone.')
}

function late(request: string): DrowseError {
  return new DrowseError('machine-failed', `The Xen host’s agent did not answer “${request}” before the deadline.`)
}
