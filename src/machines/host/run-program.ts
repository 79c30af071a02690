import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DrowseError } from '../../errors/drowse-error.ts'

/** The programs that machines and their disks need, and the Debian package each comes from. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
  mke2fs: 'e2fsprogs',
  debugfs: 'e2fsprogs',
  'lxc-start': 'lxc',
  newuidmap: 'uidmap',
  'qemu-system-x86_64': 'qemu-system-x86',
}

interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program of the host and returns what it printed. Throws `program-missing`, naming its package, or `image-failed` with its last words. */
export async function runProgram(program: string, args: readonly string[], { cwd, env = {} }: RunOptions = {}): Promise<string> {
  const path = `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, PATH: path, LC_ALL: 'C', ...env },
      maxBuffer: 64 * 2 ** 20,
    })
    return stdout
  } catch (cause) {
    if (isMissing(cause)) throw missing(program, cause)
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim().split('\n').slice(-3).join(' ') : ''
    throw new DrowseError('image-failed', `${program} failed${said === '' ? '.' : `: ${said}`}`, { cause })
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

function missing(program: string, cause: unknown): DrowseError {
  const name = PACKAGE_OF[program] ?? program
  return new DrowseError('program-missing', `The program ${program} is not on this computer.`, {
    cause,
    hint: `On Debian it comes with the package ${name}: \`apt-get install ${name}\`.`,
  })
}
