import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** A program that runs until it is told to stop. */
export interface Daemon {
  readonly pid: number
  /** The end of what it printed, for error messages. */
  tail(): Promise<string>
  hasExited(): boolean
  /** Resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/**
 * Starts a program in a process group of its own, so that a Ctrl-C in the terminal does not reach it before its turn. It is killed with this process
 * all the same, however that ends: asked to stop, a gateway would wait for a disk that has gone before it.
 */
export async function startDaemon(program: string, args: readonly string[], logPath: string): Promise<Daemon> {
  const log = openSync(logPath, 'a')
  const child: ChildProcess = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  const exited = once(child, 'exit')
  // An unhandled rejection would end the whole suite; `stop` awaits the promise itself.
  exited.catch(() => undefined)
  await once(child, 'spawn')
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} has no process id.`)
  const hasExited = () => child.exitCode !== null || child.signalCode !== null
  return {
    pid,
    tail: async () => (await readFile(logPath, 'utf8')).split('\n').slice(-15).join('\n'),
    hasExited,
    async stop(signal = 'SIGTERM') {
      if (hasExited()) return
      child.kill(signal)
      const force = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await exited.finally(() => clearTimeout(force))
    },
  }
}
