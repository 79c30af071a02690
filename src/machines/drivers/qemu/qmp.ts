import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import * as v from 'valibot'
import { DrowseError } from '../../../errors/drowse-error.ts'
import type { Json } from '../../../protocol/types.ts'

/** QEMU's control channel. https://www.qemu.org/docs/master/interop/qmp-spec.html */
export interface Qmp {
  /** Returns what the command returned. Rejects with `machine-failed` when QEMU refuses, is gone, or has not answered at the deadline; it may do it yet. */
  execute(command: string, args: { readonly [key: string]: Json }, deadline: AbortSignal): Promise<unknown>
}

const answer = v.object({
  id: v.optional(v.number()),
  return: v.optional(v.unknown()),
  error: v.optional(v.object({ class: v.string(), desc: v.string() })),
})

/** Speaks over `stream`, which belongs to it. Events are ignored: states are asked for. */
export function createQmp(stream: Duplex): Qmp {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let next = 0
  let isGone = false

  function end(): void {
    isGone = true
    for (const { reject } of waiting.values()) reject(gone())
    waiting.clear()
  }

  const lines = createInterface({ input: stream })
  // Lines repeat what goes wrong with the stream, and without a listener that would be thrown.
  lines.on('error', end)
  stream.on('error', end)
  stream.on('close', end)
  lines.on('line', (line) => {
    const read = v.safeParse(answer, parse(line))
    if (!read.success || read.output.id === undefined) return
    const { id, error } = read.output
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(read.output.return)
    else asked?.reject(new DrowseError('machine-failed', `QEMU refused: ${error.desc}`))
  })

  async function execute(command: string, args: { readonly [key: string]: Json }, deadline: AbortSignal): Promise<unknown> {
    if (isGone) throw gone()
    if (deadline.aborted) throw late(command)
    const id = next++
    const asked = Promise.withResolvers<unknown>()
    const expire = () => {
      waiting.delete(id)
      asked.reject(late(command))
    }
    waiting.set(id, asked)
    deadline.addEventListener('abort', expire, { once: true })
    stream.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`)
    try {
      return await asked.promise
    } finally {
      deadline.removeEventListener('abort', expire)
    }
  }

  // It takes no other command before this one; what goes wrong here goes wrong with the next too.
  execute('qmp_capabilities', {}, new AbortController().signal).catch(() => {})
  return { execute }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function gone(): DrowseError {
  return new DrowseError('machine-failed', 'QEMU is gone.')
}

function late(command: string): DrowseError {
  return new DrowseError('machine-failed', `QEMU did not answer “${command}” before the deadline.`)
}
