import { type ChildProcess, spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import * as v from 'valibot'
import { DrowseError } from '../../../errors/drowse-error.ts'
import { begun, type Child, watchChild } from '../../host/child.ts'
import { LINK_FD, QMP_FD } from './command.ts'
import { createQmp, type Qmp } from './qmp.ts'

/** A virtual machine: a QEMU process with the link to its guest, which switches the machine off when its input ends. */
export interface Vm extends Child {
  readonly qmp: Qmp
  /** What QEMU says of it, asked anew. */
  status(deadline: AbortSignal): Promise<string>
}

/**
 * Starts QEMU with an empty environment; what the machine's console and QEMU say goes to `guest.log` of `dataDir`. Returns once the process exists; rejects with
 * `machine-failed` when it can't be started. A link that breaks kills it.
 */
export async function startVm(command: readonly string[], dataDir: string): Promise<Vm> {
  const [file = '', ...args] = command
  // Pipes are socket pairs to Node, which is what QEMU takes as a descriptor that is connected already. A session of its own: Ctrl-C is not for the machine.
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe', 'pipe', 'pipe']
  const child = spawn(file, args, { cwd: dataDir, env: { PATH: process.env.PATH }, stdio, detached: true })
  await begun(child)
  const stream = duplex(child, LINK_FD)
  const link = { input: stream, output: stream }
  const says = [child.stdout, child.stderr].filter((output) => output !== null)
  const watched = watchChild(child, { noun: 'machine', link, says, saysWhat: 'What its console says', dataDir })
  const qmp = createQmp(duplex(child, QMP_FD))
  const status = async (deadline: AbortSignal) => v.parse(statusAnswer, await qmp.execute('query-status', {}, deadline)).status
  return Object.assign(watched, { qmp, status })
}

const statusAnswer = v.object({ status: v.string() })

function duplex(child: ChildProcess, fd: number): Duplex {
  const stream: unknown = child.stdio[fd]
  if (stream instanceof Duplex) return stream
  throw new DrowseError('internal', `Descriptor ${fd} of the machine is not a socket.`)
}
