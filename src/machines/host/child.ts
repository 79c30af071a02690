import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { DrowseError } from '../../errors/drowse-error.ts'
import { createLink, type Link } from '../../protocol/link.ts'
import { openGuestLog } from './guest-log.ts'

/** A child process with the link to the guest in it. */
export interface Child {
  readonly pid: number
  readonly link: Link
  /** True from the moment its end was seen. */
  readonly gone: boolean
  /** Resolves once it has ended and all its output was read. Never rejects. */
  readonly ended: Promise<void>
  /** False when it was gone already. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): boolean
  /** Ends the guest's input, by which it knows that it should end. */
  closeInput(): void
}

/** What of a child is what. */
export interface ChildParts {
  /** What it is called in sentences. */
  readonly noun: 'guest' | 'machine'
  readonly link: { readonly input: Writable; readonly output: Readable }
  /** What it says besides, which goes to `guest.log` of `dataDir`. */
  readonly says: readonly Readable[]
  /** Where from, in a sentence: "What it says on standard error". */
  readonly saysWhat: string
  readonly dataDir: string
}

/**
 * Starts `command` with nothing but `env` in its environment, its link on standard input and output, its standard error in `guest.log` of `dataDir`.
 * Returns once the process exists; rejects with `machine-failed` when it can't be started. A link that breaks kills the process.
 */
export async function startChild(
  command: readonly string[],
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const [file = '', ...args] = command
  // A session of its own: Ctrl-C at the gateway's terminal must not hit a guest in the middle of a batch.
  const child = spawn(file, args, { cwd: dataDir, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  await begun(child)
  const link = { input: child.stdin, output: child.stdout }
  return watchChild(child, { noun: 'guest', link, says: [child.stderr], saysWhat: 'What it says on standard error', dataDir })
}

/** Resolves once the process exists; rejects with `machine-failed` when it can't be started. */
export async function begun(child: ChildProcess): Promise<void> {
  try {
    await once(child, 'spawn')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DrowseError('machine-failed', `${child.spawnfile} could not be started: ${why}.`, { cause })
  }
}

/** Logs what a child says, and breaks its link when it ends. A link that breaks kills the child. */
export function watchChild(child: ChildProcess, { noun, link: { input, output }, says, saysWhat, dataDir }: ChildParts): Child {
  const log = openGuestLog(join(dataDir, 'guest.log'))
  const ended = Promise.withResolvers<void>()
  let gone = false

  const reason = () =>
    new DrowseError('machine-failed', `The ${noun} ${gone ? howItEnded(child) : 'closed its link'}${quote(log.lastLines(5))}`, {
      hint: `The next wake starts it cold. ${saysWhat} is in guest.log of its data folder.`,
    })
  const whyEnded = async () => {
    await Promise.race([ended.promise, sleep(1000, undefined, { ref: false })])
    return reason()
  }
  const link = createLink(output, input, { whyEnded })

  for (const stream of says) stream.on('data', (chunk: Buffer) => log.append(chunk))
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
    pid: child.pid ?? 0,
    link,
    get gone() {
      return gone
    },
    ended: ended.promise,
    signal: (signal) => child.kill(signal),
    closeInput: () => void input.end(),
  }
}

/** Returns once the process is gone. */
export async function end(child: Child): Promise<void> {
  child.signal('SIGKILL')
  await child.ended
}

function howItEnded(child: ChildProcess): string {
  return child.signalCode === null ? `ended with exit code ${child.exitCode}` : `was ended by ${child.signalCode}`
}

function quote(lines: string): string {
  return lines === '' ? '.' : `; its last words were:\n${lines}`
}
