import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Duplex, type Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { DrowseError } from '../../../errors/drowse-error.ts'
import { createLink, type Link } from '../../../protocol/link.ts'
import { openGuestLog } from '../../host/guest-log.ts'
import { LINK_FD, QMP_FD } from './command.ts'
import { createQmp, type Qmp } from './qmp.ts'

/** A virtual machine, which is a QEMU process, with the link to its guest. */
export interface Vm {
  readonly pid: number
  readonly link: Link
  readonly qmp: Qmp
  /** True from the moment its end was seen. */
  readonly gone: boolean
  /** Resolves once it has ended and all its output was read. Never rejects. */
  readonly ended: Promise<void>
  /** What QEMU says of it, asked anew. */
  status(deadline: AbortSignal): Promise<string>
  kill(): void
  /** Ends the guest's input, by which it knows that it should end; it switches the machine off then. */
  closeInput(): void
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
  try {
    await once(child, 'spawn')
  } catch (cause) {
    throw new DrowseError('machine-failed', `${file} could not be started.`, { cause })
  }
  return watch(child, child.pid ?? 0, dataDir)
}

const statusAnswer = v.object({ status: v.string() })

function watch(child: ChildProcess, pid: number, dataDir: string): Vm {
  const log = openGuestLog(join(dataDir, 'guest.log'))
  const ended = Promise.withResolvers<void>()
  const linkStream = duplex(child, LINK_FD)
  let gone = false

  const reason = () =>
    new DrowseError('machine-failed', `The machine ${gone ? howItEnded(child) : 'closed its link'}${quote(log.lastLines(5))}`, {
      hint: 'The next wake starts it cold. What its console says is in guest.log of its data folder.',
    })
  const whyEnded = async () => {
    await Promise.race([ended.promise, sleep(1000, undefined, { ref: false })])
    return reason()
  }
  const link = createLink(linkStream, linkStream, { whyEnded })
  const qmp = createQmp(duplex(child, QMP_FD))

  for (const output of [child.stdout, child.stderr]) output?.on('data', (chunk: Buffer) => log.append(chunk))
  // Without a listener, a failed kill(2) would be thrown; the state is observed anyway.
  child.on('error', () => {})
  child.once('exit', () => {
    gone = true
  })
  child.once('close', () => {
    ended.resolve()
    link.break(reason())
    log.close()
  })
  void link.broken.then(() => child.kill('SIGKILL'))

  return {
    pid,
    link,
    qmp,
    get gone() {
      return gone
    },
    ended: ended.promise,
    status: async (deadline) => v.parse(statusAnswer, await qmp.execute('query-status', {}, deadline)).status,
    kill: () => void child.kill('SIGKILL'),
    closeInput: () => void linkStream.end(),
  }
}

function duplex(child: ChildProcess, fd: number): Duplex {
  const stream: Readable | Duplex | unknown = child.stdio[fd]
  if (stream instanceof Duplex) return stream
  throw new DrowseError('internal', `Descriptor ${fd} of the machine is not a socket.`)
}

function howItEnded(child: ChildProcess): string {
  return child.signalCode === null ? `ended with exit code ${child.exitCode}` : `was ended by ${child.signalCode}`
}

function quote(lines: string): string {
  return lines === '' ? '.' : `; its last words were:\n${lines}`
}
