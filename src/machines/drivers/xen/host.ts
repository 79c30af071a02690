import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DrowseError } from '../../../errors/drowse-error.ts'
import { atExit } from '../../host/at-exit.ts'

/** The computer that Xen runs on: this one, or one that ssh leads to. Command lines are for its shell. */
export interface XenHost {
  /** For messages. */
  readonly name: string
  /** Starts the program that stays. Over ssh it holds the one connection, which the other commands share and which ends with it. */
  stay(command: string): ChildProcess
  /**
   * Returns what a command printed, once it has ended: what it does to a domain is done or not, never under way. Rejects with `machine-failed` and its last words, also
   * when it has not ended within `timeoutMs`.
   */
  run(command: string, options?: RunOptions): Promise<string>
  close(): void
}

interface RunOptions {
  readonly input?: Readable
  readonly timeoutMs?: number
}

/** A destination as ssh takes it: `user@host`, a name of its configuration, or `ssh://user@host:port`. */
export interface SshOptions {
  readonly destination: string
  /** A file that ssh reads instead of the user's and the computer's. ssh_config(5) */
  readonly configFile?: string | undefined
}

const RUN_MS = 180_000
const PATH = 'export PATH=/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/sbin:/bin LC_ALL=C'

export function localHost(): XenHost {
  const shell = (command: string) => ['/bin/sh', '-c', command]
  return createHost('this computer', shell, shell, () => {})
}

/** Nothing is connected before `stay`. ssh's own settings say which key and which host's key are right; it asks nobody. */
export function sshHost({ destination, configFile }: SshOptions): XenHost {
  const folder = mkdtempSync(join(tmpdir(), 'drowse-ssh-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const forget = atExit(remove)
  const ssh = (master: 'yes' | 'no') => (command: string) => [
    ...['ssh', '-T', ...(configFile === undefined ? [] : ['-F', configFile])],
    ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3'],
    ...['-o', `ControlPath=${join(folder, 'link')}`, '-o', `ControlMaster=${master}`, '-o', 'ControlPersist=no'],
    ...['--', destination, command],
  ]
  return createHost(destination, ssh('yes'), ssh('no'), () => {
    forget()
    remove()
  })
}

type Command = (command: string) => readonly string[]

function createHost(name: string, staying: Command, passing: Command, close: () => void): XenHost {
  return {
    name,
    close,
    stay(command) {
      const [file = '', ...args] = staying(`${PATH}; exec ${command}`)
      // A session of its own: Ctrl-C is not for it. It ends when its input does.
      return spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    },
    async run(command, { input, timeoutMs = RUN_MS } = {}) {
      const [file = '', ...args] = passing(`${PATH}; ${command}`)
      const ended = Promise.withResolvers<string>()
      const child = execFile(file, args, { timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
        if (error === null) ended.resolve(stdout)
        else ended.reject(failure(name, error, stderr))
      })
      if (child.stdin === null) throw new DrowseError('internal', 'A command of the Xen host has no input.')
      // One that ends early breaks the pipe; how it ended says more.
      child.stdin.on('error', () => {})
      if (input === undefined) child.stdin.end()
      else await pipeline(input, child.stdin).catch(() => {})
      return await ended.promise
    },
  }
}

function failure(name: string, cause: Error, stderr: string): DrowseError {
  // What xl tells of its progress is no complaint.
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '' && !/progress|^xc: info/.test(line))
  const said = lines.slice(-3).join(' ')
  return new DrowseError('machine-failed', `A command on ${name} failed${said === '' ? '.' : `: ${said}`}`, { cause })
}
